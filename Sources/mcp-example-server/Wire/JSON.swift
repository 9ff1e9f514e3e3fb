import JSONRPC

/// A JSON value, written in the source the way it looks on the wire.
///
/// Numbers keep their spelling and objects the order of their members. Of duplicate keys the last one counts.
enum JSON: Hashable, Sendable {
  case null
  case boolean(Bool)
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  struct Member: Hashable, Sendable {
    let key: String
    var value: JSON
  }

  static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

  static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map { .string($0) }) }

  // MARK: - Reading

  var string: String? { if case .string(let text) = self { text } else { nil } }

  var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

  var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }

  var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// The value of a number without fraction; `5.0` and `5e0` are such numbers too.
  var integer: Int? {
    guard case .number(let spelling) = self else { return nil }
    return Int(spelling) ?? Double(spelling).flatMap { Int(exactly: $0) }
  }

  /// The nearest double; nil where there is none, as for `1e400`.
  var double: Double? {
    guard case .number(let spelling) = self, let value = Double(spelling), value.isFinite else { return nil }
    return value
  }

  /// The value of a member, where an explicit null counts as absent. Setting nil removes the member.
  subscript(key: String) -> JSON? {
    get {
      guard let value = member(key), value != .null else { return nil }
      return value
    }
    set {
      var members = members ?? []
      if let index = members.lastIndex(where: { $0.key == key }) {
        if let newValue { members[index].value = newValue } else { members.remove(at: index) }
      } else if let newValue {
        members.append(Member(key: key, value: newValue))
      }
      self = .object(members)
    }
  }

  /// The value of a member, null included.
  func member(_ key: String) -> JSON? { members?.last { $0.key == key }?.value }

  // MARK: - Writing

  /// The value on one line, as a message needs it.
  var text: String {
    var text = ""
    append(to: &text)
    return text
  }

  private func append(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .number(let spelling): text += spelling
    case .string(let value): text += JSONText.quote(value)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.append(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        text += JSONText.quote(member.key) + ":"
        member.value.append(to: &text)
      }
      text += "}"
    }
  }
}
