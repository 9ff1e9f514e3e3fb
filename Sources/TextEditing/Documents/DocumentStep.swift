/// One step on the way from the top of a document to a value.
package enum DocumentStep: Equatable, Sendable {
  /// To an object's member.
  case key(String)
  /// To the element of an array whose member `name` is this.
  case element(named: String)

  /// Whether it leads to this element of an array.
  func matches(_ element: DocumentValue) -> Bool {
    guard case .element(let name) = self else { return false }
    return element.member("name") == .string(name)
  }

  /// Whether it leads to this element of an array.
  func matches(_ element: DocumentNode) -> Bool {
    guard case .element(let name) = self else { return false }
    return element.member("name")?.value.text == name
  }

  /// Returns the value inside the containers that the steps lead through.
  static func wrap(_ value: DocumentValue, in steps: ArraySlice<DocumentStep>) -> DocumentValue {
    steps.reversed().reduce(value) { value, step in
      switch step {
      case .key(let key): .object([DocumentValue.Member(key, value)])
      case .element: .array([value])
      }
    }
  }
}

extension DocumentStep: CustomStringConvertible {
  package var description: String {
    switch self {
    case .key(let key): key
    case .element(let name): name
    }
  }
}
