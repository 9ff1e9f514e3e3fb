import Configuration

/// The commands of the program.
enum CommandTable {
  /// In the order of the help. The first is what the program does without a command.
  static let all: [Command] =
    [
      ServeCommand.row, ServeCommand.word, ImportCommand.row, RegisterCommand.row, UnregisterCommand.row,
      AddCommand.row,
    ]
    + ChangeCommand.rows + SecretCommand.rows
    + [
      ListCommand.row, LookingCommand.search, DescribeCommand.row, ExplainCommand.row, LookingCommand.tokens,
      CallCommand.row, ReadCommand.row, PromptCommand.row,
      StatusCommand.row,
      GatewayOrders.restart, GatewayOrders.reload, LogsCommand.row, DoctorCommand.row, LoginCommand.row,
      LogoutCommand.row,
      AuthStatusCommand.row, CheckCommand.row, SchemaCommand.row, CompletionCommand.row, CompletionCommand.candidates,
      HelpCommand.row, VersionCommand.row, ListCommand.option, VersionCommand.option,
    ]

  /// Understands what follows the program's name. Options and words may stand in any order; `--` ends the options.
  static func parse(_ arguments: [String]) -> Result<Invocation, UsageProblem> {
    var parser = CommandLineParser(arguments, commands: all)
    do {
      return .success(try parser.parse())
    } catch {
      return .failure(error)
    }
  }

  /// Returns the help that an invocation asks for.
  static func help(_ invocation: Invocation) -> String {
    invocation.command.words.isEmpty ? CommandHelp.text(of: all) : CommandHelp.text(of: invocation.command)
  }
}
