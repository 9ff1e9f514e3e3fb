import Authorization
import Configuration
import EventLoop
import JSONRPC

/// `auth status`: says of each remote server whether somebody is logged in, from what is kept on this machine alone.
@GatewayActor
struct AuthStatusCommand {
  nonisolated static let row = Command(
    "auth", "status", summary: "Show the logins to remote servers.", options: [.json],
    examples: [.init(line: "auth status", effect: "Every remote server of the configuration.")]
  ) { context in
    await AuthStatusCommand(context).run(isForProgram: context.invocation.has(.json))
  }

  private let console: Console
  private let surroundings: Surroundings

  init(_ context: CommandContext) {
    console = context.console
    surroundings = context.surroundings
  }

  func run(isForProgram: Bool) async -> ExitStatus {
    guard let configuration = await ConfigurationLoading.loadOnce(in: surroundings, console) else { return .unusable }
    let logins = Logins(in: surroundings, of: configuration)
    let states = configuration.servers.filter { !$0.isDisabled }.flatMap { server in
      logins.places(of: server).compactMap { found -> LoginStatus? in
        guard case .success(let place) = found else { return nil }
        return LoginStatus(
          place.target, record: place.store.load(), hasOwnHeader: place.hasOwnHeader, now: WallClock.milliseconds)
      }
    }
    if isForProgram {
      console.say(json: logins.secrets.redact("{\"servers\":[\(states.map(\.json).joined(separator: ","))]}"))
    } else if states.isEmpty {
      console.say("No remote server is configured.\n")
    } else {
      console.say(shown: logins.secrets.redact(states.map(\.text).joined()))
    }
    return states.allSatisfy(\.isWell) ? .good : .failed
  }
}
