/// What can stand next on a command line, by the table of commands.
struct Completion {
  /// A word that can stand there, and what it does.
  struct Candidate: Equatable {
    let word: String
    let effect: String
  }

  /// Names that are looked up elsewhere when they are asked for.
  struct Names {
    let servers: () -> [String]
    let tools: () -> [Candidate]
    let secrets: () -> [String]
    let editors: () -> [(name: String, title: String)]
  }

  let commands: [Command]
  let names: Names

  /// Returns what the last word can become.
  ///
  /// - Parameter words: what stands behind the program's name, the last one as far as it is typed.
  /// - Returns: nil when the names of files can stand there.
  func candidates(_ words: [String]) -> [Candidate]? {
    let current = words.last ?? ""
    var plain: [String] = []
    var rest = words.dropLast()[...]
    var awaited: CommandOption?
    while let word = rest.popFirst() {
      if awaited != nil {
        awaited = nil
      } else if word == "--" {
        // What follows is another program's.
        return nil
      } else if word.hasPrefix("-") {
        let own = self.command(plain)?.options ?? []
        let option = (own + options).first { $0.name == word || $0.short == word }
        awaited = option?.value == CommandOption.Value.none ? nil : option
      } else {
        plain.append(word)
      }
    }
    if let awaited { return values(of: awaited).map { matching($0, current) } }
    let command = command(plain)
    if current.hasPrefix("-") { return matching(candidates(ofOptions: command), current) }
    guard let command else { return matching(candidates(ofCommands: plain), current) }
    let place = plain.count - command.words.count
    guard
      let argument = place < command.arguments.count
        ? command.arguments[place] : command.arguments.last.flatMap({ $0.repeats ? $0 : nil })
    else { return [] }
    return offer(argument.offer).map { matching($0, current) }
  }

  private var options: [CommandOption] { CommandOption.common + commands.flatMap(\.options) }

  private func matching(_ candidates: [Candidate], _ start: String) -> [Candidate] {
    candidates.filter { $0.word.hasPrefix(start) }
  }

  /// Returns the command that the words name; nil when they do not name one yet.
  private func command(_ words: [String]) -> Command? {
    commands.first { !$0.isOption && !$0.words.isEmpty && words.starts(with: $0.words) }
  }

  private func candidates(ofCommands words: [String]) -> [Candidate] {
    var seen: Set<String> = []
    return commands.filter { !$0.isOption && $0.words.count > words.count && $0.words.starts(with: words) }.compactMap {
      let word = $0.words[words.count]
      return seen.insert(word).inserted ? Candidate(word: word, effect: $0.summary) : nil
    }
  }

  private func candidates(ofOptions command: Command?) -> [Candidate] {
    let own = command?.options ?? commands[0].options
    let standing =
      command == nil ? commands.filter(\.isOption).map { Candidate(word: $0.words[0], effect: $0.summary) } : []
    return standing + (own + CommandOption.common).map { Candidate(word: $0.name, effect: $0.effect) }
  }

  private func values(of option: CommandOption) -> [Candidate]? {
    switch option.value {
    case .choice(let choices, _): choices.map { Candidate(word: $0, effect: "") }
    case .text(let placeholder): ["PATH", "FILE"].contains(placeholder) ? nil : []
    case .none: []
    }
  }

  private func offer(_ offer: Command.Offer) -> [Candidate]? {
    switch offer {
    case .nothing: []
    case .files: nil
    case .words(let words): words.map { Candidate(word: $0, effect: "") }
    case .commands: candidates(ofCommands: [])
    case .servers: names.servers().map { Candidate(word: $0, effect: "") }
    case .tools: names.servers().map { Candidate(word: $0, effect: "") } + names.tools()
    case .secrets: names.secrets().map { Candidate(word: $0, effect: "") }
    case .editors: names.editors().map { Candidate(word: $0.name, effect: $0.title) }
    }
  }
}
