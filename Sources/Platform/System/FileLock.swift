package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A lock of the kernel's on a file (`flock`): it ends with the process that holds it, however that ends, so that no stale
/// one keeps anybody out. The file stays, since whoever waits at it waits at this very file.
@GatewayActor
package final class FileLock {
  /// Milliseconds between two looks, at most: the kernel would wake us only on a thread of its own.
  private static let longestWait: UInt64 = 50

  private var descriptor: Int32?

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Waits until nobody else has the lock, and takes it.
  ///
  /// - Parameters:
  ///   - path: the file; it is made, with mode 0600, where it is missing.
  ///   - patience: milliseconds; when it is over, the error is ETIMEDOUT.
  ///   - clock: what is waited by.
  package static func take(
    _ path: String, within patience: UInt64, clock: LoopClock = .loop
  ) async throws(PlatformError) -> FileLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PlatformError("lock", path: path, code: errno) }
    let end = clock.now().advanced(by: patience)
    var wait: UInt64 = 1
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let failure = errno
      guard failure == EWOULDBLOCK || failure == EINTR, clock.now() < end else {
        Descriptor.close(descriptor)
        throw PlatformError("lock", path: path, code: failure == EWOULDBLOCK ? ETIMEDOUT : failure)
      }
      await clock.sleep(milliseconds: wait)
      wait = min(wait * 2, longestWait)
    }
    return FileLock(descriptor)
  }

  /// Lets others have it. Idempotent.
  package func release() {
    guard let descriptor else { return }
    Descriptor.close(descriptor)
    self.descriptor = nil
  }

  isolated deinit { release() }
}
