/// A value of a document that remembers where it stood, so that a file can be edited around it.
///
/// Members stand in the order in which they were written, duplicates included.
package struct DocumentNode: Sendable {
  package struct Member: Sendable {
    package let key: String
    /// Offset of the first byte of the key, which may be a quote.
    package let keyOffset: Int
    package let value: DocumentNode

    package init(key: String, keyOffset: Int, value: DocumentNode) {
      self.key = key
      self.keyOffset = keyOffset
      self.value = value
    }
  }

  package indirect enum Content: Sendable {
    case object([Member])
    case array([DocumentNode])
    case string(String)
    /// A number as it was spelled; in TOML also a date or a time.
    case number(String)
    case boolean(Bool)
    case null
  }

  /// Offset of the value's first byte.
  package let offset: Int
  /// Offset after the value's last byte.
  package let end: Int
  package let content: Content

  package init(offset: Int, end: Int, content: Content) {
    self.offset = offset
    self.end = end
    self.content = content
  }

  /// The kind of value, with its article, for messages.
  package var kind: String {
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
  package func member(_ key: String) -> Member? {
    if case .object(let members) = content { members.first { $0.key == key } } else { nil }
  }

  /// The text of a string; nil for any other value.
  package var text: String? { if case .string(let text) = content { text } else { nil } }

  /// Members whose key stood before in the same object, at any depth, with the offset of its first place.
  package var duplicates: [(member: Member, first: Int)] {
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

  /// What it says, wherever it stood.
  package var value: DocumentValue {
    switch content {
    case .object(let members): .object(members.map { DocumentValue.Member($0.key, $0.value.value) })
    case .array(let elements): .array(elements.map(\.value))
    case .string(let text): .string(text)
    case .number(let text): .number(text)
    case .boolean(let value): .boolean(value)
    case .null: .null
    }
  }
}
