/// A JSON value that remembers where it stood, so that a file can be edited around it, in the order it was written, duplicates included.
struct JSONNode: Sendable {
  struct Member: Sendable {
    let key: String
    /// Offset of the quote that begins the key.
    let keyOffset: Int
    let value: JSONNode
  }

  indirect enum Content: Sendable {
    case object([Member])
    case array([JSONNode])
    case string(String)
    /// A number as it was spelled.
    case number(String)
    case boolean(Bool)
    case null
  }

  /// Offset of the value's first byte.
  let offset: Int
  /// Offset after the value's last byte.
  let end: Int
  let content: Content

  /// The kind of value, with its article, for messages.
  var kind: String {
    switch content {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "a boolean"
    case .null: "null"
    }
  }

  /// Returns the first member with a key; nil when there is none or the value is no object.
  func member(_ key: String) -> Member? {
    if case .object(let members) = content { members.first { $0.key == key } } else { nil }
  }

  /// Members whose key stood before in the same object, at any depth, with the offset of its first place.
  var duplicates: [(member: Member, first: Int)] {
    switch content {
    case .object(let members):
      var seen: [String: Int] = [:]
      var found: [(member: Member, first: Int)] = []
      for member in members {
        if let first = seen[member.key] { found.append((member, first)) } else { seen[member.key] = member.keyOffset }
        found += member.value.duplicates
      }
      return found
    case .array(let elements): return elements.flatMap(\.duplicates)
    default: return []
    }
  }
}
