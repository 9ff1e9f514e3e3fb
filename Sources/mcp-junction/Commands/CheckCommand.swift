import Configuration
import EventLoop

/// `config check`: says everything that is wrong with the configuration.
///
/// The status is that of `--list`, as far as the file alone decides it.
@GatewayActor
enum CheckCommand {
  nonisolated static let row = Command(
    "config", "check", summary: "Check the configuration and say what is wrong with it.",
    examples: [.init(line: "--config servers.json config check", effect: "Check a file before it is used.")]
  ) { context in check(context) }

  private static func check(_ context: CommandContext) -> ExitStatus {
    let console = context.console
    guard let configuration = ConfigurationLoading.load(in: context.surroundings, console) else { return .unusable }
    var status = ExitStatus.good
    for server in configuration.servers where !server.isDisabled {
      for problem in server.problems {
        console.complain("\(problem)")
        status = .failed
      }
    }
    let count = configuration.servers.count
    console.say("\(configuration.path): \(count) server\(count == 1 ? "" : "s")")
    console.say(status == .good ? ", no problem\n" : ", with problems\n")
    return status
  }
}
