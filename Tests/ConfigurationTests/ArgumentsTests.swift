import Testing

@testable import Configuration

@Suite struct ArgumentsTests {
  private static func arguments(_ change: (inout Arguments) -> Void) -> Arguments {
    var arguments = Arguments()
    change(&arguments)
    return arguments
  }

  static let right: [(String, Arguments)] = [
    ("", arguments { _ in }),
    ("--config /a.json", arguments { $0.configurationPath = "/a.json" }),
    ("--config=a=b", arguments { $0.configurationPath = "a=b" }),
    ("--list", arguments { $0.mode = .list }),
    ("--json --list", arguments { ($0.mode, $0.json) = (.list, true) }),
    ("--drain --log-level debug", arguments { ($0.drain, $0.logLevel) = (true, .debug) }),
    ("call a__b", arguments { $0.mode = .call(name: "a__b", .none) }),
    ("call a__b - --json", arguments { ($0.mode, $0.json) = (.call(name: "a__b", .standardInput), true) }),
    (
      "call --config c a__b {}", arguments { ($0.mode, $0.configurationPath) = (.call(name: "a__b", .text("{}")), "c") }
    ),
    ("call -- --odd", arguments { $0.mode = .call(name: "--odd", .none) }),
    ("status --json", arguments { ($0.mode, $0.json) = (.status, true) }),
    ("config check", arguments { $0.mode = .checkConfiguration }),
    ("config schema", arguments { $0.mode = .printSchema }),
    ("--version", arguments { $0.mode = .version }),
    ("-V", arguments { $0.mode = .version }),
    ("bogus -h", arguments { $0.mode = .help }),
  ]

  @Test(arguments: right) func aRightLineIsUnderstood(_ line: String, _ arguments: Arguments) {
    #expect(Arguments.parse(line.split(separator: " ").map(String.init)) == .success(arguments))
  }

  static let wrong: [(String, String)] = [
    ("--lst", "unknown option '--lst'; did you mean '--list'?"), ("-x", "unknown option '-x'; see --help"),
    ("--config", "--config needs a value: --config PATH"), ("--config=", "--config needs a value: --config PATH"),
    ("--list --list", "--list is given twice"), ("--list=yes", "--list takes no value"),
    ("--log-level warn", "--log-level must be one of debug, info, warning, error"),
    ("--log-level eror", "--log-level must be one of debug, info, warning, error; did you mean 'error'?"),
    ("stats", "unknown command 'stats'; did you mean 'status'?"),
    ("list", "unknown command 'list'; did you mean '--list'?"),
    ("frobnicate", "unknown command 'frobnicate'; see --help"),
    ("call", "'call' needs the name of a tool; --list shows them"),
    ("call a {} b", "unexpected argument 'b' after '{}'"), ("status now", "unexpected argument 'now' after 'status'"),
    ("config", "'config' needs 'check' or 'schema'"),
    ("config chek", "'config' needs 'check' or 'schema'; did you mean 'check'?"),
    ("config check x", "unexpected argument 'x' after 'check'"),
    ("--list status", "--list stands alone, without 'status'"),
    ("--json", "--json goes with --list, 'call' and 'status'"),
    ("--drain --list", "--drain is for serving a client; it goes with no command"),
  ]

  @Test(arguments: wrong) func aWrongLineIsRefusedWithACure(_ line: String, _ problem: String) {
    let result = Arguments.parse(line.split(separator: " ").map(String.init))
    #expect(result == .failure(ArgumentProblem(description: problem)))
  }

  @Test func theHelpNamesEveryOption() {
    for option in ArgumentOption.allCases {
      #expect(Arguments.help.contains("  \(option.rawValue)") || Arguments.help.contains(", \(option.rawValue)"))
    }
    for line in Arguments.help.split(separator: "\n") { #expect(line.count <= 84, "\(line)") }
  }

  @Test func theConfigurationIsLookedForWhereItWasGiven() {
    let environment = ["HOME": "/h", "XDG_CONFIG_HOME": "/x", "MCP_JUNCTION_CONFIG": "v.json"]
    let stories: [(flag: String?, environment: [String: String], path: String?)] = [
      ("f.json", environment, "f.json"), (nil, environment, "v.json"),
      (nil, ["HOME": "/h", "XDG_CONFIG_HOME": "/x", "MCP_JUNCTION_CONFIG": ""], "/x/mcp-junction/servers.json"),
      (nil, ["HOME": "/h", "XDG_CONFIG_HOME": "relative"], "/h/.config/mcp-junction/servers.json"),
      (nil, ["HOME": "/"], "/.config/mcp-junction/servers.json"), (nil, ["HOME": ""], nil), (nil, [:], nil),
    ]
    for story in stories {
      #expect(ConfigurationLocation.choose(flag: story.flag, environment: story.environment)?.path == story.path)
    }
    #expect(
      ConfigurationLocation.places(flag: nil, environment: ["HOME": "/h"]) == """
          --config PATH: not given
          $MCP_JUNCTION_CONFIG: not set
          /h/.config/mcp-junction/servers.json
        """)
  }
}
