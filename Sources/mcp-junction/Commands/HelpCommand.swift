import Configuration
import EventLoop

/// `help [COMMAND|CODE]`: prints the help for all commands, for one, or for an error; or all of it for other programs.
enum HelpCommand {
  static let row = Command(
    "help", summary: "Print help, for all commands, for one, or for an error's code.",
    arguments: [
      .init(
        name: "COMMAND", complaint: nil, effect: "Its name, or the code of an error; all commands without one.",
        repeats: true, offer: .commands)
    ],
    options: [manual, errors],
    examples: [
      .init(line: "help config check", effect: "The same as 'config check --help'."),
      .init(line: "help J207", effect: "What an error means, and what to do."),
      .init(line: "help --man >mcp-junction.1", effect: "The manual page, which 'man -l' shows."),
    ]
  ) { context in
    if context.invocation.has(manual) { return context.console.say(ManualPage.text(of: CommandTable.all)) }
    if context.invocation.has(errors) { return context.console.say(Complaint.document) }
    let words = context.invocation.arguments
    if let word = words.first, words.count == 1, let complaint = Complaint.of(word) {
      return context.console.say(complaint.text)
    }
    switch CommandTable.parse(words + [CommandOption.help.name]) {
    case .success(let invocation):
      if invocation.command.words.isEmpty, let word = words.first {
        let near = NearestName.of(word, among: CommandTable.all.compactMap(\.words.first))
        context.complain(
          .usage, "no command or code is '\(word)'; \(near.map { "did you mean '\($0)'?" } ?? "see --help")")
        return .unusable
      }
      return context.console.say(CommandTable.help(invocation))
    case .failure(let problem):
      context.complain(.usage, "\(problem)")
      return .unusable
    }
  }

  private static let manual = CommandOption("--man", "The manual page, for 'man -l -'.")
  private static let errors = CommandOption("--errors", "The pages of all errors, as Markdown.")
}
