import Testing

@testable import Configuration

/// What is read with a warning, and what is read although it is unusual.
@Suite struct OddButUsableTests {
  /// A file, and the warnings as `line:column: server: message`; the server is missing when it is the whole file's.
  static let warnings: [(String, [String])] = [
    ("{\"mcpServers\": {}, \"$schema\": \"x\"}", ["1:1: no server is configured"]),
    ("{\"servers\": {\"a\": {\"command\": 1, \"disabled\": true}}}", ["1:1: every server is disabled"]),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\", \"frob\": []},\n\"b\": {\"command\": \"x\", \"frob\": []}},\n\"inputs\": []}",
      ["1:36: server 'a': unknown key 'frob' is ignored"]
    ),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\", \"argz\": []}}}",
      ["1:36: server 'a': unknown key 'argz' is ignored; did you mean 'args'?"]
    ),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\"}}, \"juntcion\": {}}",
      ["1:38: unknown key 'juntcion' is ignored; did you mean 'junction'?"]
    ),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\"}}, \"mcpServers\": {\"b\": {\"command\": \"y\"}}}",
      ["1:2: servers stand under 'mcpServers' and 'servers'; both are read"]
    ),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\", \"timeout\": 30}}}",
      ["1:47: server 'a': 'timeout' is in milliseconds; 30 is read as 30 seconds, write 30000 to say so"]
    ),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\", \"timeout\": 1800}}}",
      ["1:47: server 'a': 'timeout' is in milliseconds: 1800 is 1.8 s; for 1800 seconds, write 1800000"]
    ),
    (
      "{\"servers\": {\"a\": {\"command\": \"x\", \"env\": {\"A\": \"$TOKEN\", \"B\": \"Bearer %TOKEN%\", \"C\": \"{env:T}\"}}}}",
      [
        "1:49: server 'a': 'env.A': '$TOKEN' is handed over as it is; write '${TOKEN}' for the value of the variable",
        "1:64: server 'a': 'env.B': '%TOKEN%' is handed over as it is; write '${TOKEN}' for the value of the variable",
        "1:87: server 'a': 'env.C': '{env:T}' is handed over as it is; write '${T}' for the value of the variable",
      ]
    ),
    ("{\"servers\": {\"a\": {\"command\": \"sh\", \"args\": [\"-c\", \"exec x $5 a$B ${HOME}\"]}}}", []),
  ]

  @Test(arguments: warnings) func whatIsOddIsReadWithAWarning(_ text: String, _ warnings: [String]) throws {
    let configuration = try Reading.read(text).get()
    #expect(configuration.warnings.map(\.description) == warnings.map { Reading.description($0, "warning") })
    #expect(configuration.servers.allSatisfy { $0.isDisabled || $0.problem == nil })
  }

  @Test func aByteOrderMarkAndWindowsLinesAreReadAndDoNotShiftPositions() {
    guard case .failure(let failure) = Reading.read("\u{FEFF}{\r\n\"é\": ?}") else {
      Issue.record("accepted")
      return
    }
    #expect(failure.map(\.description) == ["\(Reading.path):2:6: error: '?' where a value was expected"])
  }

  @Test func pathsStartAtTheDirectoryOfTheFile() throws {
    let stories: [(String, String)] = [
      ("node", "node"), ("./node", "/home/ada/mcp/node"), ("bin/node", "/home/ada/mcp/bin/node"),
      ("../node", "/home/ada/mcp/../node"), ("/bin/node", "/bin/node"), ("~/node", "/home/ada/node"),
      ("${HOME}/node", "/home/ada/node"),
    ]
    for (written, meant) in stories {
      #expect(try Reading.server("{\"command\": \"\(written)\"}").launch?.process?.command == meant, "\(written)")
    }
  }

  @Test func variablesOfTheEntryWinOverThoseOfTheFile() throws {
    let server = try Reading.server(
      "{\"command\": \"a\", \"envFile\": \"~/e\", \"env\": {\"B\": \"entry\", \"C\": \"${HOME}\"}}",
      files: ["/home/ada/e": "A=file\nB=file"])
    #expect(
      server.launch?.process?.environment.map { "\($0.name)=\($0.value)" } == ["A=file", "B=entry", "C=/home/ada"])
  }

  @Test func timeoutsTakeTheMostSpecificValue() throws {
    let text = """
      {"servers": {"a": {"command": "x"}, "b": {"command": "x", "timeout": 5000},
        "c": {"command": "x", "timeout": 5000, "junction": {"callTimeout": "7s"}}},
       "junction": {"callTimeout": "3s", "progressTimeout": "1s"}}
      """
    let servers = try Reading.read(text).get().servers
    #expect(servers.map(\.callTimeout) == [3000, 5000, 7000])
    #expect(servers.map(\.progressTimeout) == [1000, 1000, 1000])
  }

  @Test func whatADefaultSetsASingleServerCanUnset() throws {
    let text = """
      {"servers": {"a": {"command": "x", "junction": {"breakerAfter": null, "maxAge": null}}, "b": {"command": "x"}},
       "junction": {"maxAge": "1h"}}
      """
    let servers = try Reading.read(text).get().servers
    #expect(servers.map(\.settings.maxAge) == [nil, 3_600_000])
    #expect(servers.map(\.settings.breakerAfter) == [nil, 5])
  }

  @Test func endpointsAreInstancesThenReplicas() throws {
    let server = try Reading.server(
      """
      {"command": "a", "args": ["1"], "env": {"A": "1"}, "junction": {"instances": 2, "priority": 1, "replicas": [
        {"args": ["2"]}, {"command": "b", "env": {}, "priority": 3}]}}
      """)
    #expect(server.problems == [])
    let variables = [EnvironmentVariable(name: "A", value: "1")]
    let own = ReplicaConfiguration(
      launch: .process(ProcessLaunch(command: "a", arguments: ["1"], environment: variables)), priority: 1)
    #expect(
      server.endpoints == [
        own, own,
        ReplicaConfiguration(
          launch: .process(ProcessLaunch(command: "a", arguments: ["2"], environment: variables)), priority: 0),
        ReplicaConfiguration(launch: .process(ProcessLaunch(command: "b", arguments: ["1"])), priority: 3),
      ])
  }

  @Test func packageLaunchersGetMoreTime() {
    let stories: [([String], Bool)] = [
      (["npx", "-y", "x"], true), (["/usr/bin/uvx", "x"], true), (["uv", "run", "x"], true),
      (["uv", "--quiet", "tool", "run", "x"], true), (["uv", "pip"], false), (["npx.cmd", "x"], true),
      (["docker", "run", "x"], true), (["npm", "exec", "x"], true), (["node", "npx"], false), (["bun", "x"], true),
      (["python3", "-m", "x"], false),
    ]
    for (words, isLauncher) in stories {
      let launch = ProcessLaunch(command: words[0], arguments: Array(words.dropFirst()))
      #expect(launch.isPackageLauncher == isLauncher, "\(words)")
    }
  }

  @Test func addressesOfRemoteServersAreTold() {
    for url in ["http://localhost:8080/mcp", "HTTPS://a.b/c?d=e#f", "https://user@[::1]/"] {
      #expect(RemoteAddress(url)?.url == url, "\(url)")
    }
    for url in [
      "", "http:", "http://", "http:///x", "http://:80/", "file:///x", "https://a b/", "https://é/", "https://a@/",
    ] {
      #expect(RemoteAddress(url) == nil, "\(url)")
    }
  }

  @Test func anAddressCanBeBehindASocket() {
    let address = RemoteAddress("unix:///run/my.sock#/mcp?x=1")
    #expect(address?.url == "http://localhost/mcp?x=1" && address?.socket == "/run/my.sock")
    #expect(RemoteAddress("unix:///run/my.sock")?.url == "http://localhost/")
    for url in ["unix://", "unix:///", "unix://host/x", "unix:///x#mcp", "unix:///x#/a b"] {
      #expect(RemoteAddress(url) == nil, "\(url)")
    }
  }

  @Test func bridgesAndDeadAddressesGetAdvice() throws {
    let stories = [
      (#"{"command": "npx", "args": ["-y", "mcp-remote@latest", "https://x/mcp"]}"#, "\"url\": \"https://x/mcp\""),
      (#"{"command": "supergateway", "args": ["--sse", "https://x/sse"]}"#, "supergateway is not needed"),
      (#"{"url": "https://mcp.atlassian.com/v1/sse"}"#, "https://mcp.atlassian.com/v1/mcp/authv2"),
    ]
    for (entry, advice) in stories {
      let warnings = try Reading.read("{\"mcpServers\": {\"s\": \(entry)}}").get().warnings.map { "\($0)" }
      #expect(warnings.count == 1 && warnings[0].contains(advice), "\(warnings)")
    }
    let serving = #"{"mcpServers": {"s": {"command": "supergateway", "args": ["--stdio", "x", "--url", "https://x"]}}}"#
    #expect(try Reading.read(serving).get().warnings.isEmpty)
  }

  @Test func replicasMayBeAddresses() throws {
    let server = try Reading.server(
      """
      {"command": "a", "args": ["1"], "junction": {"replicas": [
        {"url": "https://x/mcp", "headers": {"A": "b"}, "priority": 2}]}}
      """)
    #expect(server.problems == [])
    let remote = RemoteLaunch(url: "https://x/mcp", headers: [HeaderField(name: "A", value: "b")])
    #expect(server.endpoints.last == ReplicaConfiguration(launch: .remote(remote), priority: 2))
  }

  @Test func aHeaderFieldThatWouldBreakALineIsRefused() throws {
    for field in [#""A\nB": "c""#, #""A": "b\r\nC: d""#, #""A B": "c""#] {
      #expect(try Reading.server("{\"url\": \"https://x\", \"headers\": {\(field)}}").problems.count == 1, "\(field)")
    }
  }
}
