/// The options of the command line.
enum ArgumentOption: String, CaseIterable {
  case config = "--config"
  case list = "--list"
  case json = "--json"
  case drain = "--drain"
  case logLevel = "--log-level"
  case help = "--help"
  case version = "--version"

  init?(argument: some StringProtocol) {
    switch argument {
    case "-h": self = .help
    case "-V": self = .version
    default: self.init(rawValue: String(argument))
    }
  }

  /// What stands for the value in the help; nil when the option takes none.
  var value: String? {
    switch self {
    case .config: "PATH"
    case .logLevel: "LEVEL"
    default: nil
    }
  }
}
