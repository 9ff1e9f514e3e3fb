package import Configuration
import JSONRPC

/// One thing that the log says: what happened to whom, and what is to be known of it.
package struct LogEntry: Equatable, Sendable {
  package struct Field: Equatable, Sendable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The event of a line of a server's standard error.
  package static let standardError = "stderr"

  package let level: LogLevel
  package let event: String
  /// Nil when it is about none.
  package let server: String?
  package private(set) var fields: [Field]

  package init(_ level: LogLevel, _ event: String, server: String?, _ fields: [Field]) {
    self.level = level
    self.event = event
    self.server = server
    self.fields = fields
  }

  /// Returns the same with more to be known.
  package func adding(_ key: String, _ value: String) -> LogEntry {
    var entry = self
    entry.fields.append(Field(key, value))
    return entry
  }

  /// Returns what is said of it under a key.
  package subscript(_ key: String) -> String? { fields.first { $0.key == key }?.value }

  // MARK: - As text

  /// `level=… event=… server=… key=value`, without a line feed. Values that could be taken for something else stand in
  /// quotes.
  package var text: String { Self.text(pairs) }

  /// The same as an object of JSON with a time in front, in milliseconds since 1970.
  package func json(at time: UInt64) -> String {
    let members = ([Field("time", UTCTime.text(milliseconds: time))] + pairs).map {
      "\(JSONText.quote($0.key)):\(JSONText.quote(ShownText.line($0.value)))"
    }
    return "{\(members.joined(separator: ","))}"
  }

  private var pairs: [Field] {
    [Field("level", level.rawValue), Field("event", event)] + (server.map { [Field("server", $0)] } ?? []) + fields
  }

  private static func text(_ fields: [Field]) -> String {
    fields.map { "\($0.key)=\(quoted($0.value))" }.joined(separator: " ")
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
