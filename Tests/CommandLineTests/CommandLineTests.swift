import Configuration
import TestSupport
import Testing

@testable import mcp_junction

@Suite struct CommandLineTests {
  private func parse(_ line: String) -> Result<Invocation, UsageProblem> {
    CommandTable.parse(line.split(separator: " ").map(String.init))
  }

  /// A command line, the command that it means, its arguments, and the options that were given.
  static let right: [(line: String, command: String, arguments: [String], options: [String: String])] = [
    ("", "", [], [:]), ("--config /a.json", "", [], ["--config": "/a.json"]),
    ("--config=a=b", "", [], ["--config": "a=b"]), ("--list", "--list", [], [:]),
    ("--json --list", "--list", [], ["--json": ""]),
    ("--drain --log-level debug", "", [], ["--drain": "", "--log-level": "debug"]),
    ("call a__b", "call", ["a__b"], [:]), ("call a__b - --json", "call", ["a__b", "-"], ["--json": ""]),
    ("call --config c a__b {}", "call", ["a__b", "{}"], ["--config": "c"]), ("call -- --odd", "call", ["--odd"], [:]),
    ("status --json", "status", [], ["--json": ""]), ("config check", "config check", [], [:]),
    ("config --config c check", "config check", [], ["--config": "c"]), ("config schema", "config schema", [], [:]),
    ("list time git", "list", ["time", "git"], [:]), ("help config check", "help", ["config", "check"], [:]),
    ("add a -e A=1 -- b --c", "add", ["a", "b", "--c"], ["--env": "A=1"]), ("version", "version", [], [:]),
    ("login a --device", "login", ["a"], ["--device": ""]), ("logout a", "logout", ["a"], [:]),
    ("auth status --json", "auth status", [], ["--json": ""]), ("--version", "--version", [], [:]),
    ("-V", "--version", [], [:]),
  ]

  @Test(arguments: right)
  func aRightLineIsUnderstood(_ line: String, _ command: String, _ arguments: [String], _ options: [String: String])
    throws
  {
    let invocation = try parse(line).get()
    #expect(invocation.command.name == command)
    #expect(invocation.arguments == arguments)
    #expect(invocation.options == options)
  }

  @Test(arguments: [
    ("-h", ""), ("bogus -h", ""), ("--help call", "call"), ("call -h", "call"), ("config --help", ""),
    ("config check extra --help", "config check"), ("--list --help", "--list"), ("--drain call --help", "call"),
  ])
  func helpIsGivenForTheCommandThatStandsThere(_ line: String, _ command: String) throws {
    let invocation = try parse(line).get()
    #expect(invocation.has(.help))
    #expect(invocation.command.name == command)
  }

  static let wrong: [(String, String)] = [
    ("--lst", "unknown option '--lst'; did you mean '--list'?"), ("-x", "unknown option '-x'; see --help"),
    ("--config", "--config needs a value: --config PATH"), ("--config=", "--config needs a value: --config PATH"),
    ("--list --list", "--list is given twice"), ("--list=yes", "--list takes no value"),
    ("--json --json --list", "--json is given twice"), ("--json=1 --list", "--json takes no value"),
    ("--log-level warn", "--log-level must be one of debug, info, warning, error"),
    ("--log-level eror", "--log-level must be one of debug, info, warning, error; did you mean 'error'?"),
    ("stats", "unknown command 'stats'; did you mean 'status'?"),
    ("lst", "unknown command 'lst'; did you mean 'list'?"),
    ("frobnicate", "unknown command 'frobnicate'; see --help"),
    ("call", "'call' needs the name of a tool; 'list' shows them"),
    ("status now", "unexpected argument 'now' after 'status'"),
    ("login", "'login' needs the name of a server"), ("auth", "'auth' needs 'status'"),
    ("config", "'config' needs 'check' or 'schema'"),
    ("config chek", "'config' needs 'check' or 'schema'; did you mean 'check'?"),
    ("config check x y", "unexpected argument 'y' after 'x'"),
    ("config schema x", "unexpected argument 'x' after 'schema'"),
    ("--list status", "--list stands alone, without 'status'"),
    ("--list --version", "--version stands alone, without '--list'"),
    ("--replace", "--replace goes with 'register'"),
    (
      "--dry-run config check",
      "--dry-run goes with 'import', 'register', 'unregister', 'add', 'remove', 'enable' and 'disable'"
    ),
    ("--drain --list", "--drain goes with 'serve'"),
  ]

  @Test(arguments: wrong) func aWrongLineIsRefusedWithACure(_ line: String, _ problem: String) {
    guard case .failure(let found) = parse(line) else {
      Issue.record("accepted: \(line)")
      return
    }
    #expect(found == UsageProblem(problem))
  }

  @Test func theTableIsSound() {
    #expect(CommandTable.all[0].words == [])
    #expect(Set(CommandTable.all.map(\.name)).count == CommandTable.all.count)
    for command in CommandTable.all {
      #expect(!command.summary.isEmpty && command.summary.hasSuffix("."), "\(command.name)")
      let options = (CommandOption.common + command.options).map(\.name)
      #expect(Set(options).count == options.count, "\(command.name)")
      for other in CommandTable.all where other.name != command.name && !command.words.isEmpty {
        #expect(!other.words.starts(with: command.words), "'\(command.name)' hides '\(other.name)'")
      }
    }
    #expect(Set(ExitStatus.allCases.map(\.rawValue)).count == ExitStatus.allCases.count)
  }

