import EventLoop
import Gateway

/// `version`, `--version`: prints the program's name and version.
enum VersionCommand {
  static let row = Command("version", summary: "Print the version.") { context in say(context) }
  static let option = Command("--version", "-V", summary: "The same as 'version'.") { context in say(context) }

  @GatewayActor
  private static func say(_ context: CommandContext) -> ExitStatus {
    context.console.say("\(Program.identity.name) \(Program.identity.version)\n")
  }
}
