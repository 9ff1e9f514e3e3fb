import MCP
import Testing

@testable import Configuration

/// What other programs write is read as they mean it, or named for what it is.
@Suite struct DialectTests {
  struct Story: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String
    /// The words of the command, or the address; nil for a server that is off.
    let server: String?
    /// Names and values.
    var variables: [String] = []
    var callTimeout: UInt64 = 12 * 3_600_000
  }

  static let stories = [
    Story(
      testDescription: "Claude Desktop",
      text: #"{"globalShortcut": "", "mcpServers": {"s": {"command": "a", "args": ["b"]}}}"#,
      server: "a b"),
    Story(
      testDescription: "Claude Code",
      text:
        #"{"numStartups": 7, "mcpServers": {"s": {"type": "stdio", "command": "a", "alwaysLoad": true, "timeout": 60000}}}"#,
      server: "a", callTimeout: 60_000),
    Story(
      testDescription: "Cursor",
      text: #"{"mcpServers": {"s": {"url": "https://x/y", "headers": {"A": "${env:HOME}"}, "auth": {}}}}"#,
      server: "https://x/y"),
    Story(
      testDescription: "VS Code",
      text: #"{"inputs": [{"id": "t"}], "servers": {"s": {"type": "stdio", "command": "a", "sandboxEnabled": true}}}"#,
      server: "a"),
    Story(
      testDescription: "VS Code's settings",
      text: #"{"mcp": {"inputs": [], "servers": {"s": {"command": "a"}}}, "editor.x": 1}"#,
      server: "a"),
    Story(
      testDescription: "VS Code's settings, flat", text: #"{"mcp.servers": {"s": {"command": "a"}}, "mcp.inputs": []}"#,
      server: "a"),
    Story(
      testDescription: "Zed",
      text:
        #"{"theme": "One", "context_servers": {"s": {"source": "custom", "command": "a", "args": [], "timeout": 90}}}"#,
      server: "a", callTimeout: 90_000),
    Story(
      testDescription: "Zed of old",
      text:
        #"{"context_servers": {"s": {"command": {"path": "a", "args": ["b"], "env": {"C": "d"}}, "settings": {}}}}"#,
      server: "a b", variables: ["C=d"]),
    Story(
      testDescription: "Windsurf", text: #"{"mcpServers": {"s": {"serverUrl": "https://x/y", "alwaysAllow": ["*"]}}}"#,
      server: "https://x/y"),
    Story(
      testDescription: "Gemini CLI",
      text:
        #"{"mcp": {"allowed": ["s"]}, "mcpServers": {"s": {"httpUrl": "https://x/y", "trust": true, "timeout": 600000}}}"#,
      server: "https://x/y", callTimeout: 600_000),
    Story(
      testDescription: "Copilot CLI",
      text:
        #"{"mcpServers": {"s": {"type": "local", "command": "a", "args": [], "env": {}, "tools": ["*"], "deferTools": true}}}"#,
      server: "a"),
    Story(
      testDescription: "Cline",
      text: #"{"mcpServers": {"s": {"command": "a", "disabled": false, "autoApprove": [], "timeout": 1800}}}"#,
      server: "a", callTimeout: 1_800_000),
    Story(
      testDescription: "Cline, nested",
      text:
        #"{"mcpServers": {"s": {"transport": {"type": "stdio", "command": "a", "args": ["b"]}, "autoApprove": []}}}"#,
      server: "a b"),
    Story(
      testDescription: "Roo",
      text: #"{"mcpServers": {"s": {"command": "a", "alwaysAllow": ["x"], "watchPaths": ["/w"], "timeout": 60}}}"#,
      server: "a", callTimeout: 60_000),
    Story(
      testDescription: "Amazon Q",
      text: #"{"mcpServers": {"s": {"command": "a", "autoApprove": [], "timeout": 120000}}}"#,
      server: "a", callTimeout: 120_000),
    Story(
      testDescription: "OpenCode",
      text:
        #"{"mcp": {"s": {"type": "local", "command": ["a", "b"], "environment": {"A": "{env:HOME}"}, "enabled": true, "timeout": 5000}}}"#,
      server: "a b", variables: ["A=/home/ada"]),
    Story(
      testDescription: "OpenCode, off", text: #"{"mcp": {"s": {"type": "local", "command": ["a"], "enabled": false}}}"#,
      server: nil),
    Story(
      testDescription: "OpenCode, remote",
      text: #"{"mcp": {"s": {"type": "remote", "url": "https://x/y", "oauth": false}}}"#,
      server: "https://x/y"),
    Story(
      testDescription: "OpenCode 2",
      text: #"{"mcp": {"servers": {"s": {"type": "local", "command": ["a"], "disabled": true}}}}"#,
      server: nil),
    Story(
      testDescription: "Crush", text: #"{"mcp": {"s": {"type": "stdio", "command": "a", "timeout": 60}}}"#, server: "a",
      callTimeout: 60_000),
    Story(testDescription: "Amp", text: #"{"amp.mcpServers": {"s": {"command": "a", "args": ["b"]}}}"#, server: "a b"),
    Story(
      testDescription: "Continue",
      text: #"{"mcpServers": [{"name": "s", "command": "a", "args": ["b"], "connectionTimeout": 20000}]}"#,
      server: "a b"),
    Story(
      testDescription: "Cherry Studio",
      text:
        #"{"mcpServers": {"s": {"name": "s", "isActive": false, "command": "a", "registryUrl": "", "longRunning": false}}}"#,
      server: nil),
    Story(testDescription: "off", text: #"{"mcpServers": {"s": {"command": "a", "enabled": false}}}"#, server: nil),
    Story(
      testDescription: "numbers and booleans",
      text:
        #"{"mcpServers": {"s": {"command": "a", "args": [8080, true, 1.50, null], "env": {"P": 80, "D": false, "N": null}}}}"#,
      server: "a 8080 true 1.50", variables: ["P=80", "D=false"]),
    Story(
      testDescription: "null means absent",
      text:
        #"{"mcpServers": {"s": {"command": "a", "args": null, "env": null, "cwd": null, "url": null, "timeout": null, "disabled": null}}, "servers": null, "junction": null}"#,
      server: "a"),
    Story(
      testDescription: "an empty address", text: #"{"mcpServers": {"s": {"command": "a", "url": ""}}}"#, server: "a"),
    Story(
      testDescription: "an empty command", text: #"{"mcpServers": {"s": {"command": "", "url": "http://x"}}}"#,
      server: "http://x"),
    Story(
      testDescription: "comments",
      text:
        #"{"_comment": "x", "mcpServers": {"s": {"_comment": "x", "//": "y", "description": "z", "command": "a"}}}"#,
      server: "a"),
  ]

  @Test(arguments: stories) func whatAProgramWritesIsReadWithoutAWarning(_ story: Story) throws {
    let configuration = try Reading.read(story.text).get()
    #expect(configuration.warnings.filter { $0.message != "every server is disabled" } == [])
    let server = try #require(configuration.servers.first)
    #expect(configuration.servers.count == 1)
    #expect(server.name == "s")
    #expect(server.problems == [])
    #expect(server.isDisabled == (story.server == nil))
    guard let expected = story.server else { return }
    switch server.launch {
    case .process(let launch):
      #expect(([launch.command] + launch.arguments).joined(separator: " ") == expected)
      #expect(launch.environment.map { "\($0.name)=\($0.value)" } == story.variables)
    case .remote(let launch): #expect(launch.url == expected)
    case nil: Issue.record("no launch")
    }
    #expect(server.callTimeout == story.callTimeout)
    #expect(server.shaping.isOpen)
  }

  @Test func transportsOfRemoteServersAreKnownByTheirNames() throws {
    let stories: [(String, RemoteLaunch.Transport?)] = [
      (#""url": "https://x""#, nil), (#""httpUrl": "https://x""#, .streamableHTTP),
      (#""url": "https://x", "type": "http""#, .streamableHTTP),
      (#""url": "https://x", "type": "streamable-http""#, .streamableHTTP),
      (#""url": "https://x", "type": "streamableHttp""#, .streamableHTTP),
      (#""uri": "https://x", "type": "streamable_http""#, .streamableHTTP),
      (#""url": "https://x", "type": "sse""#, .sse), (#""url": "https://x", "transport": "sse""#, .sse),
      (#""url": "https://x", "type": "remote""#, nil),
    ]
    for (members, transport) in stories {
      let launch = try Reading.server("{\(members)}").launch
      #expect(launch == .remote(RemoteLaunch(url: "https://x", transport: transport)), "\(members)")
    }
  }

  @Test func headersAreExpandedAndSecret() throws {
    let server = try Reading.server(
      #"{"url": "https://x/${ID}", "requestOptions": {"headers": {"Authorization": "Bearer ${TOKEN}", "X": 1}}}"#,
      environment: ["TOKEN": "correct-horse", "ID": "7"])
    let headers = [
      HeaderField(name: "Authorization", value: "Bearer correct-horse"), HeaderField(name: "X", value: "1"),
    ]
    #expect(server.launch == .remote(RemoteLaunch(url: "https://x/7", headers: headers)))
    #expect(server.secrets.contains("correct-horse"))
  }

  @Test func toolsAreAllowedAndDeniedByTheKeysOfEveryProgram() throws {
    let stories: [(members: String, seen: [String])] = [
      ("", ["read", "read_all", "write"]), (#""disabledTools": ["write"]"#, ["read", "read_all"]),
      (#""disabled_tools": ["read*"]"#, ["write"]), (#""excludeTools": ["*"]"#, []),
      (#""includeTools": ["read"]"#, ["read"]), (#""enabledTools": ["*_all", "write"]"#, ["read_all", "write"]),
      (#""enabled_tools": []"#, []), (#""allowedTools": ["read*"], "excludeTools": ["*all"]"#, ["read"]),
      (#""tools": ["*"]"#, ["read", "read_all", "write"]), (#""tools": []"#, []),
      (#""tools": {"write": {"approval_mode": "never"}}"#, ["read", "read_all", "write"]),
      (#""includeTools": null"#, ["read", "read_all", "write"]),
      (#""includeTools": ["r*d*l", "**rite"]"#, ["read_all", "write"]),
    ]
    for story in stories {
      let server = try Reading.server("{\"command\": \"a\"\(story.members.isEmpty ? "" : ", ")\(story.members)}")
      #expect(
        ["read", "read_all", "write"].filter { server.shaping.shows($0, ToolHints()) } == story.seen, "\(story.members)"
      )
      #expect(server.problems == [])
    }
  }

  static let foreign: [(bytes: [UInt8], problem: String)] = [
    (Array("# Codex\n\n[mcp_servers.time]\ncommand = \"uvx\"".utf8), "3:1: this is TOML, as Codex keeps its servers"),
    (Array("model = \"o5\"\n".utf8), "1:1: this is TOML, as Codex keeps its servers"),
    (Array("[features]\n".utf8), "1:1: this is TOML, as Codex keeps its servers"),
    (Array("---\nextensions:\n  time:\n".utf8), "2:1: this is YAML, as Goose and Continue keep their servers"),
    (Array("mcpServers:\r\n- name: x".utf8), "1:1: this is YAML, as Goose and Continue keep their servers"),
    ([0xFF, 0xFE] + "{}".utf8.flatMap { [$0, 0] }, "1:1: the file is UTF-16 text; save it as UTF-8"),
    ([0xFE, 0xFF] + "{}".utf8.flatMap { [0, $0] }, "1:1: the file is UTF-16 text; save it as UTF-8"),
    ("{}".utf8.flatMap { [$0, 0] }, "1:1: the file is UTF-16 text; save it as UTF-8"),
    (Array("[true, ?]".utf8), "1:8: '?' where a value"),
    (Array("{mcpServers: {}}".utf8), "1:2: 'm' where a key in quotes or '}' was expected"),
  ]

  @Test(arguments: foreign) func anotherFormatIsNamed(_ bytes: [UInt8], _ problem: String) {
    let configuration = Configuration.read(
      bytes, path: Reading.path, in: Surroundings(environment: [:]),
      with: SystemAccess(readFile: { _ in .failure(FileProblem("none")) }))
    #expect(configuration.problems.count == 1)
    #expect(configuration.problems.first?.description.hasPrefix(Reading.description(problem)) == true)
  }

  @Test func anEntryInAnArrayWithoutANameHasOneOfItsPlace() throws {
    let servers = try Reading.read(
      #"{"servers": [{"name": "a", "command": "x"}, 7, {"name": "a", "command": "y"}, {"name": "b", "command": "z"}]}"#
    )
    .get()
    .servers
    #expect(servers.map(\.name) == ["a", "servers[1]", "b"])
    #expect(servers[0].problem?.message == "the name stands twice among the servers; rename or remove one")
    #expect(servers[1].problem?.message == "the entry of a server must be an object, not a number")
  }
}
