import Configuration

/// An option of the command line.
struct CommandOption: Sendable {
  enum Value: Equatable, Sendable {
    case none
    /// Any text; the placeholder stands for it in the help.
    case text(placeholder: String)
    case choice([String], placeholder: String)

    var placeholder: String? {
      switch self {
      case .none: nil
      case .text(let placeholder), .choice(_, let placeholder): placeholder
      }
    }
  }

  /// The long name with its dashes.
  let name: String
  /// The one letter with its dash.
  let short: String?
  let value: Value
  let effect: String
  /// Whether it may be given several times.
  let repeats: Bool

  init(_ name: String, short: String? = nil, value: Value = .none, repeats: Bool = false, _ effect: String) {
    self.name = name
    self.short = short
    self.value = value
    self.effect = effect
    self.repeats = repeats
  }

  /// The options that every command takes.
  static let common = [config, logLevel, help]

  static let config = CommandOption(
    "--config", value: .text(placeholder: "PATH"),
    "The configuration. Default: $MCP_JUNCTION_CONFIG, then $XDG_CONFIG_HOME/mcp-junction/servers.json.")
  static let logLevel = CommandOption(
    "--log-level", value: .choice(LogLevel.allCases.map(\.rawValue), placeholder: "LEVEL"),
    "The least urgent of what is said on standard error: debug, info, warning or error. Default: the configuration's "
      + "when serving, else error.")
  static let help = CommandOption("--help", short: "-h", "Print help, for a command behind it or for all.")
  static let json = CommandOption("--json", "Print for a program.")
  static let url = CommandOption(
    "--url", value: .text(placeholder: "ADDRESS"),
    "Which of the server's addresses, where its replicas have others. Default: its entry's own.")
  static let profile = CommandOption(
    "--profile", value: .text(placeholder: "NAME"), "As clients of this profile of the configuration see it.")
  static let yes = CommandOption("--yes", short: "-y", "Write without asking.")
  static let dryRun = CommandOption("--dry-run", short: "-n", "Show what would be written, and write nothing.")

  /// The name, with what stands for its value.
  var synopsis: String { value.placeholder.map { "\(name) \($0)" } ?? name }
}
