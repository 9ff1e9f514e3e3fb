/// Takes a command line apart.
struct ArgumentParser {
  private static let commands = ["call", "status", "config"]
  private static let configurationCommands = ["check", "schema"]

  private var rest: ArraySlice<String>
  private var words: [String] = []
  private var given: Set<ArgumentOption> = []
  private var result = Arguments()

  init(_ arguments: [String]) { rest = arguments[...] }

  mutating func parse() throws(ArgumentProblem) -> Arguments {
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        break
      }
      // A lone dash is a word: it stands for standard input.
      guard argument.hasPrefix("-"), argument != "-" else {
        words.append(argument)
        continue
      }
      try takeOption(argument)
    }
    if given.contains(.help) {
      result.mode = .help
    } else if given.contains(.version) {
      result.mode = .version
    } else {
      try takeWords()
      try checkCombination()
    }
    return result
  }

  private mutating func takeOption(_ argument: String) throws(ArgumentProblem) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let option = ArgumentOption(argument: parts[0]) else {
      let names = ArgumentOption.allCases.map(\.rawValue)
      let cure = NearestName.of(String(parts[0]), among: names).map { "did you mean '\($0)'?" } ?? "see --help"
      throw ArgumentProblem(description: "unknown option '\(parts[0])'; \(cure)")
    }
    guard given.insert(option).inserted else { throw ArgumentProblem(description: "\(option.rawValue) is given twice") }
    guard let placeholder = option.value else {
      guard parts.count == 1 else { throw ArgumentProblem(description: "\(option.rawValue) takes no value") }
      return
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
      throw ArgumentProblem(description: "\(option.rawValue) needs a value: \(option.rawValue) \(placeholder)")
    }
    switch option {
    case .logLevel: result.logLevel = try level(value)
    default: result.configurationPath = value
    }
  }

  private func level(_ name: String) throws(ArgumentProblem) -> LogLevel {
    if let level = LogLevel(rawValue: name) { return level }
    let names = LogLevel.allCases.map(\.rawValue)
    let cure = NearestName.of(name, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw ArgumentProblem(description: "--log-level must be one of \(names.joined(separator: ", "))\(cure)")
  }

  private mutating func takeWords() throws(ArgumentProblem) {
    result.json = given.contains(.json)
    result.drain = given.contains(.drain)
    guard let command = words.first else {
      result.mode = given.contains(.list) ? .list : .serve
      return
    }
    if given.contains(.list) { throw ArgumentProblem(description: "--list stands alone, without '\(command)'") }
    var used = 1
    switch command {
    case "call":
      guard words.count > 1 else {
        throw ArgumentProblem(description: "'call' needs the name of a tool; --list shows them")
      }
      let arguments = words.count > 2 ? words[2] : nil
      used = min(words.count, 3)
      result.mode = .call(
        name: words[1], arguments.map { $0 == "-" ? .standardInput : .text($0) } ?? Arguments.CallArguments.none)
    case "status": result.mode = .status
    case "config":
      used = min(words.count, 2)
      result.mode = try configurationMode(words.count > 1 ? words[1] : nil)
    default:
      let near = command == "list" ? "--list" : NearestName.of(command, among: Self.commands)
      throw ArgumentProblem(
        description: "unknown command '\(command)'; \(near.map { "did you mean '\($0)'?" } ?? "see --help")")
    }
    if words.count > used {
      throw ArgumentProblem(description: "unexpected argument '\(words[used])' after '\(words[used - 1])'")
    }
  }

  private func configurationMode(_ word: String?) throws(ArgumentProblem) -> Arguments.Mode {
    switch word {
    case "check": return .checkConfiguration
    case "schema": return .printSchema
    default:
      let near = word.flatMap { NearestName.of($0, among: Self.configurationCommands) }
      throw ArgumentProblem(
        description: "'config' needs 'check' or 'schema'\(near.map { "; did you mean '\($0)'?" } ?? "")")
    }
  }

  private func checkCombination() throws(ArgumentProblem) {
    if given.contains(.json) {
      switch result.mode {
      case .list, .call, .status: break
      default: throw ArgumentProblem(description: "--json goes with --list, 'call' and 'status'")
      }
    }
    if given.contains(.drain), result.mode != .serve {
      throw ArgumentProblem(description: "--drain is for serving a client; it goes with no command")
    }
  }
}
