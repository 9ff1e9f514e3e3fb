#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The standard streams that we were started with, moved out of the way of stray reads and prints.
///
/// Descriptor 0 reads `/dev/null` from then on and 1 is standard error, so that nothing but the port that gets
/// ``output`` can reach the client.
package struct StandardStreams: Sendable {
  /// The real standard input.
  package let input: Int32
  /// The real standard output.
  package let output: Int32

  /// Moves the streams; called once, before anything else opens a descriptor.
  ///
  /// A standard descriptor that was closed at the start is opened on `/dev/null` first; otherwise the next file to be
  /// opened would become our standard output.
  package static func takeOver() throws(PlatformError) -> StandardStreams {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free descriptor is this one: those below it are open by now.
      guard open("/dev/null", O_RDWR) == descriptor else {
        throw PlatformError("open", path: "/dev/null", code: errno)
      }
    }
    let streams = StandardStreams(input: try Descriptor.duplicate(0), output: try Descriptor.duplicate(1))
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard null >= 0, dup2(null, 0) == 0 else { throw PlatformError("open", path: "/dev/null", code: errno) }
    Descriptor.close(null)
    guard dup2(2, 1) == 1 else { throw PlatformError("redirect standard output", code: errno) }
    return streams
  }
}
