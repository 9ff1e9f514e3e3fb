import Configuration
import EventLoop
import Gateway
import Platform

/// The command line: what was asked for, and how it ended.
@GatewayActor
enum Program {
  nonisolated static let identity = Identity(name: "mcp-junction", version: "0.1.0")

  /// Starts what the arguments ask for; the process exits from there.
  static func begin(_ arguments: [String], _ streams: StandardStreams) {
    SignalSource.ignoreBrokenPipes()
    let console: Console
    do throws(PlatformError) {
      console = try Console(streams)
    } catch {
      OwnProcess.exit(ExitStatus.unusable.rawValue)
    }
    let surroundings = Surroundings(
      environment: Environment.values, workingDirectory: (try? OwnProcess.workingDirectory()) ?? "/")
    Task { @GatewayActor in
      let status = await run(arguments, console, surroundings)
      OwnProcess.exit(await console.finish(status).rawValue)
    }
  }

  private static func run(_ words: [String], _ console: Console, _ surroundings: Surroundings) async -> ExitStatus {
    switch CommandTable.parse(words) {
    case .failure(let problem):
      console.complain(.usage, "\(problem)")
      return .unusable
    case .success(let invocation):
      if invocation.has(.help) { return console.say(CommandTable.help(invocation)) }
      let surroundings = surroundings.with(configurationFlag: invocation.value(of: .config))
      return await invocation.command.run(
        CommandContext(invocation: invocation, console: console, surroundings: surroundings))
    }
  }
}
