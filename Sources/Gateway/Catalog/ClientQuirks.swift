import Configuration

/// What is known of how a client treats tools, by the name by which it introduces itself.
///
/// It decides about names and words only: the name is whatever the client says, and opens nothing.
struct ClientQuirks: Sendable {
  /// Patterns of names, in small letters.
  let clients: [String]
  /// Characters that it leaves for a public name beside what it puts in front itself, under a key of eight characters.
  let nameLimit: Int
  /// Whether it takes letters, digits and `_` only, or turns the rest into them.
  var avoidsDashes = false
  /// Whether it drops tools without a description.
  var describesAll = false

  /// Claude Code adds `mcp__<key>__` and takes 64 characters in all; VS Code counts its server part among 64, Cursor among
  /// 60; Codex has `mcp__<key>__`, 64 and no `-`; Gemini CLI and its kin `mcp_<key>_` and 63; Cline `<key>__` and Roo Code
  /// `mcp--<key>--` of 64; Continue `<key>_` of 64; Amazon Q and Kiro take 64, no `-`, and no tool without a description.
  private static let table = [
    ClientQuirks(clients: ["claude-code*"], nameLimit: 49),
    ClientQuirks(clients: ["visual studio code*", "vscode*"], nameLimit: 48),
    ClientQuirks(clients: ["cursor*"], nameLimit: 48),
    ClientQuirks(clients: ["codex*"], nameLimit: 48, avoidsDashes: true),
    ClientQuirks(clients: ["gemini-cli*", "qwen*"], nameLimit: 48),
    ClientQuirks(clients: ["cline*"], nameLimit: 48),
    ClientQuirks(clients: ["roo*"], nameLimit: 48),
    ClientQuirks(
      clients: ["q dev cli*", "amazon q*", "q-cli*", "kiro*"], nameLimit: 48, avoidsDashes: true, describesAll: true),
  ]

  /// Returns what is known of a client; nil where nothing is.
  static func of(_ client: String) -> ClientQuirks? {
    table.first { quirks in quirks.clients.contains { ToolFilter.matches($0, client.lowercased()) } }
  }
}
