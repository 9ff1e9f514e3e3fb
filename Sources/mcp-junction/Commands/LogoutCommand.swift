import Authorization
import Configuration
import EventLoop
import Gateway

/// `logout`: forgets the tokens of a remote server, and tells its authorization server where that takes word of it.
@GatewayActor
struct LogoutCommand {
  nonisolated static let row = Command(
    "logout", summary: "Forget the login to a remote server.",
    arguments: [
      .init(name: "SERVER", complaint: "needs the name of a server", effect: "Its name in the configuration.")
    ], options: [.url]
  ) { context in
    await LogoutCommand(context).run(context.invocation.arguments[0], url: context.invocation.value(of: .url))
  }

  private let console: Console
  private let surroundings: Surroundings

  init(_ context: CommandContext) {
    console = context.console
    surroundings = context.surroundings
  }

  func run(_ name: String, url: String?) async -> ExitStatus {
    guard let configuration = await ConfigurationLoading.loadOnce(in: surroundings, console) else { return .unusable }
    let logins = Logins(in: surroundings, of: configuration)
    switch logins.places(named: name, url: url, in: configuration) {
    case .failure(let problem):
      console.complain(.loginImpossible, "\(problem)")
      return .unusable
    case .success(let places):
      let known = places.filter { $0.store.load()?.grant != nil }
      guard !known.isEmpty else { return console.say("Nobody was logged in to '\(name)'.\n") }
      for place in known {
        guard await logOut(of: place, logins.secrets) else { return .failed }
      }
      return console.say("Logged out of '\(name)'.\n")
    }
  }

  /// Returns whether the tokens are forgotten.
  private func logOut(of place: Logins.Place, _ secrets: KnownSecrets) async -> Bool {
    let logout = Logout(
      url: place.target.url, issuer: place.settings.issuer, store: place.store,
      fetch: WebFetching.fetch(in: surroundings, place.remote))
    switch await logout.run() {
    case .failure(let failure):
      console.complain(
        .logoutFailed, "cannot log out of '\(place.target.server)': \(secrets.redact("\(failure)"))")
      return false
    case .success(let untold):
      for failure in untold {
        console.complain(
          .logoutFailed,
          "the tokens are forgotten here, but live on to their end: "
            + secrets.redact("\(failure)"))
      }
      return true
    }
  }
}
