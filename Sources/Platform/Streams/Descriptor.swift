import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// System calls on descriptors, with their errors typed.
package enum Descriptor {
  /// Makes a pipe whose ends no program started later inherits.
  package static func pipe() throws(PlatformError) -> (reading: Int32, writing: Int32) {
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) { junction_pipe($0.assumingMemoryBound(to: Int32.self).baseAddress) }
    guard status == 0 else { throw PlatformError("make a pipe", code: errno) }
    return (ends.0, ends.1)
  }

  /// Makes a connected pair of stream sockets that no program started later inherits.
  package static func socketPair() throws(PlatformError) -> (Int32, Int32) {
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) {
      junction_socket_pair($0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard status == 0 else { throw PlatformError("make a socket pair", code: errno) }
    return ends
  }

  /// Returns another descriptor of the same open file, at or above 3, that no program started later inherits.
  package static func duplicate(_ descriptor: Int32) throws(PlatformError) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw PlatformError("duplicate descriptor \(descriptor)", code: errno) }
    return copy
  }

  /// Returns a descriptor's status flags when it is blocking: what to give ``restore(_:of:)`` later, since others may
  /// share them.
  static func blockingFlags(of descriptor: Int32) -> Int32? {
    let flags = fcntl(descriptor, F_GETFL)
    return flags >= 0 && flags & O_NONBLOCK == 0 ? flags : nil
  }

  /// Gives a descriptor its status flags back.
  static func restore(_ flags: Int32?, of descriptor: Int32) {
    if let flags { _ = fcntl(descriptor, F_SETFL, flags) }
  }

  /// Makes reads and writes fail with EAGAIN instead of waiting, for everyone who shares the open file. Returns the flags
  /// that it had when it was blocking.
  @discardableResult
  package static func setNonblocking(_ descriptor: Int32) -> Int32? {
    guard let flags = blockingFlags(of: descriptor) else { return nil }
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    return flags
  }

  /// What a pipe may hold once something large has come through it: with the usual 64 KiB both sides wake up for each of
  /// them. Much more would soon use up what the system lets all pipes of one user hold.
  private static let largePipe: Int32 = 256 * 1024

  /// Lets a pipe hold more; does nothing for other descriptors, or where that is not to be had (macOS).
  static func enlargePipe(_ descriptor: Int32) { junction_enlarge_pipe(descriptor, largePipe) }

  /// Reads as `read(2)` does; -1 and `errno` for an error.
  static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    #if canImport(Darwin)
      Darwin.read(descriptor, buffer, count)
    #else
      Glibc.read(descriptor, buffer, count)
    #endif
  }

  /// Writes as `write(2)` does; -1 and `errno` for an error.
  package static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  /// Releases a descriptor; what the system says to that is of no use to anybody.
  package static func close(_ descriptor: Int32) {
    #if canImport(Darwin)
      _ = Darwin.close(descriptor)
    #else
      _ = Glibc.close(descriptor)
    #endif
  }
}
