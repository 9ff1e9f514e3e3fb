import Configuration
import Testing
import TextEditing

@testable import Editors

@Suite struct RegistrationTests {
  private static let registration = Registration(
    command: "/usr/local/bin/mcp-junction", arguments: [], variables: ["GITHUB_TOKEN", "LANG"])

  /// Each editor's own file, with the entry as the editor's documentation has it; variables that the editor does not pass
  /// on are handed over in its spelling.
  static let entries: [(editor: String, entry: String)] = [
    ("claude-desktop", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    (
      "cursor",
      #"{"command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"${env:GITHUB_TOKEN}","LANG":"${env:LANG}"}}"#
    ),
    ("vscode", #"{"type":"stdio","command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("vscode-insiders", #"{"type":"stdio","command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("windsurf", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("zed", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    (
      "cline",
      #"{"command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"${env:GITHUB_TOKEN}","LANG":"${env:LANG}"}}"#
    ),
    (
      "roo",
      #"{"command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"${env:GITHUB_TOKEN}","LANG":"${env:LANG}"}}"#
    ),
    (
      "continue",
      #"{"name":"junction","command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"${{ secrets.GITHUB_TOKEN }}","LANG":"${{ secrets.LANG }}"}}"#
    ),
    (
      "kiro",
      #"{"command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"${GITHUB_TOKEN}","LANG":"${LANG}"}}"#
    ),
    ("junie", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("lmstudio", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("claude-code", #"{"type":"stdio","command":"/usr/local/bin/mcp-junction","args":[]}"#),
    (
      "codex",
      #"{"command":"/usr/local/bin/mcp-junction","args":[],"env_vars":["GITHUB_TOKEN"],"startup_timeout_sec":30}"#
    ),
    ("gemini", #"{"command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"$GITHUB_TOKEN"}}"#),
    ("qwen", #"{"command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"$GITHUB_TOKEN"}}"#),
    (
      "copilot",
      #"{"type":"local","command":"/usr/local/bin/mcp-junction","args":[],"env":{"GITHUB_TOKEN":"${GITHUB_TOKEN}","LANG":"${LANG}"},"tools":["*"]}"#
    ),
    ("opencode", #"{"type":"local","command":["/usr/local/bin/mcp-junction"]}"#),
    ("kilo", #"{"type":"local","command":["/usr/local/bin/mcp-junction"],"enabled":true,"timeout":30000}"#),
    (
      "goose",
      #"{"name":"junction","type":"stdio","cmd":"/usr/local/bin/mcp-junction","args":[],"enabled":true,"timeout":300}"#
    ),
    ("crush", #"{"type":"stdio","command":"/usr/local/bin/mcp-junction","args":[],"timeout":60}"#),
    ("amp", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("amazon-q", #"{"command":"/usr/local/bin/mcp-junction","args":[]}"#),
    ("droid", #"{"type":"stdio","command":"/usr/local/bin/mcp-junction","args":[]}"#),
  ]

  @Test(arguments: entries) func theEntryIsWrittenAsTheEditorWantsIt(_ name: String, _ entry: String) throws {
    let editor = try #require(EditorTable.editor(named: name))
    let file = try Fixture.file(editor)
    let edited = try Self.registration.apply(to: file, key: Registration.key)
    let found = try #require(edited.entries.first { $0.key == Registration.key })
    #expect(found.node.value == (try DocumentNode(json: Array(entry.utf8)).value))
    #expect(edited.entries.count == file.entries.count + 1)
    #expect(Array(edited.entries.map(\.key).dropLast()) == file.entries.map(\.key))
    let left = try Registration.removed(from: edited, key: Registration.key, keeping: Registration.depth(of: file))
    // An empty object of lines comes back as one without; the journal brings back the rest.
    if !file.entries.isEmpty { #expect(left.document.bytes == file.document.bytes) }
    #expect(left.document.root.value == file.document.root.value)
  }

  @Test func everyEditorHasAFixture() {
    #expect(Self.entries.map(\.editor).sorted() == EditorTable.all.map(\.name).sorted())
  }

  @Test(arguments: EditorTable.all.map(\.name)) func aFileThatIsNotThereIsMade(_ name: String) throws {
    let editor = try #require(EditorTable.editor(named: name))
    let file = try EditorFile(editor, path: "/f", format: editor.places[0].format, bytes: nil)
    let edited = try Self.registration.apply(to: file, key: Registration.key)
    #expect(edited.entries.map(\.key) == [Registration.key])
    #expect(edited.document.bytes.starts(with: editor.seed.utf8))
  }

  @Test func whatWouldStartTwiceIsFoundAndSwitchedOff() throws {
    let own = try EditorFile(
      .own, path: "/s", format: .json,
      bytes: Array(
        #"{"mcpServers":{"x":{"command":"npx","args":["-y","@upstash/context7-mcp"]},"figma":{"command":"f"}}}"#.utf8))
    let codex = try Fixture.file(try #require(EditorTable.editor(named: "codex")))
    let doubles = ServerTwins.doubles(of: own.entries, in: codex.entries)
    #expect(doubles.map(\.key) == ["context7"])
    let edited = try Self.registration.apply(to: codex, key: Registration.key, replacing: doubles)
    #expect(edited.entries.first { $0.key == "context7" }?.isOn == false)
    let claude = try Fixture.file(try #require(EditorTable.editor(named: "junie")))
    let removed = try Self.registration.apply(to: claude, key: Registration.key, replacing: claude.entries)
    #expect(removed.entries.map(\.key) == [Registration.key])
  }

  @Test func theFirstFormatOfOpenCodeStaysAsItIs() throws {
    let editor = try #require(EditorTable.editor(named: "opencode"))
    let bytes = Array(#"{"mcp": {"a": {"type": "local", "command": ["x"]}}}"#.utf8)
    let file = try EditorFile(editor, path: "/f", format: .json, bytes: bytes)
    let edited = try Self.registration.apply(to: file, key: "junction")
    #expect(edited.entries.map(\.key) == ["a", "junction"])
    #expect(edited.document.root.member("mcp")?.value.member("servers") == nil)
  }

  @Test func placesFollowTheSurroundings() throws {
    let surroundings = Surroundings(
      environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/x", "CODEX_HOME": "~/c", "CLINE_DIR": "/l"],
      workingDirectory: "/w")
    let file = { (name: String, isMac: Bool) in
      EditorTable.editor(named: name)?.files(in: surroundings, isMac: isMac).first?.path
    }
    #expect(file("Claude Desktop", false) == "/x/Claude/claude_desktop_config.json")
    #expect(file("claude-desktop", true) == "/h/Library/Application Support/Claude/claude_desktop_config.json")
    #expect(file("codex", false) == "/h/c/config.toml")
    #expect(file("cline", true) == "/l/data/settings/cline_mcp_settings.json")
    #expect(file("zed", true) == "/x/zed/settings.json")
    #expect(file("goose", false) == "/h/.config/goose/config.yaml")
  }

  @Test func variablesAreFoundInAllTexts() throws {
    let text = #"{"a": ["${A}", "$${B}", "${env:C}-${D:-d}${E"], "b": {"${F}": 1, "g": "${input:x} ${G} ${A}"}}"#
    #expect(VariableReferences.names(in: try DocumentNode(json: Array(text.utf8))) == ["A", "C", "D", "G"])
  }

  @Test func budgetsLeaveRoomForTheUsualNames() {
    for editor in EditorTable.all {
      #expect(editor.names.budget(forKey: Registration.key).map { $0 >= 48 } ?? true, "\(editor.name)")
    }
  }
}
