import Testing

@testable import Configuration

/// What is wrong with a single entry. The entry stands in line 2, from column 6 on.
@Suite struct BadEntryTests {
  struct Story: CustomTestStringConvertible, Sendable {
    let entry: String
    let problems: [String]
    var testDescription: String { entry }

    init(_ entry: String, _ problems: String...) {
      self.entry = entry
      self.problems = problems
    }
  }

  static let stories = [
    Story("null", "2:6: the entry of a server must be an object, not null"),
    Story("{}", "2:6: an entry needs 'command', the program to run, or 'url'"),
    Story("{\"command\": \"\"}", "2:18: 'command' is empty; it must name the program to run"),
    Story("{\"command\": 7}", "2:18: 'command' must be a string, not a number"),
    Story("{\"command\": []}", "2:18: 'command' is empty; it must name the program to run"),
    Story("{\"command\": [\"npx\", {}]}", "2:26: 'command[1]' must be a string, not an object"),
    Story("{\"command\": \"a\\u0000b\"}", "2:18: 'command' contains a NUL character, which no program can be given"),
    Story(
      "{\"command\": \"a\", \"url\": \"http://b\"}", "2:7: an entry has either 'command' or 'url', not both"),
    Story("{\"command\": \"a\", \"args\": \"b\"}", "2:31: 'args' must be an array of strings, not a string"),
    Story(
      "{\"command\": \"a\", \"args\": [\"b\", {}, []]}",
      "2:37: 'args[1]' must be a string, not an object",
      "2:41: 'args[2]' must be a string, not an array"),
    Story("{\"command\": \"a\", \"env\": []}", "2:30: 'env' must be an object with string values, not an array"),
    Story(
      "{\"command\": \"a\", \"env\": {\"PORT\": [80]}}",
      "2:39: 'env.PORT' must be a string, not an array"),
    Story("{\"command\": \"a\", \"env\": {\"A=B\": \"\"}}", "2:31: \"A=B\" cannot be a name in 'env'"),
    Story(
      "{\"command\": \"a\", \"env\": {\"KEY\": \"${NONE}\"}}",
      "2:38: 'env.KEY' uses the variable NONE, which is not set; set it where the editor is started or in the 'env' of "
        + "the gateway's own entry there, or write '${NONE:-default}'"),
    Story(
      "{\"command\": \"a\", \"args\": [\"${input:token}\"]}",
      "2:32: 'args[0]' uses '${input:token}': it is not there"),
    Story(
      "{\"command\": \"a\", \"args\": [\"${1}\"]}",
      "2:32: 'args[0]': '${1}' is not ${VAR}, ${VAR:-default} or ${env:VAR}; for a literal '${' write '$${'"),
    Story(
      "{\"command\": \"a\", \"args\": [\"${workspaceFolder}/x\"]}",
      "2:32: 'args[0]' uses the variable workspaceFolder, which is not set; it is an editor's, and the gateway serves no "
        + "single folder: write the path itself"),
    Story(
      "{\"command\": \"a\", \"args\": [\"${workspaceFolder:web}\"]}",
      "2:32: 'args[0]': '${workspaceFolder:web}' is an editor's folder, and the gateway serves no single one: write the "
        + "path itself"),
    Story(
      "{\"command\": \"${userHome}/a\"}",
      "2:18: 'command' uses the variable userHome, which is not set; write '${HOME}'"),
    Story(
      "{\"command\": \"a\", \"env\": {\"T\": \"${{ secrets.T }}\"}}",
      "2:36: 'env.T': '${{ secrets.T }' is Continue's; use '${secret:NAME}' or a variable"),
    Story(
      "{\"command\": \"a\", \"env\": {\"T\": \"${cmd: op read x}\"}}",
      "2:36: 'env.T' uses '${cmd: op read x}': no command is run for a value unless \"commands\" in the top-level 'junction' "
        + "says \"direct\" or \"shell\""),
    Story(
      "{\"command\": \"a\", \"env\": {\"T\": \"${keyring:x}\"}}",
      "2:36: 'env.T': '${keyring:x}' is not known here; use '${secret:NAME}' or '${cmd:…}'"),
    Story(
      "{\"command\": \"a\", \"env\": {\"T\": \"${secret:a b}\"}}",
      "2:36: 'env.T' uses '${secret:a b}': a secret's name is up to 128 letters, digits and '._/@:-'"),
    Story("{\"command\": \"${HOME\"}", "2:18: 'command': '${' without '}'"),
    Story("{\"command\": \"a\", \"cwd\": true}", "2:30: 'cwd' must be a string, not a boolean"),
    Story("{\"command\": \"a\", \"disabled\": \"no\"}", "2:35: 'disabled' must be true or false, not a string"),
    Story(
      "{\"command\": \"a\", \"timeout\": \"30s\"}", "2:34: 'timeout' must be a number of milliseconds, not a string"),
    Story("{\"command\": \"a\", \"timeout\": -1}", "2:34: 'timeout' must be a positive number of milliseconds"),
    Story("{\"command\": \"a\", \"type\": \"stdoi\"}", "2:31: unknown type \"stdoi\"; did you mean \"stdio\"?"),
    Story(
      "{\"command\": \"a\", \"type\": \"carrier pigeon\"}",
      "2:31: unknown type \"carrier pigeon\"; it is one of stdio, http, sse"),
    Story(
      "{\"command\": \"a\", \"type\": \"http\"}",
      "2:31: the type \"http\" goes with a 'url', but the entry has a 'command'"),
    Story(
      "{\"url\": \"ftp://a\"}",
      "2:14: 'url' must be an http:// or https:// address, such as \"https://example.com/mcp\""),
    Story(
      "{\"url\": \"https://example.com/mcp\", \"type\": \"stdio\"}",
      "2:49: the type \"stdio\" goes with a 'command', but the entry has a 'url'"),
    Story(
      "{\"serverUrl\": \"a\", \"type\": \"local\"}",
      "2:33: the type \"local\" goes with a 'command', but the entry has a 'serverUrl'",
      "2:20: 'serverUrl' must be an http:// or https:// address, such as \"https://example.com/mcp\""),
    Story(
      "{\"command\": \"a\", \"excludeTools\": \"x\"}",
      "2:39: 'excludeTools' must be an array of tools' names, not a string"),
    Story("{\"command\": \"a\", \"enabled\": 0}", "2:34: 'enabled' must be true or false, not a number"),
    Story(
      "{\"command\": \"a\", \"command\": \"b\"}",
      "2:23: the key 'command' stands twice in the same object, first in line 2; remove one"),
    Story(
      "{\"command\": \"a\", \"env\": {\"A\": \"1\", \"A\": \"2\"}}",
      "2:41: the key 'A' stands twice in the same object, first in line 2; remove one"),
    Story("{\"command\": \"a\", \"envFile\": \"no\"}", "2:34: 'envFile' /home/ada/mcp/no cannot be read: no such file"),
    Story(
      "{\"command\": \"a\", \"junction\": {\"instanses\": 2}}",
      "2:36: unknown key 'instanses' in 'junction'; did you mean 'instances'?"),
    Story(
      "{\"command\": \"a\", \"junction\": {\"labels\": true}}",
      "2:36: 'junction.labels' is for the whole gateway; set it in the top-level 'junction'"),
    Story(
      "{\"command\": \"a\", \"junction\": {\"prefix\": \"a b\"}}",
      "2:46: 'junction.prefix' must be a letter and up to 19 letters, digits, '_' or '-', or empty"),
    Story(
      "{\"command\": \"a\", \"junction\": {\"replicas\": {}}}",
      "2:48: 'junction.replicas' must be an array of objects, not an object"),
    Story(
      "{\"command\": \"a\", \"args\": [{}], \"junction\": {\"replicas\": [1, {\"prio\": 1}, {\"priority\": -1}]}}",
      "2:32: 'args[0]' must be a string, not an object",
      "2:63: 'junction.replicas[0]' must be an object, not a number",
      "2:67: unknown key 'prio' in 'junction.replicas[1]'; the keys are command, args, env, envFile, cwd, url, type, headers, priority",
      "2:92: 'junction.replicas[2].priority' must be a whole number from 0 to 1000"),
  ]

