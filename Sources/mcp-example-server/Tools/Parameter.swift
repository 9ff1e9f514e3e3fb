/// One argument of a tool: its schema, and the check of a value against it.
struct Parameter: Sendable {
  enum Kind: Sendable {
    case string
    case number
    case integer(ClosedRange<Int>)
  }

  let name: String
  let kind: Kind
  let description: String
  /// The value of an argument that was left out; without one it must be given.
  var fallback: JSON?

  init(_ name: String, _ kind: Kind, _ description: String, default fallback: JSON? = nil) {
    self.name = name
    self.kind = kind
    self.description = description
    self.fallback = fallback
  }

  var isRequired: Bool { fallback == nil }

  var schema: JSON {
    var schema: JSON
    switch kind {
    case .string: schema = ["type": "string"]
    case .number: schema = ["type": "number"]
    case .integer(let range):
      schema = ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    }
    schema["description"] = .string(description)
    schema["default"] = fallback
    return schema
  }

  /// Returns the value to use for what was given.
  func value(of given: JSON?) throws(ToolInterruption) -> JSON {
    guard let given else {
      guard let fallback else { throw .failed("\"\(name)\" is missing") }
      return fallback
    }
    switch kind {
    case .string:
      guard given.string != nil else { throw .failed("\"\(name)\" must be a string") }
    case .number:
      guard given.double != nil else { throw .failed("\"\(name)\" must be a number of ordinary size") }
    case .integer(let range):
      guard let value = given.integer, range.contains(value) else {
        throw .failed("\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
    }
    return given
  }
}
