/// What a document says at some place, without where and how it is written.
package indirect enum DocumentValue: Equatable, Sendable {
  package struct Member: Equatable, Sendable {
    package let key: String
    package var value: DocumentValue

    package init(_ key: String, _ value: DocumentValue) {
      self.key = key
      self.value = value
    }
  }

  case object([Member])
  case array([DocumentValue])
  case string(String)
  /// A number as it is spelled.
  case number(String)
  case boolean(Bool)
  case null

  /// Whether it holds other values.
  package var isContainer: Bool {
    switch self {
    case .object, .array: true
    default: false
    }
  }

  /// Returns the value of the first member with a key; nil when there is none or this is no object.
  package func member(_ key: String) -> DocumentValue? {
    if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
  }

  // MARK: - What an edit means

  /// Returns the value with another one at a path. What is missing on the way is made; nil when the way is blocked.
  func setting(_ value: DocumentValue, at path: ArraySlice<DocumentStep>) -> DocumentValue? {
    guard let step = path.first else { return value }
    let rest = path.dropFirst()
    switch (step, self) {
    case (.key(let key), .object(var members)):
      if let index = members.firstIndex(where: { $0.key == key }) {
        guard let inner = members[index].value.setting(value, at: rest) else { return nil }
        members[index].value = inner
      } else {
        members.append(Member(key, DocumentStep.wrap(value, in: rest)))
      }
      return .object(members)
    case (.element, .array(var elements)):
      if let index = elements.firstIndex(where: step.matches) {
        guard let inner = elements[index].setting(value, at: rest) else { return nil }
        elements[index] = inner
      } else {
        elements.append(DocumentStep.wrap(value, in: rest))
      }
      return .array(elements)
    case (_, .null): return DocumentStep.wrap(value, in: path)
    default: return nil
    }
  }

  /// Returns the value without what stands at a path; itself when nothing does.
  func removing(at path: ArraySlice<DocumentStep>) -> DocumentValue {
    guard let step = path.first else { return self }
    let rest = path.dropFirst()
    switch (step, self) {
    case (.key(let key), .object(var members)):
      guard let index = members.firstIndex(where: { $0.key == key }) else { return self }
      if rest.isEmpty {
        members.remove(at: index)
      } else {
        members[index].value = members[index].value.removing(at: rest)
      }
      return .object(members)
    case (.element, .array(var elements)):
      guard let index = elements.firstIndex(where: step.matches) else { return self }
      if rest.isEmpty { elements.remove(at: index) } else { elements[index] = elements[index].removing(at: rest) }
      return .array(elements)
    default: return self
    }
  }

  /// Whether two values say the same to a program: the order of members does not count, and nothing in a container is as
  /// good as nothing at all.
  func means(_ other: DocumentValue) -> Bool {
    switch (self, other) {
    case (.object(let left), .object(let right)):
      return left.count == right.count
        && left.allSatisfy { member in other.member(member.key).map { member.value.means($0) } ?? false }
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.means($1) }
    case (.object([]), .null), (.array([]), .null), (.null, .object([])), (.null, .array([])): return true
    default: return self == other
    }
  }
}
