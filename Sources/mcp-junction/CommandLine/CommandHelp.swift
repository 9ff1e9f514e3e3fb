/// The texts of `--help`, made from the table of commands.
enum CommandHelp {
  private static let program = "mcp-junction"
  private static let width = 80
  /// Where the right column begins.
  private static let column = 25

  /// Returns the help for all commands.
  static func text(of commands: [Command]) -> String {
    let names = commands.filter { !$0.words.isEmpty }
    return """
      \(program): one MCP server in front of all of yours

      Usage: \(program) \(usage(of: commands[0]))
             \(program) COMMAND

      Without a command: \(commands[0].summary)

      Commands:
      \(names.map { row(synopsis(of: $0), $0.summary) }.joined(separator: "\n"))

      Options:
      \((commands[0].options + CommandOption.common).map(row).joined(separator: "\n"))

      Exit status:
      \(ExitStatus.allCases.map { row(String($0.rawValue), $0.meaning) }.joined(separator: "\n"))

      '\(program) COMMAND --help' tells more of one.

      """
  }

  /// Returns the help for one command.
  static func text(of command: Command) -> String {
    var sections = ["Usage: \(program) \(synopsis(of: command))", command.summary]
    if !command.arguments.isEmpty {
      sections.append("Arguments:\n" + command.arguments.map { row($0.name, $0.effect) }.joined(separator: "\n"))
    }
    sections.append("Options:\n" + (command.options + CommandOption.common).map(row).joined(separator: "\n"))
    if !command.examples.isEmpty {
      let lines = command.examples.map { "  \(program) \($0.line)\n      \($0.effect)" }
      sections.append("Examples:\n" + lines.joined(separator: "\n"))
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  static func synopsis(of command: Command) -> String {
    ([command.isOption ? command.words.reversed().joined(separator: ", ") : command.name, usage(of: command)]).filter {
      !$0.isEmpty
    }.joined(separator: " ")
  }

  private static func usage(of command: Command) -> String {
    let arguments = command.arguments.map { argument in
      let name = argument.repeats ? argument.name + "…" : argument.name
      return argument.complaint == nil ? "[\(name)]" : name
    }
    let options = command.options.map { "[\($0.synopsis)]" }
    let whole = (arguments + options).joined(separator: " ")
    return whole.count + command.name.count + program.count < width - 12
      ? whole : (arguments + ["[OPTION…]"]).joined(separator: " ")
  }

  private static func row(_ option: CommandOption) -> String {
    row((option.short.map { "\($0), " } ?? "") + option.synopsis, option.effect)
  }

  /// Returns two columns; what is long on the left has a line of its own.
  private static func row(_ left: String, _ right: String) -> String {
    let lines = WrappedText.lines(of: right, width: width - column)
    let indent = String(repeating: " ", count: column)
    let head = "  " + left
    let first =
      head.count < column - 1 ? head + indent.dropFirst(head.count) + lines[0] : head + "\n" + indent + lines[0]
    return ([first] + lines.dropFirst().map { indent + $0 }).joined(separator: "\n")
  }
}
