/// How the log is written.
package enum LogFormat: String, CaseIterable, Sendable {
  /// `key=value`, values with spaces in quotes.
  case text
  /// An object for each line.
  case json
}
