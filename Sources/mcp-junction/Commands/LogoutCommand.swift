import Authorization
import Configuration
import EventLoop
import Gateway

/// `logout`: forgets the tokens of a remote server. Its authorization server is not told, and can be in its own console.
@GatewayActor
struct LogoutCommand {
  nonisolated static let row = Command(
    "logout", summary: "Forget the login to a remote server.",
    arguments: [
      .init(name: "SERVER", complaint: "needs the name of a server", effect: "Its name in the configuration.")
    ]
  ) { context in
    await LogoutCommand(context).run(context.invocation.arguments[0])
  }

  private let console: Console
  private let surroundings: Surroundings

  init(_ context: CommandContext) {
    console = context.console
    surroundings = context.surroundings
  }

  func run(_ name: String) async -> ExitStatus {
    guard let configuration = ConfigurationLoading.load(in: surroundings, console) else { return .unusable }
    switch Logins(in: surroundings, of: configuration).place(named: name, in: configuration) {
    case .failure(let problem):
      console.complain("\(Program.identity.name): \(problem)")
      return .unusable
    case .success(let place):
      guard place.store.load()?.grant != nil else { return console.say("Nobody was logged in to '\(name)'.\n") }
      if case .failure(let failure) = await place.store.logOut() {
        console.complain("\(Program.identity.name): cannot log out of '\(name)': \(failure)")
        return .failed
      }
      return console.say("Logged out of '\(name)'.\n")
    }
  }
}
