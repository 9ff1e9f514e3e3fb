import Configuration
import TextEditing

/// The editors that are known.
package enum EditorTable {
  /// In the order of the help.
  package static let all = desktop + terminal

  /// Returns the editor of a name, which may be written with other capitals, spaces and dashes.
  package static func editor(named name: String) -> Editor? {
    let wanted = plain(name)
    return all.first { plain($0.name) == wanted || plain($0.title) == wanted }
      ?? aliases[wanted].flatMap { name in all.first { $0.name == name } }
  }

  /// Returns the name that was probably meant.
  package static func nearest(to name: String) -> String? { NearestName.of(name, among: all.map(\.name)) }

  private static func plain(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }

  private static let aliases = [
    "claude": "claude-code", "code": "vscode", "devin": "windsurf", "devindesktop": "windsurf", "gemini": "gemini",
    "geminicli": "gemini", "copilotcli": "copilot", "githubcopilot": "copilot", "roocode": "roo", "qwencode": "qwen",
    "codexcli": "codex", "kirocli": "kiro", "jetbrainsjunie": "junie", "visualstudiocode": "vscode",
  ]

  static let servers = EditorDialect("mcpServers")

  static func stdio(_ dialect: EditorDialect, type: String = "stdio") -> EditorDialect {
    dialect.with { $0.shape.head = [.init("type", .string(type))] }
  }
}
