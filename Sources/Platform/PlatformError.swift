#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A system call that failed: what was tried, on what, and the error number.
package struct PlatformError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as a phrase after "cannot": "open", "start the supervisor".
  package let operation: String
  /// The file that it was tried on, if any.
  package let path: String?
  /// The `errno` of the failure.
  package let code: Int32

  package init(_ operation: String, path: String? = nil, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  package var description: String {
    let subject = path.map { "\(operation) \($0)" } ?? operation
    return "cannot \(subject): \(Self.text(of: code))"
  }

  /// Whether it says that nobody reads what was written any more.
  package var isReaderGone: Bool { code == EPIPE || code == ECONNRESET }

  /// Returns the system's text for an error number, such as "No such file or directory".
  package static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}
