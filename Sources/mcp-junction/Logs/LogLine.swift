import Gateway
import JSONRPC
import TextEditing

/// A line of a log file, in either format, read again.
struct LogLine {
  /// When it was written (RFC 3339); lines are put in order by it.
  let time: String
  /// What it says besides, in its order.
  private let fields: [LogEntry.Field]
  /// The line itself where it is JSON.
  private let written: String?

  /// Reads a line; nil for one that is none of ours.
  init?(_ line: String) {
    guard let fields = Self.fields(of: line), let first = fields.first, first.key == "time" else { return nil }
    time = first.value
    self.fields = Array(fields.dropFirst())
    written = line.hasPrefix("{") ? line : nil
  }

  /// What a person reads: the time of day in UTC, the server, and what it wrote or what happened to it.
  var text: String {
    let shown = time.replacing("T", with: " ").prefix(23)
    let server = self["server"].map { "\($0): " } ?? ""
    if self["event"] == LogEntry.standardError { return "\(shown) \(server)\(self["line"] ?? "")" }
    if self["event"] == nil { return "\(shown) \(server)\(call)" }
    let rest = fields.filter { !["level", "event", "server", "gateway"].contains($0.key) }
    let level = self["level"].map { $0 == "info" ? "" : "[\($0)] " } ?? ""
    let details = rest.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    return "\(shown) \(server)\(level)\(self["event"] ?? "") \(details)"
  }

  /// What a line of the calls' file says.
  private var call: String {
    let time = self["milliseconds"].map { " after \($0) ms" } ?? ""
    let arguments = self["arguments"].map { " \($0)" } ?? ""
    return "\(self["tool"] ?? self["method"] ?? "")\(arguments): \(self["outcome"] ?? "")\(time), for "
      + "\(self["client"] ?? "a client without a name") (session \(self["session"] ?? "") of \(self["gateway"] ?? ""))"
  }

  /// The same for a program.
  var json: String {
    if let written { return written }
    let members = ([LogEntry.Field("time", time)] + fields).map {
      "\(JSONText.quote($0.key)):\(JSONText.quote($0.value))"
    }
    return "{\(members.joined(separator: ","))}"
  }

  private subscript(_ key: String) -> String? { fields.first { $0.key == key }?.value }

  // MARK: - Reading

  /// Returns what a line of either format says, key by key, in its order; nil for a line that is none of ours.
  private static func fields(of line: String) -> [LogEntry.Field]? {
    line.hasPrefix("{") ? jsonFields(line) : textFields(line)
  }

  private static func jsonFields(_ line: String) -> [LogEntry.Field]? {
    guard case .object(let members)? = try? DocumentNode(json: Array(line.utf8)).content else { return nil }
    return members.compactMap { member in
      switch member.value.content {
      case .string(let text), .number(let text): LogEntry.Field(member.key, text)
      default: nil
      }
    }
  }

  private static func textFields(_ line: String) -> [LogEntry.Field]? {
    var fields: [LogEntry.Field] = []
    var rest = line[...]
    while !rest.isEmpty {
      guard let equals = rest.firstIndex(of: "="), equals > rest.startIndex else { return nil }
      let key = rest[..<equals]
      rest = rest[rest.index(after: equals)...]
      let value: String
      if rest.first == "\"" {
        guard let quoted = takeQuoted(&rest) else { return nil }
        value = quoted
      } else {
        value = String(rest.prefix { $0 != " " })
        rest = rest.dropFirst(value.count)
      }
      fields.append(LogEntry.Field(String(key), value))
      guard rest.isEmpty || rest.first == " " else { return nil }
      rest = rest.dropFirst()
    }
    return fields.isEmpty ? nil : fields
  }

  private static func takeQuoted(_ rest: inout Substring) -> String? {
    var result = ""
    rest = rest.dropFirst()
    while let character = rest.popFirst() {
      switch character {
      case "\"": return result
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        result.append(next == "n" ? "\n" : next)
      default: result.append(character)
      }
    }
    return nil
  }
}
