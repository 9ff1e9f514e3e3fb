import Gateway

/// The manual page, made from the table of commands, in the macros of man(7).
enum ManualPage {
  private static let program = "mcp-junction"
  /// The day of this version, for the foot of the page.
  private static let date = "2026-11-28"

  static func text(of commands: [Command]) -> String {
    let named = commands.filter { !$0.words.isEmpty }
    let lines =
      [
        ".TH MCP-JUNCTION 1 \(date) \"\(program) \(Program.identity.version)\"",
        ".SH NAME", "\(program) \\- one MCP server in front of all of yours",
        ".SH SYNOPSIS", ".B \(program)", ".RI [ OPTION ...]", ".br", ".B \(program)", ".I COMMAND",
        ".RI [ ARGUMENT ...]",
        ".SH DESCRIPTION",
        escaped(
          "An editor registers mcp-junction as its only MCP server. It starts all servers of one configuration, merges what they offer under names of their own, and passes each call on as it came."
        ),
        ".PP", escaped("Without a command: " + commands[0].summary),
        ".SH COMMANDS",
      ]
      + named.flatMap(section)
      + [".SH OPTIONS"]
      + (commands[0].options + CommandOption.common).flatMap(row)
      + [".SH EXIT STATUS"]
      + ExitStatus.allCases.flatMap { [".TP", ".B \($0.rawValue)", escaped($0.meaning)] }
      + [".SH ERRORS", escaped("Each error has a code in brackets at its end; 'mcp-junction help CODE' tells more.")]
      + Complaint.allCases.flatMap { [".TP", ".B \($0.code)", escaped($0.page.title)] }
      + [".SH FILES"] + files.flatMap { [".TP", ".I \(heading($0.0))", escaped($0.1)] }
      + [".SH ENVIRONMENT"] + variables.flatMap { [".TP", ".B \(heading($0.0))", escaped($0.1)] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let files = [
    (
      "$XDG_CONFIG_HOME/mcp-junction/servers.json", "The configuration, unless another is named (~/.config by default)."
    ),
    (
      "$XDG_STATE_HOME/mcp-junction",
      "Secrets where there is no keyring, logins, logs, what editors' files were (~/.local/state)."
    ),
    ("$XDG_CACHE_HOME/mcp-junction", "What is remembered of servers; safe to delete (~/.cache)."),
    ("$XDG_RUNTIME_DIR/mcp-junction", "The sockets of running gateways."),
  ]

  private static let variables = [
    ("MCP_JUNCTION_CONFIG", "The configuration, where --config does not name it."),
    ("NO_COLOR", "Shows no colours on a terminal."),
  ]

  private static func section(_ command: Command) -> [String] {
    var lines = [".SS \(heading(CommandHelp.synopsis(of: command)))", escaped(command.summary)]
    lines += command.arguments.flatMap { [".TP", ".I \(heading($0.name))", escaped($0.effect)] }
    lines += command.options.flatMap(row)
    if !command.examples.isEmpty {
      lines += [".PP", "Examples:"]
      lines += command.examples.flatMap { [".TP", ".B \(heading("\(program) \($0.line)"))", escaped($0.effect)] }
    }
    return lines
  }

  private static func row(_ option: CommandOption) -> [String] {
    let name = (option.short.map { "\($0), " } ?? "") + option.synopsis
    return [".TP", ".B \(heading(name))", escaped(option.effect)]
  }

  /// Returns a text, on lines of its own, in which nothing is taken for a request, an escape or a hyphen that may be another
  /// character.
  private static func escaped(_ text: String) -> String {
    WrappedText.lines(of: text, width: 68).map { line in
      let line = line.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("…", with: "...")
        .replacing("'", with: "\\(aq").replacing("\"", with: "\\(dq")
      return line.hasPrefix(".") ? "\\&" + line : line
    }.joined(separator: "\n")
  }

  /// The same on one line, for the argument of a macro.
  private static func heading(_ text: String) -> String { escaped(text).replacing("\n", with: " ") }
}
