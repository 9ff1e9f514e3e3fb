/// What some clients see: which servers, which of their tools, under which names.
package struct ClientProfile: Hashable, Sendable {
  package var name = ""
  /// Patterns of the names by which clients introduce themselves, whose profile it is.
  package var clients: [String] = []
  /// The servers that are seen, with what is said of each; nil for all.
  package var servers: [String: ShapingRule]?
  /// What holds for all of them.
  package var rule = ShapingRule()
  /// Characters of a public name; nil for as many as everybody.
  package var nameLimit: Int?
  package var face = ToolFace.list

  package init() {}

  /// Whether a client is one of those whose profile it is, by the name that it says it has.
  package func isFor(client name: String) -> Bool {
    clients.contains { ToolFilter.matches($0.lowercased(), name.lowercased()) }
  }

  /// What it says of a server that it shows.
  package func rules(for server: String) -> [ShapingRule] {
    [rule, servers?[server]].compactMap { $0 }.filter { $0 != ShapingRule() }
  }
}
