import Configuration

/// Takes a command line apart by a table of commands.
struct CommandLineParser {
  private let commands: [Command]
  private var rest: ArraySlice<String>
  private var words: [String] = []
  /// The command that an option stands for.
  private var optionCommand: Command?
  private var given: [(option: CommandOption, value: String)] = []

  /// The first of the commands has no words.
  init(_ arguments: [String], commands: [Command]) {
    self.commands = commands
    rest = arguments[...]
  }

  mutating func parse() throws(UsageProblem) -> Invocation {
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        break
      }
      // A lone dash is a word: it stands for standard input.
      if argument.hasPrefix("-"), argument != "-" { try takeOption(argument) } else { words.append(argument) }
    }
    let values = Dictionary(given.map { ($0.option.name, $0.value) }, uniquingKeysWith: { $1 })
    // Whoever is lost asks for help with whatever else stands there.
    if values[CommandOption.help.name] != nil {
      return Invocation(optionCommand ?? (try? wordCommand()) ?? commands[0], options: values)
    }
    let command: Command
    if let optionCommand {
      if let word = words.first { throw UsageProblem("\(optionCommand.name) stands alone, without '\(word)'") }
      command = optionCommand
    } else {
      command = try wordCommand()
    }
    let arguments = try arguments(of: command)
    for (option, _) in given where !command.takes(option) { throw misplaced(option) }
    return Invocation(
      command, arguments: arguments, options: values,
      repeated: given.filter(\.option.repeats).map { ($0.option.name, $0.value) })
  }

  // MARK: - Options

  private mutating func takeOption(_ argument: String) throws(UsageProblem) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if let command = commands.first(where: { $0.isOption && ($0.words.contains(name)) }) {
      guard parts.count == 1 else { throw UsageProblem("\(command.words[0]) takes no value") }
      guard optionCommand == nil else {
        throw UsageProblem(
          optionCommand?.name == command.name
            ? "\(command.name) is given twice" : "\(command.name) stands alone, without '\(optionCommand?.name ?? "")'")
      }
      optionCommand = command
      return
    }
    // One letter may mean something else to another command.
    let matching = options.filter { $0.name == name || $0.short == name }
    guard let option = matching.first(where: { meant?.takes($0) == true }) ?? matching.first else {
      let names = options.map(\.name) + commands.filter(\.isOption).map(\.words[0])
      let cure = NearestName.of(name, among: names).map { "did you mean '\($0)'?" } ?? "see --help"
      throw UsageProblem("unknown option '\(name)'; \(cure)")
    }
    guard option.repeats || !given.contains(where: { $0.option.name == option.name }) else {
      throw UsageProblem("\(option.name) is given twice")
    }
    given.append((option, try value(of: option, written: parts.count == 2 ? String(parts[1]) : nil)))
  }

  private mutating func value(of option: CommandOption, written: String?) throws(UsageProblem) -> String {
    guard option.value != .none else {
      guard written == nil else { throw UsageProblem("\(option.name) takes no value") }
      return ""
    }
    guard let value = written ?? rest.popFirst(), !value.isEmpty else {
      throw UsageProblem("\(option.name) needs a value: \(option.synopsis)")
    }
    if case .choice(let choices, _) = option.value, !choices.contains(value) {
      let cure = NearestName.of(value, among: choices).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageProblem("\(option.name) must be one of \(choices.joined(separator: ", "))\(cure)")
    }
    return value
  }

  /// Every option of every command, once.
  private var options: [CommandOption] {
    var seen: Set<String> = []
    return (CommandOption.common + commands.flatMap(\.options)).filter { seen.insert($0.name).inserted }
  }

  private func misplaced(_ option: CommandOption) -> UsageProblem {
    let names = commands.filter { $0.takes(option) && !$0.words.isEmpty }.map { $0.isOption ? $0.name : "'\($0.name)'" }
    guard let last = names.last else {
      return UsageProblem("\(option.name) is for serving a client; it goes with no command")
    }
    let others = names.dropLast().joined(separator: ", ")
    return UsageProblem("\(option.name) goes with \(others.isEmpty ? last : "\(others) and \(last)")")
  }

  // MARK: - Words

  /// The command that the words name, as far as they are known; nil when they do not name one yet.
  private var meant: Command? {
    let words = self.words.isEmpty ? Array(rest.drop { $0.hasPrefix("-") }.prefix(2)) : self.words
    return commands.first { !$0.isOption && !$0.words.isEmpty && words.starts(with: $0.words) }
  }

  /// Returns the command that the first words name.
  private func wordCommand() throws(UsageProblem) -> Command {
    guard let first = words.first else { return commands[0] }
    let family = commands.filter { $0.words.first == first }
    guard !family.isEmpty else { throw unknown(first) }
    if let command = family.first(where: { words.starts(with: $0.words) }) { return command }
    let names = family.map { $0.words[1] }
    let all = names.map { "'\($0)'" }.joined(separator: " or ")
    let near = words.count > 1 ? NearestName.of(words[1], among: names) : nil
    throw UsageProblem("'\(first)' needs \(all)\(near.map { "; did you mean '\($0)'?" } ?? "")")
  }

  private func unknown(_ word: String) -> UsageProblem {
    let option = (commands.filter(\.isOption).map(\.words[0]) + [CommandOption.help.name]).first { $0 == "--\(word)" }
    let near = option ?? NearestName.of(word, among: commands.filter { !$0.isOption }.compactMap(\.words.first))
    return UsageProblem("unknown command '\(word)'; \(near.map { "did you mean '\($0)'?" } ?? "see --help")")
  }

  private func arguments(of command: Command) throws(UsageProblem) -> [String] {
    let arguments = command.isOption ? [] : Array(words.dropFirst(command.words.count))
    if arguments.count < command.arguments.count, let complaint = command.arguments[arguments.count].complaint {
      throw UsageProblem("'\(command.name)' \(complaint)")
    }
    guard arguments.count <= command.arguments.count || command.arguments.last?.repeats == true else {
      let used = command.words.count + command.arguments.count
      throw UsageProblem("unexpected argument '\(words[used])' after '\(words[used - 1])'")
    }
    return arguments
  }
}
