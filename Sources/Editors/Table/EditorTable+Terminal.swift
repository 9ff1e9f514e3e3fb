import TextEditing

extension EditorTable {
  private static let disabled = EditorDialect.Switch(key: "disabled", off: true)
  private static let enabled = EditorDialect.Switch(key: "enabled", off: false)

  /// Agents of the terminal, and what shares their files.
  static let terminal = [
    Editor(
      "claude-code", "Claude Code",
      places: [EditorPlace(.variable("CLAUDE_CONFIG_DIR"), ".claude.json"), EditorPlace(.home, ".claude.json")],
      dialects: [stdio(servers)], environment: .all, names: NameRules(prefix: "mcp__KEY__", limit: 64),
      cure: "start Claude Code anew, or reconnect with /mcp"),
    Editor(
      "codex", "Codex",
      places: [
        EditorPlace(.variable("CODEX_HOME"), "config.toml", .toml), EditorPlace(.home, ".codex/config.toml", .toml),
      ],
      dialects: [
        EditorDialect("mcp_servers").with {
          $0.handover = .names(key: "env_vars")
          $0.shape.tail = [.init("startup_timeout_sec", .number("30"))]
          $0.references = .none
          $0.timeout = .seconds
          $0.untypedRemote = "http"
          $0.off = enabled
        }
      ],
      environment: .only([
        "HOME", "LOGNAME", "PATH", "SHELL", "USER", "__CF_USER_TEXT_ENCODING", "LANG", "LC_ALL", "TERM", "TMPDIR", "TZ",
      ]),
      names: NameRules(prefix: "mcp__KEY__", limit: 64), cure: "open a new thread in Codex"),
    Editor(
      "gemini", "Gemini CLI",
      places: [
        EditorPlace(.variable("GEMINI_CLI_HOME"), ".gemini/settings.json"), EditorPlace(.home, ".gemini/settings.json"),
      ],
      dialects: [gemini], environment: .withoutSecrets, names: NameRules(prefix: "mcp_KEY_", limit: 63),
      cure: "start Gemini CLI anew, or reload with /mcp"),
    Editor(
      "qwen", "Qwen Code",
      places: [EditorPlace(.variable("QWEN_HOME"), "settings.json"), EditorPlace(.home, ".qwen/settings.json")],
      dialects: [gemini], environment: .withoutSecrets, names: NameRules(prefix: "mcp_KEY_", limit: 63),
      cure: "start Qwen Code anew"),
    Editor(
      "copilot", "Copilot CLI",
      places: [
        EditorPlace(.variable("COPILOT_HOME"), "mcp-config.json"), EditorPlace(.home, ".copilot/mcp-config.json"),
      ],
      dialects: [
        stdio(servers, type: "local").with {
          $0.shape.tail = [.init("tools", .array([.string("*")]))]
          $0.handover = .braces
        }
      ],
      environment: .only(["PATH"]), names: NameRules(limit: 128), cure: "start Copilot CLI anew"),
    Editor(
      "opencode", "OpenCode",
      places: [
        EditorPlace(.configuration, "opencode/opencode.jsonc"), EditorPlace(.configuration, "opencode/opencode.json"),
      ],
      dialects: [openCode(EditorDialect("mcp", "servers")), openCodeOne], environment: .all,
      names: NameRules(prefix: "mcp__KEY__", limit: 64), cure: "start OpenCode anew"),
    Editor(
      "kilo", "Kilo Code",
      places: [EditorPlace(.configuration, "kilo/kilo.jsonc"), EditorPlace(.configuration, "kilo/kilo.json")],
      dialects: [openCodeOne], environment: .all, cure: "start Kilo Code anew"),
    Editor(
      "goose", "Goose",
      places: [
        EditorPlace(.variable("GOOSE_PATH_ROOT"), "config/config.yaml", .yaml),
        EditorPlace(.home, ".config/goose/config.yaml", .yaml),
      ],
      dialects: [
        EditorDialect("extensions").with {
          $0.shape.namesItself = true
          $0.shape.head = [.init("type", .string("stdio"))]
          $0.shape.commandKey = "cmd"
          $0.shape.environmentKey = "envs"
          $0.shape.tail = [.init("enabled", .boolean(true)), .init("timeout", .number("300"))]
          $0.handover = .names(key: "env_keys")
          $0.references = .none
          $0.timeout = .seconds
          $0.off = enabled
        }
      ],
      environment: .all, cure: "start Goose anew"),
    Editor(
      "crush", "Crush",
      places: [
        EditorPlace(.variable("CRUSH_GLOBAL_CONFIG"), "crush.json"), EditorPlace(.configuration, "crush/crush.json"),
      ],
      dialects: [
        stdio(EditorDialect("mcp")).with {
          $0.shape.tail = [.init("timeout", .number("60"))]
          $0.references = .dollar
          $0.timeout = .seconds
          $0.off = disabled
        }
      ],
      environment: .all, names: NameRules(prefix: "mcp_KEY_", limit: 64), cure: "start Crush anew"),
    Editor(
      "amp", "Amp",
      places: [EditorPlace(.file(variable: "AMP_SETTINGS_FILE")), EditorPlace(.home, ".config/amp/settings.json")],
      dialects: [EditorDialect("amp.mcpServers").with { $0.references = .none }], environment: .library,
      cure: "start Amp anew"),
    Editor(
      "amazon-q", "Amazon Q CLI", places: [EditorPlace(.home, ".aws/amazonq/mcp.json")],
      dialects: [
        servers.with {
          $0.handover = .environment
          $0.off = disabled
        }
      ],
      environment: .all, names: NameRules(limit: 64), cure: "start Amazon Q anew"),
    Editor(
      "droid", "Factory Droid", places: [EditorPlace(.home, ".factory/mcp.json")],
      dialects: [
        stdio(servers).with {
          $0.references = .none
          $0.off = disabled
        }
      ],
      environment: .library, cure: "nothing: Droid takes it up when the file is saved"),
  ]

  private static let gemini = servers.with {
    $0.handover = .dollar
    $0.references = .dollar
    $0.untypedRemote = "sse"
  }

  private static func openCode(_ dialect: EditorDialect) -> EditorDialect {
    stdio(dialect, type: "local").with {
      $0.shape.isList = true
      $0.shape.environmentKey = "environment"
      $0.handover = .openCode
      $0.references = .openCode
      $0.timeout = .listing
      $0.off = disabled
    }
  }

  /// The first version of OpenCode, and Kilo.
  private static let openCodeOne = openCode(EditorDialect("mcp")).with {
    $0.shape.tail = [.init("enabled", .boolean(true)), .init("timeout", .number("30000"))]
    $0.off = enabled
  }
}
