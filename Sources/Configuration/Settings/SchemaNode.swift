import JSONRPC

/// A JSON value whose members keep the order they were given in.
indirect enum SchemaNode {
  case object([(String, SchemaNode)])
  case array([SchemaNode])
  case text(String)
  /// A number or a boolean as it is spelled.
  case number(String)
  case null

  /// Returns an object with more members at its end.
  func adding(_ more: [(String, SchemaNode)]) -> SchemaNode {
    guard case .object(let members) = self else { return self }
    return .object(members + more)
  }

  /// Returns the value as text, two spaces a level.
  func rendered(indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .object(let members) where members.isEmpty: return "{}"
    case .array(let elements) where elements.isEmpty: return "[]"
    case .object(let members):
      let lines = members.map { "\(inner)\(JSONText.quote($0.0)): \($0.1.rendered(indent: inner))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    case .array(let elements):
      return "[\n\(elements.map { inner + $0.rendered(indent: inner) }.joined(separator: ",\n"))\n\(indent)]"
    case .text(let text): return JSONText.quote(text)
    case .number(let spelling): return spelling
    case .null: return "null"
    }
  }
}

extension SchemaNode: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral {
  init(stringLiteral value: String) { self = .text(value) }
  init(dictionaryLiteral elements: (String, SchemaNode)...) { self = .object(elements) }
  init(booleanLiteral value: Bool) { self = .number("\(value)") }
}
