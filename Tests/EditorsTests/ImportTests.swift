import Testing
import TextEditing

@testable import Editors

@Suite struct ImportTests {
  /// What each editor's file becomes in ours: the entries as they are written, and what is said about them.
  private func imported(_ name: String, into own: String = "", unwraps: Bool = false) throws -> ImportPlan {
    let editor = try #require(EditorTable.editor(named: name))
    let file = try EditorFile(.own, path: "/own", format: .json, bytes: Array(own.utf8))
    var plan = ImportPlan(into: file, unwraps: unwraps, isGateway: { $0.key == "junction" })
    try plan.add(try Fixture.file(editor))
    return plan
  }

  private func entry(_ key: String, _ plan: ImportPlan) -> DocumentValue? {
    plan.own.entries.first { $0.key == key }?.node.value
  }

  private func json(_ text: String) throws -> DocumentValue { try DocumentNode(json: Array(text.utf8)).value }

  static let entries: [(editor: String, key: String, entry: String)] = [
    // What means nothing in an editor without references must mean nothing here.
    (
      "claude-desktop", "brave",
      #"{"command":"npx","args":["-y","@modelcontextprotocol/server-brave-search"],"env":{"BRAVE_API_KEY":"${secret:brave/BRAVE_API_KEY}"}}"#
    ),
    (
      "cursor", "tracker",
      #"{"command":"npx","args":["-y","tracker-mcp","${workspaceFolder}"],"env":{"TRACKER_TOKEN":"${env:TRACKER_TOKEN}","CACHE":"${HOME}/.cache/tracker"}}"#
    ),
    (
      "vscode", "github",
      #"{"type":"stdio","command":"docker","args":["run","-i","--rm","-e","GITHUB_TOKEN","ghcr.io/github/github-mcp-server"],"env":{"GITHUB_TOKEN":"${input:github-token}"},"dev":{"watch":"src/**/*.ts"}}"#
    ),
    ("windsurf", "figma", #"{"serverUrl":"https://mcp.figma.com/mcp"}"#),
    ("windsurf", "time", #"{"command":"uvx","args":["mcp-server-time"],"disabled":true}"#),
    (
      "zed", "postgres",
      #"{"source":"custom","command":"uvx","args":["postgres-mcp"],"env":{"DATABASE_URI":"postgres://localhost"},"timeout":90000}"#
    ),
    (
      "cline", "weather",
      #"{"autoApprove":["forecast"],"disabled":false,"timeout":120000,"type":"stdio","command":"node","args":["/opt/weather/index.js"],"env":{"WEATHER_KEY":"${env:WEATHER_KEY}"}}"#
    ),
    ("cline", "events", #"{"url":"https://events.example.com/sse","disabled":true,"type":"sse"}"#),
    (
      "roo", "search",
      #"{"command":"npx","args":["-y","search-mcp"],"alwaysAllow":["*"],"timeout":30000,"watchPaths":["/opt/search"]}"#
    ),
    (
      "continue", "SQLite",
      #"{"command":"npx","args":["-y","mcp-sqlite","/home/ada/test.db"],"env":{"TOKEN":"${SQLITE_TOKEN}"},"connectionTimeout":30000}"#
    ),
    (
      "continue", "remote",
      #"{"type":"streamable-http","url":"https://remote.example.com/mcp","requestOptions":{"headers":{"Authorization":"Bearer ${REMOTE}"}}}"#
    ),
    (
      "kiro", "aws-docs",
      #"{"command":"uvx","args":["awslabs.aws-documentation-mcp-server@latest"],"env":{"FASTMCP_LOG_LEVEL":"ERROR","AWS_PROFILE":"${AWS_PROFILE}"},"disabled":false,"autoApprove":[],"disabledTools":["recommend"]}"#
    ),
    ("junie", "memory", #"{"command":"npx","args":["-y","@modelcontextprotocol/server-memory"]}"#),
    ("claude-code", "time", #"{"type":"stdio","command":"uvx","args":["mcp-server-time"],"env":{"TZ":"${TZ:-UTC}"}}"#),
    (
      "codex", "context7",
      #"{"command":"npx","args":["-y","@upstash/context7-mcp"],"env":{"LOG":"C:\\logs","CONTEXT7_API_KEY":"${CONTEXT7_API_KEY}"},"junction":{"handshakeTimeout":"20000ms"},"timeout":90500}"#
    ),
    (
      "codex", "figma",
      #"{"url":"https://mcp.figma.com/mcp","http_headers":{"X-Region":"eu-central","Authorization":"Bearer ${FIGMA_TOKEN}","X-Team":"${FIGMA_TEAM}"},"enabled":false,"type":"http"}"#
    ),
    (
      "gemini", "python",
      #"{"command":"python","args":["-m","my_server","--port","8080"],"cwd":"/srv/tools","env":{"DB":"${DB_URL}","KEY":"${API_KEY}"},"timeout":15000,"trust":true,"includeTools":["query","explain"]}"#
    ),
    ("gemini", "web", #"{"httpUrl":"https://web.example.com/mcp","headers":{"X-Key":"${WEB_KEY}"}}"#),
    ("gemini", "old", #"{"url":"https://old.example.com/sse","type":"sse"}"#),
    ("qwen", "search", #"{"command":"uvx","args":["search-mcp"],"discoveryTimeoutMs":20000,"env":{"K":"${K}"}}"#),
    (
      "copilot", "playwright",
      #"{"type":"local","command":"npx","args":["@playwright/mcp@latest"],"env":{"TOKEN":"${PLAYWRIGHT_TOKEN}"},"tools":["*"]}"#
    ),
    (
      "opencode", "everything",
      #"{"type":"local","command":["npx","-y","@modelcontextprotocol/server-everything"],"environment":{"TOKEN":"${EVERYTHING_TOKEN}"}}"#
    ),
    (
      "kilo", "jira",
      #"{"type":"local","command":["uvx","jira-mcp"],"environment":{"JIRA":"${JIRA_TOKEN}"},"enabled":false}"#
    ),
    (
      "goose", "github",
      #"{"args":["-y","@modelcontextprotocol/server-github"],"cmd":"npx","description":"GitHub","enabled":true,"envs":{"LEVEL":"info","GITHUB_PERSONAL_ACCESS_TOKEN":"${GITHUB_PERSONAL_ACCESS_TOKEN}"},"timeout":120000,"type":"stdio"}"#
    ),
    (
      "goose", "hosted",
      #"{"enabled":false,"type":"streamable_http","uri":"https://hosted.example.com/mcp","headers":{"X-Region":"eu"},"timeout":60000}"#
    ),
    (
      "crush", "filesystem",
      #"{"type":"stdio","command":"node","args":["/opt/fs.js"],"timeout":120000,"disabled":false,"disabled_tools":["delete"],"env":{"HOME_DIR":"${HOME}"}}"#
    ),
    ("amp", "semgrep", #"{"command":"uvx","args":["semgrep-mcp"]}"#),
    ("amazon-q", "cdk", #"{"command":"uvx","args":["cdk-mcp"],"env":{"P":"${env:AWS_PROFILE}"},"timeout":60000}"#),
    (
      "droid", "playwright",
      #"{"type":"stdio","command":"npx","args":["-y","@playwright/mcp@latest"],"disabled":false}"#
    ),
  ]

  @Test(arguments: entries) func anEntryIsTakenOver(_ editor: String, _ key: String, _ entry: String) throws {
    let plan = try imported(editor)
    #expect(self.entry(key, plan) == (try json(entry)))
  }

  /// Comments come along, in the words and the place that they had.
  @Test func commentsComeAlong() throws {
    #expect(
      String(decoding: try imported("cursor").own.document.bytes, as: UTF8.self) == """
        {
          "mcpServers": {
            // the tracker of the company
            "tracker": {
            	"command": "npx", // needs Node 20
            	"args": ["-y", "tracker-mcp", "${workspaceFolder}"],
            	"env": {
            		"TRACKER_TOKEN": "${env:TRACKER_TOKEN}",
            		"CACHE": "${HOME}/.cache/tracker",
            	},
            },
            "docs": { "url": "https://docs.example.com/mcp", "headers": { "Authorization": "Bearer ${env:DOCS_TOKEN}" } }
          }
        }

        """)
    let codex = String(decoding: try imported("codex").own.document.bytes, as: UTF8.self)
    #expect(codex.contains("    // looks up libraries\n    \"context7\": {\n      \"command\": \"npx\""))
  }

  @Test func whatStandsHereStaysAndTheRestIsSaid() throws {
    let own =
      "{\n  // ours\n  \"servers\": {\"time\": {\"command\": \"other\"}, \"sentry\": {\"url\": \"https://mcp.sentry.dev/mcp\"}}\n}"
    let plan = try imported("claude-code", into: own)
    #expect(
      plan.findings.map(\.decision) == [.take(name: "time-claude-code"), .have(name: "sentry"), .take(name: "linear")])
    #expect(plan.findings[2].notes == ["is a bridge to https://mcp.linear.app/sse; --unwrap takes the address itself"])
    #expect(plan.findings[2].variables == ["LINEAR_TOKEN"])
    #expect(plan.own.document.bytes.starts(with: own.utf8.prefix(45)))
    // Once more changes nothing.
    var again = ImportPlan(into: plan.own, unwraps: false, isGateway: { _ in false })
    try again.add(try Fixture.file(try #require(EditorTable.editor(named: "claude-code"))))
    #expect(again.own.document.bytes == plan.own.document.bytes)
  }

  @Test func aBridgeIsUnwrapped() throws {
    let plan = try imported("claude-code", unwraps: true)
    #expect(
      entry("linear", plan)
        == (try json(#"{"url":"https://mcp.linear.app/sse","headers":{"Authorization":"Bearer ${LINEAR_TOKEN}"}}"#)))
    #expect(Bridge(["npx", "-y", "supergateway", "--sse", "https://a/sse"])?.type == "sse")
    #expect(Bridge(["npx", "mcp-remote@1.2", "https://a", "--transport", "http-only"])?.type == "http")
    #expect(Bridge(["npx", "-y", "server", "https://a"]) == nil)
  }

  @Test func whatIsNoServerOfOthersIsLeft() throws {
    let text =
      #"{"mcpServers": {"junction": {"command": "mcp-junction"}, "t": {"command": "npx", "args": ["-y", "toolport"]}, "e": {}}}"#
    let file = try EditorFile(
      try #require(EditorTable.editor(named: "cursor")), path: "/f", format: .json, bytes: Array(text.utf8))
    var plan = ImportPlan(
      into: try EditorFile(.own, path: "/own", format: .json, bytes: nil), unwraps: false,
      isGateway: { $0.key == "junction" })
    try plan.add(file)
    #expect(plan.own.entries.isEmpty)
    #expect(
      plan.findings.map(\.decision) == [
        .skip(reason: "it is this gateway"),
        .skip(reason: "toolport is a gateway itself; import from the editors behind it"),
        .skip(reason: "it has neither a command nor an address"),
      ])
    #expect(try imported("goose").findings[0].decision == .skip(reason: "it is a part of the editor"))
  }

  @Test func whatAPersonHasToSeeToIsSaid() throws {
    #expect(
      try imported("cursor").findings[0].notes == [
        "${workspaceFolder} is the folder that the editor has open; write the folder instead"
      ])
    #expect(
      try imported("vscode").findings[0].notes == [
        "'github-token' is asked for once more here, and kept as a secret"
      ])
    #expect(
      try imported("crush").findings[1].notes == [
        "what the editor runs as a command, $(…), is run here only where \"commands\" in 'junction' says so"
      ])
    #expect(
      try imported("goose").findings[1].notes == [
        "the editor keeps GITHUB_PERSONAL_ACCESS_TOKEN in its keyring; set it as variables"
      ])
    #expect(try imported("claude-code").findings.count == 3)
    #expect(try Fixture.file(try #require(EditorTable.editor(named: "claude-code"))).projectCount == 1)
  }

  @Test func whatAnEditorAsksForIsDescribedHere() throws {
    let plan = try imported("vscode")
    #expect(
      plan.own.document.root.member("inputs")?.value.value
        == (try json(
          #"[{"type": "promptString", "id": "github-token", "description": "GitHub token", "password": true}]"#)))
  }

  // MARK: - Secrets

  private func plan(_ text: String, editor: String = "cursor", taken: Set<String> = []) throws -> ImportPlan {
    let file = try EditorFile(
      try #require(EditorTable.editor(named: editor)), path: "/f", format: .json, bytes: Array(text.utf8))
    var plan = ImportPlan(
      into: try EditorFile(.own, path: "/own", format: .json, bytes: nil), unwraps: false, takenSecrets: taken,
      isGateway: { _ in false })
    try plan.add(file)
    return plan
  }

  static let plainSecrets: [(entry: String, taken: String, secrets: [String])] = [
    (
      #"{"command":"a","env":{"API_TOKEN":"s3cret","MODE":"fast","REF":"${env:X}"}}"#,
      #"{"command":"a","env":{"API_TOKEN":"${secret:s/API_TOKEN}","MODE":"fast","REF":"${env:X}"}}"#, ["s3cret"]
    ),
    (
      #"{"url":"https://h/mcp","headers":{"Authorization":"Bearer abc","X-Team":"blue"}}"#,
      #"{"url":"https://h/mcp","headers":{"Authorization":"Bearer ${secret:s/Authorization}","X-Team":"blue"}}"#,
      ["abc"]
    ),
    (
      #"{"command":"a","args":["--api-key","k1","--token=k2","-e","DB_PASSWORD=k3","--header","Authorization: Bearer k4","--key-file","/k"]}"#,
      #"{"command":"a","args":["--api-key","${secret:s/api-key}","--token=${secret:s/token}","-e","DB_PASSWORD=${secret:s/DB_PASSWORD}","--header","Authorization: Bearer ${secret:s/Authorization}","--key-file","/k"]}"#,
      ["k1", "k2", "k3", "k4"]
    ),
    (
      #"{"command":"a","args":["postgres://ada:pw@db/x","ghp_0123456789abcdefghij","--verbose"]}"#,
      #"{"command":"a","args":["postgres://ada:${secret:s/password}@db/x","${secret:s/argument}","--verbose"]}"#,
      ["pw", "ghp_0123456789abcdefghij"]
    ),
    (
      #"{"url":"https://h/mcp?lang=en&api_key=k1"}"#, #"{"url":"https://h/mcp?lang=en&api_key=${secret:s/api_key}"}"#,
      ["k1"]
    ),
    (
      #"{"url":"https://h/0a1b2c3d4e5f60718293/mcp"}"#, #"{"url":"https://h/${secret:s/url}/mcp"}"#,
      ["0a1b2c3d4e5f60718293"]
    ),
    (
      #"{"command":"a","env":{"X":"sk-proj-0123456789"}}"#, #"{"command":"a","env":{"X":"${secret:s/X}"}}"#,
      ["sk-proj-0123456789"]
    ),
    (
      #"{"command":"npx","args":["-y","@modelcontextprotocol/server-filesystem","/opt/node-v18.17.1/x"],"env":{"SSL_CERT_FILE":"/etc/c"}}"#,
      #"{"command":"npx","args":["-y","@modelcontextprotocol/server-filesystem","/opt/node-v18.17.1/x"],"env":{"SSL_CERT_FILE":"/etc/c"}}"#,
      []
    ),
  ]

  @Test(arguments: plainSecrets) func aPlainSecretIsNotCopied(_ entry: String, _ taken: String, _ secrets: [String])
    throws
  {
    let plan = try plan(#"{"mcpServers": {"s": \#(entry)}}"#)
    #expect(self.entry("s", plan) == (try json(taken)))
    #expect(plan.extraction.found.map(\.value) == secrets)
    // The same once more is known for the same.
    var again = ImportPlan(into: plan.own, unwraps: false, isGateway: { _ in false })
    try again.add(
      try EditorFile(
        try #require(EditorTable.editor(named: "cursor")), path: "/g", format: .json,
        bytes: Array(#"{"mcpServers": {"t": \#(entry)}}"#.utf8)))
    let isKnownByItsEntry = !entry.contains("\"env\"") && !entry.contains("\"headers\"") || entry.contains("args")
    if isKnownByItsEntry { #expect(again.findings.map(\.decision) == [.have(name: "s")]) }
  }

  @Test func twoSecretsHaveTwoNames() throws {
    let text = #"{"mcpServers": {"a b": {"command": "x", "env": {"TOKEN": "one", "token": "one"}}}}"#
    let plan = try plan(text, taken: ["a_b/TOKEN"])
    #expect(plan.extraction.found.map(\.name) == ["a_b/TOKEN-2", "a_b/token"])
  }

  @Test func whatIsAReferenceHereStoodForItselfThere() throws {
    let text = #"{"mcpServers": {"s": {"command": "x", "args": ["${cmd:rm x}", "${secret:X}", "${file:f}"]}}}"#
    #expect(
      entry("s", try plan(text))?.member("args")
        == .array([.string("$${cmd:rm x}"), .string("$${secret:X}"), .string("$${file:f}")]))
  }
}
