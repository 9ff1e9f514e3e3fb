/// Why a process was not started.
package struct SpawnFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What failed.
  package enum Step: UInt8, Sendable {
    /// Making the pipes: usually too many open descriptors.
    case descriptors
    /// Entering the working directory.
    case directory
    /// Running the program. ENOENT for a file that exists means that the interpreter of its `#!` line is missing.
    case execute
    /// There is no supervisor, or it was lost before it answered.
    case supervisor
  }

  package let step: Step
  /// The `errno`; 0 for ``Step/supervisor``.
  package let code: Int32

  package init(_ step: Step, code: Int32) {
    self.step = step
    self.code = code
  }

  package var description: String {
    switch step {
    case .descriptors: "cannot make its pipes: \(PlatformError.text(of: code))"
    case .directory: "cannot enter its working directory: \(PlatformError.text(of: code))"
    case .execute: "cannot run it: \(PlatformError.text(of: code))"
    case .supervisor: "the process supervisor is gone"
    }
  }
}
