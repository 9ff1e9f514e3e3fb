import EventLoop

/// One row of the table of commands: everything there is to know about one.
///
/// The parser, the help and the tests work from these rows, so that none of them can know a command that the others do
/// not.
struct Command: Sendable {
  /// A word that a command takes, behind its own.
  struct Argument: Sendable {
    /// What stands for it in the help.
    let name: String
    /// What is said when it is missing; nil when it may be.
    let complaint: String?
    let effect: String
    /// Whether it may stand several times; only the last one of a command does.
    var repeats = false
    /// What a shell can offer for it.
    var offer = Offer.nothing
  }

  /// What can stand in a place of a command line.
  enum Offer: Sendable {
    case nothing, files, commands, editors
    /// The names in the configuration.
    case servers
    /// The same, and the names of the tools that are known from an earlier run.
    case tools
    /// The names of secrets that the configuration refers to.
    case secrets
    case words([String])
  }

  struct Example: Sendable {
    /// What is typed after the program's name.
    let line: String
    let effect: String
  }

  /// The words that it is called by, or the spellings of an option that stands for it; none for what the program does
  /// without a command.
  let words: [String]
  /// One sentence on what it does.
  let summary: String
  let arguments: [Argument]
  /// What it takes besides ``CommandOption/common``.
  let options: [CommandOption]
  let examples: [Example]
  let run: @GatewayActor @Sendable (CommandContext) async -> ExitStatus

  init(
    _ words: String..., summary: String, arguments: [Argument] = [], options: [CommandOption] = [],
    examples: [Example] = [], run: @escaping @GatewayActor @Sendable (CommandContext) async -> ExitStatus
  ) {
    self.words = words
    self.summary = summary
    self.arguments = arguments
    self.options = options
    self.examples = examples
    self.run = run
  }

  /// What is typed for it.
  var name: String { isOption ? words[0] : words.joined(separator: " ") }

  /// Whether an option stands for the command, as `--list` does.
  var isOption: Bool { words.first?.hasPrefix("-") == true }

  func takes(_ option: CommandOption) -> Bool { (CommandOption.common + options).contains { $0.name == option.name } }
}
