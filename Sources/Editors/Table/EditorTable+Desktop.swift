import TextEditing

extension EditorTable {
  private static let disabled = EditorDialect.Switch(key: "disabled", off: true)
  private static let enabled = EditorDialect.Switch(key: "enabled", off: false)
  private static let codeStorage = "Code/User/globalStorage"

  /// Editors with windows.
  static let desktop = [
    Editor(
      "claude-desktop", "Claude Desktop", places: [EditorPlace(.application, "Claude/claude_desktop_config.json")],
      dialects: [servers.with { $0.references = .none }], environment: .library, cure: "quit Claude Desktop and open it"
    ),
    Editor(
      "cursor", "Cursor", places: [EditorPlace(.home, ".cursor/mcp.json")],
      dialects: [servers.with { $0.handover = .environment }], environment: .library,
      names: NameRules(prefix: "KEY", limit: 60), cure: "restart Cursor if the tools do not appear"),
    Editor(
      "vscode", "VS Code", places: [EditorPlace(.application, "Code/User/mcp.json")], dialects: [code],
      environment: .all, names: NameRules(prefix: "mcp_KEY_", limit: 64),
      cure: "press Start above the entry in mcp.json"),
    Editor(
      "vscode-insiders", "VS Code Insiders", places: [EditorPlace(.application, "Code - Insiders/User/mcp.json")],
      dialects: [code], environment: .all, names: NameRules(prefix: "mcp_KEY_", limit: 64),
      cure: "press Start above the entry in mcp.json"),
    Editor(
      "windsurf", "Windsurf",
      places: [
        EditorPlace(.configuration, "devin/mcp_config.json"), EditorPlace(.home, ".codeium/windsurf/mcp_config.json"),
        EditorPlace(.home, ".codeium/mcp_config.json"),
      ],
      dialects: [servers.with { $0.references = .none }], environment: .library, cure: "press refresh in the MCP panel"),
    Editor(
      "zed", "Zed", places: [EditorPlace(.configuration, "zed/settings.json")],
      dialects: [
        EditorDialect("context_servers").with {
          $0.references = .none
          $0.timeout = .seconds
          $0.off = enabled
        }
      ],
      environment: .all, cure: "nothing: Zed takes it up when the file is saved"),
    Editor(
      "cline", "Cline",
      places: [
        EditorPlace(.file(variable: "CLINE_MCP_SETTINGS_PATH")),
        EditorPlace(.variable("CLINE_DATA_DIR"), "settings/cline_mcp_settings.json"),
        EditorPlace(.variable("CLINE_DIR"), "data/settings/cline_mcp_settings.json"),
        EditorPlace(.home, ".cline/data/settings/cline_mcp_settings.json"),
        EditorPlace(.application, "\(codeStorage)/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"),
      ],
      dialects: [
        servers.with {
          $0.handover = .environment
          $0.timeout = .seconds
          $0.untypedRemote = "sse"
          $0.off = disabled
        }
      ],
      environment: .library, names: NameRules(prefix: "KEY__", limit: 64), cure: "nothing: Cline watches the file"),
    Editor(
      "roo", "Roo Code",
      places: [
        EditorPlace(.application, "\(codeStorage)/rooveterinaryinc.roo-cline/settings/mcp_settings.json")
      ],
      dialects: [
        servers.with {
          $0.handover = .environment
          $0.timeout = .seconds
          $0.off = disabled
        }
      ],
      environment: .library, names: NameRules(prefix: "mcp--KEY--", limit: 64),
      cure: "nothing: Roo Code watches the file"),
    Editor(
      "continue", "Continue", places: [EditorPlace(.home, ".continue/config.yaml", .yaml)],
      dialects: [
        servers.with {
          $0.isList = true
          $0.handover = .secrets
          $0.references = .secrets
        }
      ],
      environment: .library, names: NameRules(prefix: "KEY_", limit: 64),
      cure: "nothing: Continue takes it up when the file is saved",
      seed: "name: Local Config\nversion: 1.0.0\nschema: v1\n"),
    Editor(
      "kiro", "Kiro", places: [EditorPlace(.home, ".kiro/settings/mcp.json")],
      dialects: [
        servers.with {
          $0.handover = .braces
          $0.off = disabled
        }
      ],
      environment: .library, names: NameRules(limit: 64),
      cure: "reconnect in the MCP panel, and allow the variables there"),
    Editor(
      "junie", "Junie", places: [EditorPlace(.home, ".junie/mcp/mcp.json")],
      dialects: [servers.with { $0.references = .none }], environment: .library, cure: "restart Junie"),
    Editor(
      "lmstudio", "LM Studio", places: [EditorPlace(.home, ".lmstudio/mcp.json")],
      dialects: [servers.with { $0.references = .none }], environment: .library, cure: "open a new chat"),
  ]

  private static let code = stdio(EditorDialect("servers").with { $0.handover = .environment })
}
