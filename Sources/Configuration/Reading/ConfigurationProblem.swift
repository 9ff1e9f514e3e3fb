/// One thing that is wrong with a configuration, where it stands, and what to write instead.
package struct ConfigurationProblem: Error, Hashable, Sendable {
  package enum Severity: String, Sendable {
    /// What it is about does not work.
    case error
    /// It works, perhaps not as it was meant.
    case warning
  }

  /// What it is about, as far as there is a cure that it has in common with others.
  package enum Kind: Sendable {
    case other
    /// A variable that is not set.
    case unset
    /// A reference to something else that has no value.
    case noValue
    /// A program or a directory that is not there.
    case noProgram
  }

  /// The file it stands in: the configuration, or an `envFile` that it names.
  package let file: String
  /// Line, from 1.
  package let line: Int
  /// Column in characters, from 1.
  package let column: Int
  package let severity: Severity
  package let kind: Kind
  /// What is wrong, and the cure where there is one.
  package let message: String
  /// The server whose entry is concerned; nil when the problem is the whole file's.
  package let server: String?

  package init(
    file: String, line: Int, column: Int, severity: Severity = .error, kind: Kind = .other, message: String,
    server: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.severity = severity
    self.kind = kind
    self.message = message
    self.server = server
  }

  /// Returns the problem with the secrets in its message blotted out.
  func redacted(by redaction: Redaction) -> ConfigurationProblem {
    ConfigurationProblem(
      file: file, line: line, column: column, severity: severity, kind: kind,
      message: redaction.redact(message), server: server)
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `path:line:column: error: server 'name': message`, in the manner of compilers.
  package var description: String {
    "\(file):\(line):\(column): \(severity.rawValue): \(server.map { "server '\($0)': " } ?? "")\(message)"
  }
}
