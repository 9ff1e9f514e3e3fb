import Testing

@testable import Configuration

/// A call starts only the servers that can have the name.
@Suite struct NarrowingTests {
  static let stories: [(name: String, servers: [String])] = [
    ("time__now", ["time"]), ("TIME__now", ["time"]), ("time_now", ["time"]), ("git__log", ["git"]),
    ("git_hub__log", ["git", "git_hub"]), ("git__hub__log", ["git", "git_hub"]),
    ("tim__now", ["time", "git", "git_hub"]),
    ("now", ["time", "git", "git_hub"]), ("off__x", ["time", "git", "git_hub"]),
  ]

  @Test(arguments: stories) func theNameTellsTheServers(_ name: String, _ servers: [String]) throws {
    let text = #"""
      {"mcpServers": {"time": {"command": "a"}, "git": {"command": "b"}, "git_hub": {"command": "c"},
        "off": {"command": "d", "disabled": true}}}
      """#
    let configuration = try Reading.read(text).get()
    #expect(configuration.narrowed(toName: name).servers.filter { !$0.isDisabled }.map(\.name) == servers)
  }

  @Test func aServerWithoutAPrefixMayHaveAnyName() throws {
    let text =
      #"{"mcpServers": {"a": {"command": "a"}, "b": {"command": "b", "junction": {"prefix": ""}}, "c": {"command": "c"}}}"#
    #expect(try Reading.read(text).get().narrowed(toName: "a__x").servers.map(\.name) == ["a", "b"])
  }

  @Test func prefixesStayWhatTheyAreAmongAllServers() throws {
    let text = #"{"mcpServers": {"a b": {"command": "a"}, "a.b": {"command": "b"}}}"#
    let configuration = try Reading.read(text).get()
    let prefix = configuration.servers[1].prefix
    let narrowed = configuration.narrowed(toName: "\(prefix)__x")
    #expect(narrowed.servers.map(\.name) == ["a.b"])
    #expect(narrowed.servers.map(\.prefix) == [prefix])
  }
}
