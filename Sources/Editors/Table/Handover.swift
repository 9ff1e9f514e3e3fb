import TextEditing

/// How an entry hands variables of the editor's environment to its server, without their values.
package enum Handover: Sendable {
  /// Under a key that lists their names.
  case names(key: String)
  /// Each as a reference in the entry's environment: what stands before the name, and behind it.
  case references(before: String, after: String)
  /// There is no way but to write the values down.
  case none

  static let dollar = Handover.references(before: "$", after: "")
  static let braces = Handover.references(before: "${", after: "}")
  static let environment = Handover.references(before: "${env:", after: "}")
  static let openCode = Handover.references(before: "{env:", after: "}")
  static let secrets = Handover.references(before: "${{ secrets.", after: " }}")

  /// Returns the members by which an entry hands variables over.
  func members(_ variables: [String], environmentKey: String) -> [DocumentValue.Member] {
    guard !variables.isEmpty else { return [] }
    switch self {
    case .names(let key): return [.init(key, .array(variables.map(DocumentValue.string)))]
    case .references(let before, let after):
      return [.init(environmentKey, .object(variables.map { .init($0, .string(before + $0 + after)) }))]
    case .none: return []
    }
  }
}