  @Test(arguments: stories) func aBadEntryIsItsServersProblemAlone(_ story: Story) throws {
    let server = try Reading.server(story.entry)
    #expect(server.problems.map(\.description) == story.problems.map { Reading.description($0, server: "s") })
    #expect(server.problems.allSatisfy { $0.server == "s" })
  }

  @Test func aServerThatStandsTwiceHasAProblem() throws {
    let configuration = try Reading.read(
      "{\"servers\": {\"a\": {\"command\": \"x\"}, \"b\": {\"command\": \"y\"},\n\"a\": {\"command\": \"z\"}}}"
    ).get()
    #expect(configuration.servers.map(\.name) == ["a", "b"])
    let problem = Reading.description("2:1: the name stands twice among the servers; rename or remove one", server: "a")
    #expect(configuration.servers[0].problem?.description == problem)
    #expect(configuration.servers[1].problem == nil)
  }

  @Test func aMistakeInAnEnvironmentFileIsReportedThere() throws {
    let server = try Reading.server(
      "{\"command\": \"a\", \"envFile\": \".env\"}", files: ["/home/ada/mcp/.env": "A=1\nB = 'x\n"])
    #expect(
      server.problem?.description == "/home/ada/mcp/.env:2:1: error: server 's': the quote is not closed on its line")
  }

  @Test func noProblemShowsASecret() throws {
    let environment = ["HOME": "/home/ada", "TOKEN": "correct-horse"]
    let server = try Reading.server(
      "{\"command\": \"a\", \"env\": {\"A\": \"${TOKEN}\"}, \"envFile\": \"/run/${TOKEN}/env\"}",
      environment: environment)
    #expect(server.problem?.message == "'envFile' /run/•••/env cannot be read: no such file")
    let key = try Reading.server(
      "{\"command\": \"a\", \"envFile\": \"/e\"}", files: ["/e": "A=-----BEGIN KEY-----\nMIIE+QIBADANBg=="])
    #expect(key.problem?.message.contains("MIIE") == false)
  }

  @Test func thisGatewayOnTheSameFileIsRefused() throws {
    let stories: [(entry: String, isRefused: Bool)] = [
      ("{\"command\": \"mcp-junction\"}", false),
      ("{\"command\": \"mcp-junction\", \"args\": [\"/home/ada/mcp/servers.json\"]}", true),
      ("{\"command\": \"mcp-junction\", \"args\": [\"servers.json\"], \"cwd\": \".\"}", true),
      ("{\"command\": \"mcp-junction\", \"args\": [\"servers.json\"]}", false),
      ("{\"command\": \"mcp-junction\", \"args\": [\"/other.json\"]}", false),
      ("{\"command\": \"mcp-junction\", \"env\": {\"MCP_JUNCTION_CONFIG\": \"/home/ada/mcp/servers.json\"}}", true),
      ("{\"command\": \"other\", \"args\": [\"/home/ada/mcp/servers.json\"]}", false),
    ]
    let access = SystemAccess(
      readFile: { _ in .failure(FileProblem("none")) },
      gateway: { launch in
        guard launch.command == "mcp-junction" else { return nil }
        return Surroundings(
          environment: Dictionary(launch.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
          workingDirectory: launch.directory ?? "/tmp", configurationFlag: launch.arguments.first)
      },
      areSameFile: { $0.replacing("/./", with: "/") == $1 })
    for story in stories {
      let text = "{\"mcpServers\": {\"right\": {\"command\": \"true\"}, \"s\": \(story.entry)}}"
      let configuration = Configuration.read(
        Array(text.utf8), path: Reading.path, in: Surroundings(environment: ["HOME": "/home/ada"]), with: access)
      #expect((configuration.servers[1].problem != nil) == story.isRefused, "\(story.entry)")
    }
  }
}