  @Test func everyExampleIsACommandLineOfItsCommand() throws {
    for command in CommandTable.all {
      for example in command.examples {
        let words = example.line.split(separator: " ").filter { !$0.hasPrefix("<") && !$0.hasPrefix(">") }
        let line = words.map(String.init).joined(separator: " ").replacing("'{\"limit\": 3}'", with: "{}")
        #expect(try parse(line).get().command.name == command.name, "\(example.line)")
      }
    }
  }

  @Test func theHelpNamesEveryCommandOptionAndStatus() throws {
    let help = CommandTable.help(try parse("--help").get())
    for command in CommandTable.all {
      #expect(help.contains("\n  \(command.name)") || help.contains(", \(command.name)"), "\(command.name)")
    }
    for status in ExitStatus.allCases { #expect(help.contains("\n  \(status.rawValue) "), "\(status)") }
    var texts = [help]
    for command in CommandTable.all where !command.words.isEmpty {
      let own = CommandTable.help(try parse("\(command.name) --help").get())
      texts.append(own)
      for option in CommandOption.common + command.options {
        #expect(own.contains("  \(option.name)") || own.contains(", \(option.name)"), "\(command.name) \(option.name)")
      }
      for argument in command.arguments { #expect(own.contains("\n  \(argument.name) "), "\(command.name)") }
    }
    for line in texts.flatMap({ $0.split(separator: "\n") }) { #expect(line.count <= 80, "\(line)") }
  }

  @Test func theStatusesAreDocumented() throws {
    let rows = try RepositoryFile.lines("docs/operations.md").filter {
      $0.hasPrefix("| ") && $0.dropFirst(2).first?.isNumber == true
    }
    #expect(rows == ExitStatus.allCases.map { "| \($0.rawValue) | \($0.meaning) |" })
  }

  @Test func theHelpOfACommandIsWhatItsRowSays() throws {
    #expect(
      CommandTable.help(try parse("status --help").get()) == """
        Usage: mcp-junction status [--json]

        Show how the servers of a running gateway are.

        Options:
          --json                 Print for a program.
          --config PATH          The configuration. Default: $MCP_JUNCTION_CONFIG, then
                                 $XDG_CONFIG_HOME/mcp-junction/servers.json.
          --log-level LEVEL      The least urgent of what is said on standard error:
                                 debug, info, warning or error. Default: the
                                 configuration's when serving, else error.
          -h, --help             Print help, for a command behind it or for all.

        Examples:
          mcp-junction status
              Every gateway of this user.
          mcp-junction --config PATH status
              Only gateways on that file.

        """)
  }

  @Test func anOptionThatRepeatsKeepsAllItsValues() throws {
    let invocation = try parse("add a -e A=1 --env B=2 -- c").get()
    let option = try #require(invocation.command.options.first { $0.repeats })
    #expect(invocation.values(of: option) == ["A=1", "B=2"])
  }

  /// What stands behind the program's name, and the candidates for its last word; nil for files.
  static let completions: [(words: [String], candidates: [String]?)] = [
    (["reg"], ["register"]), (["config", ""], ["check", "schema"]),
    (["co"], ["config", "completion", "complete"]), (["completion", "z"], ["zsh"]),
    (["register", "cu"], ["cursor"]), (["register", "cursor", "zed", "cod"], ["codex"]), (["disable", "ti"], ["time"]),
    (["secret", "rm", "T"], ["TOKEN"]), (["call", "git"], ["git", "git__log"]), (["disable", "git"], ["git"]),
    (["list", "time", ""], ["time", "git"]), (["logs", "-n", ""], []), (["logs", "-n", "5", "t"], ["time"]),
    (["--config"], ["--config"]), (["--config", "x"], nil),
    (["config", "check", ""], nil), (["add", "x", "--", "uv"], nil), (["call", "x", "--j"], ["--json"]),
    (["--log-level", "e"], ["error"]), (["--li"], ["--list"]), (["status", ""], []), (["add", "--url", ""], []),
  ]

  @Test(arguments: completions) func aWordIsCompleted(_ words: [String], _ candidates: [String]?) {
    let completion = Completion(
      commands: CommandTable.all,
      names: .init(
        servers: { ["time", "git"] }, tools: { [.init(word: "git__log", effect: "Shows commits")] },
        secrets: { ["TOKEN", "input:key"] },
        editors: { [("cursor", "Cursor"), ("codex", "Codex"), ("zed", "Zed")] }))
    #expect(completion.candidates(words)?.map(\.word).sorted() == candidates?.sorted())
  }

  @Test func aGatewayAsAServerIsToldByItsCommandLine() {
    let surroundings = Surroundings(environment: ["HOME": "/h", "A": "1"], workingDirectory: "/w")
    let stories: [(arguments: [String], directory: String?, path: String?)] = [
      ([], nil, "/h/.config/mcp-junction/servers.json"), (["--config=s.json"], nil, "/w/s.json"),
      (["--config", "s.json", "--drain"], "/d", "/d/s.json"), (["--bogus"], nil, nil),
    ]
    for story in stories {
      let launch = ProcessLaunch(command: "mcp-junction", arguments: story.arguments, directory: story.directory)
      let gateway = ConfigurationLoading.gateway(of: launch, in: surroundings)
      #expect(gateway?.configuration.flatMap { gateway?.absolute($0.path) } == story.path, "\(story.arguments)")
    }
    let variable = EnvironmentVariable(name: "MCP_JUNCTION_CONFIG", value: "/v.json")
    let gateway = ConfigurationLoading.gateway(
      of: ProcessLaunch(command: "mcp-junction", environment: [variable]), in: surroundings)
    #expect(gateway?.configuration?.path == "/v.json")
    #expect(gateway?.environment["A"] == "1")
  }
}
