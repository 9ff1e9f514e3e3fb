package import Configuration
package import MCP

/// Where a tool comes from, and all that was done to it on its way to a client.
package struct ToolExplanation: Hashable, Sendable {
  /// The server's name in the configuration.
  package let server: String
  /// The server's own name for it.
  package let original: String
  /// What clients call it; nil for one that they do not see.
  package let publicName: String?
  /// Why clients do not see it, and where that is said.
  package let hidden: ToolShaping.Saying<String>?
  /// Another name that it is given, and where.
  package let renamed: ToolShaping.Saying<String>?
  /// Another description that it is given, and where.
  package let described: ToolShaping.Saying<String>?
  /// What its public name begins with, and where that is said; a made prefix has no place.
  package let prefix: ToolShaping.Saying<String>
  /// Whether a hash stands in the name, because it was too long or another one has, or had, the same.
  package let hasHash: Bool
  package let hints: ToolHints
  /// Whether its server has said it in this run; else an earlier one has.
  package let isFresh: Bool
}

extension CatalogView {
  /// Explains every tool of a name: of a public one, of a server's own, or of `server/tool`.
  package func explanations(of name: String) -> [ToolExplanation] {
    let shown = catalog.toolEntries
    return servers.flatMap { server in
      (server.offer.items[.tools] ?? []).compactMap { item -> ToolExplanation? in
        let publicName = shown.first { $0.server == server.id && $0.item.key == item.key }?.name
        guard [publicName, item.key, "\(server.name)/\(item.key)"].contains(name) else { return nil }
        return explanation(of: item, at: server, publicName)
      }
    }
  }

  private func explanation(of item: ListItem, at server: UpstreamServer, _ publicName: String?) -> ToolExplanation {
    let shaping = shaping(of: server)
    let renamed = shaping.name(of: item.key)
    let prefix = prefix(of: server)
    let plain = PublicName.legal(
      prefix.isEmpty ? renamed?.value ?? item.key : prefix + PublicName.separator + (renamed?.value ?? item.key))
    let isConfigured = server.configuration.settings.prefix != nil
    return ToolExplanation(
      server: server.name, original: item.key, publicName: publicName,
      hidden: shaping.obstacle(to: item.key, item.hints),
      renamed: renamed, described: shaping.description(of: item.key),
      prefix: shaping.prefix
        ?? .init(value: prefix, origin: isConfigured ? "the entry of server '\(server.name)'" : ""),
      hasHash: publicName.map { $0.utf8.count != plain.utf8.count } ?? false, hints: item.hints,
      isFresh: !server.isKnown)
  }
}
