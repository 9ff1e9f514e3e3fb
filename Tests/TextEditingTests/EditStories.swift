import Testing

@testable import TextEditing

/// Edits of texts as they are really written, byte by byte.
@Suite struct EditStories {
  static let entry = DocumentValue.object([
    .init("command", .string("/bin/mj")), .init("args", .array([])), .init("env", .object([.init("A", .string("$A"))])),
  ])

  struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    let format: DocumentFormat
    let path: [DocumentStep]
    let before: String
    let after: String
    /// What removing what was put in leaves; nil for the same as before.
    var left: String?
    var testDescription: String { name }
  }

  private static let servers: [DocumentStep] = [.key("mcpServers"), .key("junction")]
  private static let tables: [DocumentStep] = [.key("mcp_servers"), .key("junction")]

  static let json = [
    Story(
      name: "a nested object behind a remark", format: .json, path: servers,
      before: "{\n\t// mine\n\t\"mcpServers\": {\n\t\t\"a\": {} // last\n\t}\n}\n",
      after: "{\n\t// mine\n\t\"mcpServers\": {\n\t\t\"a\": {}, // last\n\t\t\"junction\": {\n\t\t\t\"command\": "
        + "\"/bin/mj\",\n\t\t\t\"args\": [],\n\t\t\t\"env\": {\n\t\t\t\t\"A\": \"$A\"\n\t\t\t}\n\t\t}\n\t}\n}\n"),
    Story(
      name: "trailing commas and line ends of Windows", format: .json, path: [.key("s"), .key("j")],
      before: "\u{FEFF}{\r\n    \"s\": {\r\n        \"a\": 1,\r\n    },\r\n}",
      after:
        "\u{FEFF}{\r\n    \"s\": {\r\n        \"a\": 1,\r\n        \"j\": {\r\n            \"command\": \"/bin/mj\",\r\n"
        + "            \"args\": [],\r\n            \"env\": {\r\n                \"A\": \"$A\"\r\n            }\r\n"
        + "        },\r\n    },\r\n}"),
    Story(
      name: "all on one line", format: .json, path: servers, before: #"{"mcpServers":{"a":{"command":"x"}},"b":2}"#,
      after: #"{"mcpServers":{"a":{"command":"x"}, "junction": { "command": "/bin/mj", "args": [], "#
        + #""env": { "A": "$A" } }},"b":2}"#),
    Story(
      name: "an empty file", format: .json, path: [.key("s")], before: "",
      after:
        "{\n  \"s\": {\n    \"command\": \"/bin/mj\",\n    \"args\": [],\n    \"env\": {\n      \"A\": \"$A\"\n    }\n  }\n}\n",
      left: "{}\n"),
    Story(
      name: "comments in an empty object", format: .json, path: [.key("s")], before: "{ // none yet\n}",
      after:
        "{ // none yet\n  \"s\": {\n    \"command\": \"/bin/mj\",\n    \"args\": [],\n    \"env\": {\n      \"A\": \"$A\"\n    }\n  }\n}"
    ),
  ]

  static let toml = [
    Story(
      name: "a table behind others", format: .toml, path: tables,
      before: "model = \"o\" # mine\n\n[mcp_servers.a]\ncommand = 'x'\n[mcp_servers.a.env]\nK = \"v\"\n# end\n",
      after: "model = \"o\" # mine\n\n[mcp_servers.a]\ncommand = 'x'\n[mcp_servers.a.env]\nK = \"v\"\n# end\n\n"
        + "[mcp_servers.junction]\ncommand = \"/bin/mj\"\nargs = []\nenv = { A = \"$A\" }\n"),
    Story(
      name: "a last line without an end", format: .toml, path: tables, before: "a.b = 1",
      after: "a.b = 1\n\n[mcp_servers.junction]\ncommand = \"/bin/mj\"\nargs = []\nenv = { A = \"$A\" }"),
    Story(
      name: "an inline table", format: .toml, path: tables,
      before: "mcp_servers = { a = { command = \"x\" } } # all\r\n",
      after:
        "mcp_servers = { a = { command = \"x\" }, junction = { command = \"/bin/mj\", args = [], env = { A = \"$A\" } } "
        + "} # all\r\n"),
    Story(
      name: "an empty file of tables", format: .toml, path: tables, before: "",
      after: "[mcp_servers.junction]\ncommand = \"/bin/mj\"\nargs = []\nenv = { A = \"$A\" }\n"),
  ]

  static let yaml = [
    Story(
      name: "a mapping behind others", format: .yaml, path: [.key("extensions"), .key("junction")],
      before:
        "# Goose\nextensions:\n    a:\n        cmd: x # why\n        args: [\n          -v ]\n\nOTHER: |\n  text\n",
      after: "# Goose\nextensions:\n    a:\n        cmd: x # why\n        args: [\n          -v ]\n    junction:\n"
        + "      command: /bin/mj\n      args: []\n      env:\n        A: \"$A\"\n\nOTHER: |\n  text\n"),
    Story(
      name: "a key without a value", format: .yaml, path: [.key("extensions"), .key("junction")],
      before: "a: 1\r\nextensions: # none\r\nb: 2",
      after: "a: 1\r\nextensions: # none\r\n  junction:\r\n    command: /bin/mj\r\n    args: []\r\n    env:\r\n"
        + "      A: \"$A\"\r\nb: 2"),
    Story(
      name: "no key yet", format: .yaml, path: [.key("extensions"), .key("junction")], before: "a: 1\n",
      after: "a: 1\nextensions:\n  junction:\n    command: /bin/mj\n    args: []\n    env:\n      A: \"$A\"\n",
      left: "a: 1\n"),
    Story(
      name: "braces", format: .yaml, path: [.key("extensions"), .key("j")], before: "extensions: {} # none\n",
      after: "extensions: {j: {command: /bin/mj, args: [], env: {A: \"$A\"}}} # none\n"),
  ]

  @Test(arguments: json + toml + yaml) func aValueIsPutIn(_ story: Story) throws {
    let document = try Document(Array(story.before.utf8), format: story.format)
    let edited = try document.setting(Self.entry, at: story.path)
    #expect(String(decoding: edited.bytes, as: UTF8.self) == story.after)
    #expect(try edited.node(at: story.path)?.value == Self.entry)
    let kept = try document.node(at: Array(story.path.prefix(1))) == nil ? 0 : 1
    let left = try edited.removing(at: story.path, keeping: kept)
    #expect(String(decoding: left.bytes, as: UTF8.self) == story.left ?? story.before)
  }

  @Test func aNamedElementIsPutInAndTakenOut() throws {
    let path: [DocumentStep] = [.key("mcpServers"), .element(named: "junction")]
    let value = DocumentValue.object([.init("name", .string("junction")), .init("command", .string("/bin/mj"))])
    for before in [
      "name: x\nmcpServers:\n- name: a\n  command: b\n# end\n", "name: x\nmcpServers:\n  - {name: a}\nz: 1\n",
      "mcpServers: []\n", "name: x\n",
    ] {
      let document = try Document(Array(before.utf8), format: .yaml)
      let edited = try document.setting(value, at: path)
      #expect(try edited.node(at: path)?.value == value)
      let left = try edited.removing(at: path, keeping: before.contains("mcpServers") ? 1 : 0)
      #expect(String(decoding: left.bytes, as: UTF8.self) == before)
    }
  }

  @Test func aLeafIsReplacedAndSet() throws {
    let stories: [(DocumentFormat, [DocumentStep], String, String)] = [
      (
        .json, [.key("a"), .key("disabled")], "{\"a\": {\"disabled\": /* no */ false }}",
        "{\"a\": {\"disabled\": /* no */ true }}"
      ),
      (
        .json, [.key("a"), .key("disabled")], "{\n  \"a\": {\n    \"b\": 1\n  }\n}",
        "{\n  \"a\": {\n    \"b\": 1,\n    \"disabled\": true\n  }\n}"
      ),
      (
        .toml, [.key("a"), .key("b"), .key("disabled")], "[a.b]\nx = 1 # one\n\n[c]\n",
        "[a.b]\nx = 1 # one\ndisabled = true\n\n[c]\n"
      ),
      (.toml, [.key("a"), .key("disabled")], "[a]\ndisabled=false#no\n", "[a]\ndisabled=true#no\n"),
      (.yaml, [.key("a"), .key("disabled")], "a:\n  disabled: no\n", "a:\n  disabled: true\n"),
      (.yaml, [.key("a"), .key("disabled")], "a:\n  disabled:   # no\n", "a:\n  disabled: true   # no\n"),
    ]
    for (format, path, before, after) in stories {
      let document = try Document(Array(before.utf8), format: format)
      let edited = try document.setting(.boolean(true), at: path)
      #expect(String(decoding: edited.bytes, as: UTF8.self) == after)
    }
  }

  @Test func whatNobodyCanMeanIsRefused() {
    let refused: [(DocumentFormat, String, String)] = [
      (.json, "{\n\"a\": 1,\n\"a\": 2}", "3:1: the key 'a' stands twice, first in line 2; remove one of them first"),
      (.json, "{\"a\": [1]}", "1:7: an array stands where an object with 'j' is looked for"),
      (.json, "{\"a\": ", "1:7: the text ends where a value was expected"),
      (.toml, "a = 1\n[a]\n", "2:2: the key 'a' stands twice; remove one of them first"),
      (.toml, "a = \n", "1:5: a value was expected"),
      (.yaml, "a:\n  j: 1\n  j: 2\n", "3:3: the key 'j' stands twice, first in line 2; remove one of them first"),
      (.yaml, "a: 1\n\tb: 2\n", "2:2: the line is indented with a tab, which YAML forbids"),
      (.yaml, "a: 1\n---\nb: 1\n", "2:1: the file holds several documents; only one is read"),
    ]
    for (format, text, message) in refused {
      do {
        let document = try Document(Array(text.utf8), format: format)
        let edited = try document.setting(Self.entry, at: [.key("a"), .key("j")])
        Issue.record("taken: \(String(decoding: edited.bytes, as: UTF8.self))")
      } catch {
        #expect(error.description == message)
      }
    }
  }
}
