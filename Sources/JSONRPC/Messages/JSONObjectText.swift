/// A JSON object that is written member by member; what is nil is left out.
package struct JSONObjectText: Sendable {
  private var members: [String] = []

  package init() {}

  package var text: String { "{" + members.joined(separator: ",") + "}" }

  package mutating func add(_ name: StaticString, _ value: String?) {
    if let value { add(name, raw: JSONText.quote(value)) }
  }

  package mutating func add(_ name: StaticString, _ value: (some BinaryInteger)?) {
    if let value { add(name, raw: "\(value)") }
  }

  package mutating func add(_ name: StaticString, _ value: Double?) {
    if let value { add(name, raw: "\(value)") }
  }

  package mutating func add(_ name: StaticString, _ value: Bool) { add(name, raw: value ? "true" : "false") }

  package mutating func add(_ name: StaticString, _ values: [String]) {
    add(name, raw: "[" + values.map { JSONText.quote($0) }.joined(separator: ",") + "]")
  }

  /// Adds an array of values that are JSON already.
  package mutating func add(_ name: StaticString, raw values: [String]) {
    add(name, raw: "[" + values.joined(separator: ",") + "]")
  }

  /// Adds a value that is JSON already.
  package mutating func add(_ name: StaticString, raw value: String?) {
    if let value { members.append("\"\(name)\":\(value)") }
  }
}
