import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file that lines are added to, by any number of processes, and that is moved aside when it has grown: `name` becomes
/// `name.1`, that `name.2`, and so on. Only its owner may read it.
///
/// What comes within a moment leaves in one system call.
@GatewayActor
package final class RotatingFile {
  /// Milliseconds from a line to its writing.
  private static let delay: UInt64 = 50
  /// Bytes that wait at most; then they are written at once.
  private static let waitingLimit = 256 << 10

  private let path: String
  private let sizeLimit: Int
  private let countLimit: Int
  private let onFailure: @GatewayActor (PlatformError) -> Void
  private var descriptor: Int32 = -1
  private var waiting: [UInt8] = []
  private var hasFailed = false
  private let timer = LoopTimer()

  /// Prepares a file; it is made with its first line.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - sizeLimit: bytes from which on it is moved aside.
  ///   - countLimit: how many files there are at most, the one that is written included.
  ///   - onFailure: called once, when it cannot be written; what comes is lost until it can.
  package init(
    path: String, sizeLimit: Int, countLimit: Int, onFailure: @escaping @GatewayActor (PlatformError) -> Void
  ) {
    self.path = path
    self.sizeLimit = sizeLimit
    self.countLimit = countLimit
    self.onFailure = onFailure
  }

  isolated deinit {
    flush()
    if descriptor >= 0 { Descriptor.close(descriptor) }
  }

  /// Adds a line; its line feed comes by itself.
  package func append(_ line: String) {
    if waiting.isEmpty { timer.start(after: Self.delay) { [weak self] in self?.flush() } }
    waiting += line.utf8
    waiting.append(UInt8(ascii: "\n"))
    if waiting.count >= Self.waitingLimit { flush() }
  }

  /// Writes what waits.
  package func flush() {
    timer.stop()
    guard !waiting.isEmpty else { return }
    let bytes = waiting
    waiting.removeAll(keepingCapacity: true)
    do throws(PlatformError) {
      try prepare()
      try write(bytes)
      hasFailed = false
    } catch {
      if !hasFailed { onFailure(error) }
      hasFailed = true
    }
  }

  /// Opens the file that has the name now, after moving aside one that has grown.
  private func prepare() throws(PlatformError) {
    if descriptor >= 0, !isCurrent() {
      Descriptor.close(descriptor)
      descriptor = -1
    }
    if descriptor < 0 { try openFile() }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size >= sizeLimit else { return }
    // Whoever has the lock of the file moves it; others go on with it, or with the new one.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
    if isCurrent() { rotate() }
    Descriptor.close(descriptor)
    descriptor = -1
    try openFile()
  }

  private func openFile() throws(PlatformError) {
    if let directory = FileSystem.parent(of: path) { try FileSystem.makeDirectories(directory) }
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PlatformError("open", path: path, code: errno) }
  }

  /// Whether the open file still has the name.
  private func isCurrent() -> Bool {
    var (own, named) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, stat(path, &named) == 0 else { return false }
    return own.st_dev == named.st_dev && own.st_ino == named.st_ino
  }

  private func rotate() {
    for number in stride(from: countLimit - 1, to: 0, by: -1) {
      rename(number == 1 ? path : "\(path).\(number - 1)", "\(path).\(number)")
    }
    if countLimit == 1 { unlink(path) }
  }

  private func write(_ bytes: [UInt8]) throws(PlatformError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Descriptor.write(descriptor, $0) }
      guard count > 0 || errno == EINTR else { throw PlatformError("write", path: path, code: errno) }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
