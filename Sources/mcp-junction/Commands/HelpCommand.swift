import Configuration
import EventLoop

/// `help [COMMAND]`: prints the help for all commands, or for one.
enum HelpCommand {
  static let row = Command(
    "help", summary: "Print help, for all commands or for one.",
    arguments: [
      .init(name: "COMMAND", complaint: nil, effect: "Its name; all without one.", repeats: true, offer: .commands)
    ],
    examples: [.init(line: "help config check", effect: "The same as 'config check --help'.")]
  ) { context in
    switch CommandTable.parse(context.invocation.arguments + [CommandOption.help.name]) {
    case .success(let invocation):
      if invocation.command.words.isEmpty, let word = context.invocation.arguments.first {
        let near = NearestName.of(word, among: CommandTable.all.compactMap(\.words.first))
        context.complain("no command is called '\(word)'; \(near.map { "did you mean '\($0)'?" } ?? "see --help")")
        return .unusable
      }
      return context.console.say(CommandTable.help(invocation))
    case .failure(let problem):
      context.complain("\(problem)")
      return .unusable
    }
  }
}
