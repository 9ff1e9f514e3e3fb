import MCP
import Testing

@testable import Configuration

@Suite struct ProfileTests {
  private func profiles(_ text: String) throws -> [ClientProfile] {
    try Reading.read(Self.file(text)).get().settings.profiles
  }

  private static func file(_ text: String) -> String {
    "{\"mcpServers\": {\"git\": {\"command\": \"a\"}, \"time\": {\"command\": \"b\"}},\n\"junction\": {\"profiles\": \(text)}}"
  }

  @Test func aProfileSaysWhichServersAndToolsAreSeen() throws {
    let read = try profiles(
      """
      {"review": {"clients": ["Claude*"], "servers": {"git": {"includeTools": ["git_*"], "rename": {"git_log": "log"},
      "describe": {"git_log": "The history"}, "prefix": ""}, "time": {}}, "readOnly": true, "nameLimit": 30},
      "all": {"servers": ["time"], "face": "search"}}
      """)
    #expect(read.map(\.name) == ["review", "all"])
    #expect(read[0].isFor(client: "claude-code") && !read[0].isFor(client: "codex"))
    #expect(read[0].nameLimit == 30 && read[0].face == .list && read[1].face == .search)
    #expect(read[1].servers?.keys.sorted() == ["time"])
    let git = ToolShaping(read[0].rules(for: "git"))
    #expect(git.prefix?.value == "")
    #expect(git.name(of: "git_log") == .init(value: "log", origin: "profile 'review' for server 'git'"))
    #expect(git.description(of: "git_log")?.value == "The history")
    let reads = ToolHints(isReadOnly: true)
    #expect(git.shows("git_log", reads))
    #expect(git.obstacle(to: "git_log", ToolHints()) == .init(value: "readOnly", origin: "profile 'review'"))
    #expect(git.obstacle(to: "status", reads)?.value == "includeTools")
    #expect(ToolShaping(read[0].rules(for: "time")).shows("anything", reads))
  }

  @Test(arguments: [
    (#"{"a": {"servers": ["gitt"]}}"#, "2:45: no server is called 'gitt'; did you mean 'git'?"),
    (
      #"{"a": {"servers": 1}}"#,
      "2:44: 'junction.profiles.a.servers' must be an array of servers' names or an object of them, not a number"
    ),
    (#"{"a": {"readonly": true}}"#, "2:33: unknown key 'readonly' in 'junction.profiles.a'; did you mean 'readOnly'?"),
    (#"{"a": {"readOnly": 1}}"#, "2:45: 'junction.profiles.a.readOnly' must be true or false, not a number"),
    (#"{"a": {"includeTools": [1]}}"#, "2:49: 'junction.profiles.a.includeTools' must hold strings only"),
    (
      #"{"a": {"servers": {"git": {"prefix": "-"}}}}"#,
      "2:63: 'junction.profiles.a.servers.git.prefix' must be a letter and up to 19 letters, digits, '_' or '-', or empty"
    ),
    (#"[]"#, "2:26: 'junction.profiles' must be an object of profiles by their names, not an array"),
  ]) func whatIsWrongWithAProfileIsSaid(_ text: String, _ problem: String) {
    guard case .failure(let failure) = Reading.read(Self.file(text)) else {
      Issue.record("\(text) is taken")
      return
    }
    #expect(failure.problems.map(\.description) == [Reading.description(problem)])
  }

  @Test func aBrokenProfileShowsNothingToWhoeverIsServedAllTheSame() {
    let configuration = Configuration.read(
      Array(Self.file(#"{"a": {"clients": ["*"], "readOnly": "yes"}, "b": {}}"#).utf8), path: "/f",
      in: Surroundings(environment: [:]), with: SystemAccess(readFile: { _ in .failure(FileProblem("none")) }))
    #expect(configuration.settings.profiles.map { $0.servers?.count } == [0, nil])
  }

  @Test func rulesThatHideAddUpAndOfNamesTheLastOneCounts() {
    var (first, second) = (ShapingRule(), ShapingRule())
    first.filter.deny = ["drop_*"]
    first.names = ["a": "one", "b": ""]
    second.hidesDestructive = true
    second.names = ["a": "two"]
    second.origin = "there"
    let shaping = ToolShaping([first]).narrowed(by: [second])
    #expect(shaping.name(of: "a") == .init(value: "two", origin: "there"))
    #expect(shaping.name(of: "b") == nil)
    #expect(shaping.obstacle(to: "drop_all", ToolHints(isReadOnly: true))?.value == "excludeTools")
    #expect(shaping.obstacle(to: "put", ToolHints())?.value == "hideDestructive")
    #expect(shaping.shows("put", ToolHints(isDestructive: false)))
    #expect(!shaping.isOpen && ToolShaping([ShapingRule()]).isOpen)
  }
}
