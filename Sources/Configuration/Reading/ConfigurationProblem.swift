/// One thing that is wrong with a configuration, where it stands, and what to write instead.
package struct ConfigurationProblem: Error, Hashable, Sendable {
  package enum Severity: String, Sendable {
    /// What it is about does not work.
    case error
    /// It works, perhaps not as it was meant.
    case warning
  }

  /// The file it stands in: the configuration, or an `envFile` that it names.
  package let file: String
  /// Line, from 1.
  package let line: Int
  /// Column in characters, from 1.
  package let column: Int
  package let severity: Severity
  /// What is wrong, and the cure where there is one.
  package let message: String
  /// The server whose entry is concerned; nil when the problem is the whole file's.
  package let server: String?

  package init(
    file: String, line: Int, column: Int, severity: Severity = .error, message: String, server: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.severity = severity
    self.message = message
    self.server = server
  }

  /// Returns the problem with the secrets in its message blotted out.
  func redacted(by redaction: Redaction) -> ConfigurationProblem {
    ConfigurationProblem(
      file: file, line: line, column: column, severity: severity, message: redaction.redact(message), server: server)
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `path:line:column: error: server 'name': message`, in the manner of compilers.
  package var description: String {
    "\(file):\(line):\(column): \(severity.rawValue): \(server.map { "server '\($0)': " } ?? "")\(message)"
  }
}
