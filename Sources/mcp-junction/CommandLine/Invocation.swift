import Configuration

/// A command line that was understood.
struct Invocation: Sendable {
  let command: Command
  /// What stands behind the command's own words; as many as it takes.
  let arguments: [String]
  /// The options that were given, by name, with their values; an empty text for one that takes none.
  let options: [String: String]

  init(_ command: Command, arguments: [String] = [], options: [String: String] = [:]) {
    self.command = command
    self.arguments = arguments
    self.options = options
  }

  func has(_ option: CommandOption) -> Bool { options[option.name] != nil }

  func value(of option: CommandOption) -> String? { options[option.name] }

  /// Nil when the configuration decides.
  var logLevel: LogLevel? { value(of: .logLevel).flatMap(LogLevel.init(rawValue:)) }

  /// Whether help is asked for, instead of the command.
  var asksForHelp: Bool { has(.help) }
}
