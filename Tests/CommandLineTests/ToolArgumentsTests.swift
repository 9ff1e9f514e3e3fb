import Testing
import TextEditing

@testable import mcp_junction

@Suite struct ToolArgumentsTests {
  static let targets: [(words: [String], target: ToolTarget, rest: [String])] = [
    (["git__log"], .named("git__log"), []), (["git__log", "limit=3"], .named("git__log"), ["limit=3"]),
    (["git/log", "{}"], .tool("log", server: "git"), ["{}"]), (["git", "log"], .tool("log", server: "git"), []),
    (["git", "log", "a=1", "b=2"], .tool("log", server: "git"), ["a=1", "b=2"]), (["git", "-"], .named("git"), ["-"]),
    (["git", "@f"], .named("git"), ["@f"]), (["hub/log"], .named("hub/log"), []),
    (["git/a/b"], .tool("a/b", server: "git"), []),
  ]

  @Test(arguments: targets) func aToolIsMeant(_ words: [String], _ target: ToolTarget, _ rest: [String]) {
    let read = ToolTarget.read(words, servers: ["git", "time"])
    #expect(read.target == target)
    #expect(Array(read.rest) == rest)
  }

  @Test func wordsAreToldApart() {
    let stories: [([String], ToolArguments?)] = [
      ([], ToolArguments.none), (["-"], .standardInput), (["@a=b.json"], .file("a=b.json")),
      ([#"{"a": "b=c"}"#], .json(#"{"a": "b=c"}"#)),
      (["a=1", "b.c-d="], .pairs([.init(key: "a", value: "1"), .init(key: "b.c-d", value: "")])),
      (["a=1", "x"], nil), (["a=1", "a=2"], nil), (["a=1", "{}"], nil), (["=1", "b=2"], nil),
    ]
    for (words, arguments) in stories {
      #expect((try? ToolArguments.read(words[...]).get()) == arguments, "\(words)")
    }
  }

  private static let schema = #"""
    {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
      "name": {"type": "string"}, "limit": {"type": "integer"}, "share": {"type": "number"}, "deep": {"type": "boolean"},
      "tags": {"type": "array"}, "kind": {"type": "string", "enum": ["open", "closed"]}, "any": {},
      "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]}, "id": {"type": ["string", "integer"]}}}
    """#

  static let typed: [(words: String, outcome: String)] = [
    ("name=7 limit=7 share=7", #"{"name":"7","limit":7,"share":7}"#),
    ("name=true deep=true any=true", #"{"name":"true","deep":true,"any":true}"#),
    (#"name=a tags=["x",1] any=x"#, #"{"name":"a","tags":["x",1],"any":"x"}"#),
    ("name=a kind=open maybe=null id=5", #"{"name":"a","kind":"open","maybe":null,"id":5}"#),
    ("name=a maybe=1 id=x share=1.50", #"{"name":"a","maybe":1,"id":"x","share":1.50}"#),
    ("limit=7", "the tool needs 'name'; write name=…"),
    ("name=a limit=many", "'limit' must be integer, not 'many'"),
    ("name=a limit=1.5", "'limit' must be integer, not '1.5'"),
    ("name=a kind=opn", "'kind' must be one of open, closed; did you mean 'open'?"),
    ("nam=a", "the tool has no argument 'nam'; did you mean 'name'?"),
    (
      "name=a other=1",
      "the tool has no argument 'other'; it takes name, limit, share, deep, tags, kind, any, maybe, id"
    ),
  ]

  @Test(arguments: typed) func valuesAreReadByTheSchema(_ line: String, _ outcome: String) throws {
    guard case .pairs(let pairs) = try ToolArguments.read(line.split(separator: " ").map(String.init)[...]).get() else {
      Issue.record("no pairs")
      return
    }
    let schema = try DocumentNode(json: Array(Self.schema.utf8))
    switch ToolArguments.object(pairs, schema: schema) {
    case .success(let object): #expect(object == outcome)
    case .failure(let problem): #expect(problem.description == outcome)
    }
  }

  @Test func withoutASchemaNumbersAndBooleansAreThemselves() throws {
    let pairs = [("a", "1"), ("b", "x y"), ("c", "false"), ("d", "{}")].map {
      ToolArguments.Pair(key: $0.0, value: $0.1)
    }
    #expect(try ToolArguments.object(pairs, schema: nil).get() == #"{"a":1,"b":"x y","c":false,"d":"{}"}"#)
  }
}
