package import Configuration
package import EventLoop

/// Structured lines for whoever runs the gateway: `level=… event=… key=value …`.
@GatewayActor
package final class Log {
  package var level: LogLevel
  private let write: @GatewayActor (String) -> Void
  private let redact: @GatewayActor (String) -> String

  /// - Parameters:
  ///   - level: the least urgent lines that are written.
  ///   - write: takes one line without its line feed.
  ///   - redact: blots out secrets.
  package init(
    level: LogLevel, redact: @escaping @GatewayActor (String) -> String, write: @escaping @GatewayActor (String) -> Void
  ) {
    self.level = level
    self.redact = redact
    self.write = write
  }

  /// Blots out secrets.
  package func redacted(_ text: String) -> String { redact(text) }

  /// Returns what somebody else said as it may stand in words of ours: free of secrets, and not longer than so many
  /// characters.
  package func quoted(_ text: String, limit: Int = 1024) -> String {
    // Cut with room to spare first: to free megabytes of secrets takes as long as to read them.
    let cut = redact(String(text.prefix(4 * limit)))
    return cut.count <= limit ? cut : cut.prefix(limit) + "…"
  }

  /// Whether lines of a level are written.
  func shows(_ level: LogLevel) -> Bool { level >= self.level }

  package func callAsFunction(
    _ level: LogLevel, _ event: String, server: String? = nil, _ fields: KeyValuePairs<String, String> = [:]
  ) {
    guard shows(level) else { return }
    write(level, event, server, fields.map { ($0.key, $0.value) })
  }

  /// The same with fields that are not the same each time.
  package func callAsFunction(
    _ level: LogLevel, _ event: String, server: String?, fields: [(key: String, value: String)]
  ) {
    guard shows(level) else { return }
    write(level, event, server, fields)
  }

  private func write(_ level: LogLevel, _ event: String, _ server: String?, _ fields: [(key: String, value: String)]) {
    var line = "level=\(level.rawValue) event=\(event)"
    if let server { line += " server=\(Self.quoted(server))" }
    for (key, value) in fields { line += " \(key)=\(Self.quoted(redact(value)))" }
    write(line)
  }

  private static func quoted(_ value: String) -> String {
    let needsQuotes =
      value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x3D || $0 == 0x7F }
      || !value.unicodeScalars.allSatisfy(ShownText.isHarmless)
    guard needsQuotes else { return value }
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result += ShownText.isHarmless(scalar) ? String(scalar) : "?"
      }
    }
    return result + "\""
  }
}
