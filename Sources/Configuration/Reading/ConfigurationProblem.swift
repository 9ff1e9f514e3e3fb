/// One thing that is wrong with a configuration, where it stands, and what to write instead.
package struct ConfigurationProblem: Error, Hashable, Sendable {
  /// The file it stands in: the configuration, or an `envFile` that it names.
  package let file: String
  /// Line, from 1.
  package let line: Int
  /// Column in characters, from 1.
  package let column: Int
  /// What is wrong, and the cure where there is one.
  package let message: String
  /// The server whose entry is concerned; nil when the problem is the whole file's.
  package let server: String?

  package init(file: String, line: Int, column: Int, message: String, server: String? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.server = server
  }

  /// Returns the problem with the secrets in its message blotted out.
  func redacted(by redaction: Redaction) -> ConfigurationProblem {
    ConfigurationProblem(file: file, line: line, column: column, message: redaction.redact(message), server: server)
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `path:line:column: message`, as compilers write it.
  package var description: String { "\(file):\(line):\(column): \(message)" }
}
