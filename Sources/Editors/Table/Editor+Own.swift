extension Editor {
  /// The gateway itself: its configuration is edited as those of editors are.
  package static let own = Editor(
    "mcp-junction", "mcp-junction", places: [],
    dialects: ["mcpServers", "servers", "context_servers", "mcp.servers", "amp.mcpServers"].map { key in
      EditorDialect(key).with { $0.off = EditorDialect.Switch(key: "disabled", off: true) }
    }, environment: .all, cure: "")
}
