/// Scopes, each once and in the order in which they came (RFC 6749 section 3.3).
package struct ScopeList: Equatable, Sendable, CustomStringConvertible {
  /// Asks for a token that lasts beyond the person's presence (OpenID Connect Core section 11).
  package static let offlineAccess = "offline_access"

  package private(set) var names: [String] = []

  package init(_ names: some Sequence<String>) {
    for name in names where !self.names.contains(name) { self.names.append(name) }
  }

  /// Scopes with spaces between them.
  package init(_ text: String) {
    self.init(text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init))
  }

  package init() {}

  package var isEmpty: Bool { names.isEmpty }

  package var description: String { names.joined(separator: " ") }

  package func union(_ other: ScopeList) -> ScopeList { ScopeList(names + other.names) }

  package func contains(_ name: String) -> Bool { names.contains(name) }

  /// Whether every scope of the other list is in this one.
  package func covers(_ other: ScopeList) -> Bool { other.names.allSatisfy(contains) }

  package func without(_ name: String) -> ScopeList { ScopeList(names.filter { $0 != name }) }
}
