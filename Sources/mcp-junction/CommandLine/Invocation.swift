import Configuration

/// A command line that was understood.
struct Invocation: Sendable {
  let command: Command
  /// What stands behind the command's own words; as many as it takes.
  let arguments: [String]
  /// The options that were given, by name, with their values; an empty text for one that takes none.
  let options: [String: String]
  /// The options that may be given several times, in their order.
  private let repeated: [(name: String, value: String)]

  init(
    _ command: Command, arguments: [String] = [], options: [String: String] = [:],
    repeated: [(name: String, value: String)] = []
  ) {
    self.command = command
    self.arguments = arguments
    self.options = options
    self.repeated = repeated
  }

  func has(_ option: CommandOption) -> Bool { options[option.name] != nil }

  func value(of option: CommandOption) -> String? { options[option.name] }

  /// Every value of an option that may be given several times.
  func values(of option: CommandOption) -> [String] { repeated.filter { $0.name == option.name }.map(\.value) }

  /// Nil when the configuration decides.
  var logLevel: LogLevel? { value(of: .logLevel).flatMap(LogLevel.init(rawValue:)) }

  /// Whether help is asked for, instead of the command.
  var asksForHelp: Bool { has(.help) }
}
