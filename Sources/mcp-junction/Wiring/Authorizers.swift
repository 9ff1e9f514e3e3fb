import Authorization
import Configuration
import EventLoop
import Gateway
import Remote

/// Who knows the tokens of each remote server, one for all its connections.
@GatewayActor
final class Authorizers {
  /// What makes two connections need the same token.
  private struct Key: Hashable {
    let server: String
    let url: String
  }

  private let surroundings: Surroundings
  private let log: Log
  private let files: LoginFiles
  private var known: [Key: Authorizer] = [:]

  init(in surroundings: Surroundings, log: Log, secrets: KnownSecrets) {
    self.surroundings = surroundings
    self.log = log
    files = LoginFiles(in: surroundings, secrets: secrets)
  }

  /// Returns what a connection asks; nil for an address that nobody can log in to.
  func authorization(of server: ServerConfiguration, at launch: RemoteLaunch) -> Authorization? {
    let key = Key(server: server.name, url: launch.url)
    guard let authorizer = known[key] ?? make(server, launch) else { return nil }
    known[key] = authorizer
    return Authorization(
      login: { Self.login(authorizer) }, immediate: { authorizer.immediateAnswer().map(Self.permission) },
      permission: { Self.permission(await authorizer.answer()) },
      refused: { status, challenges, token in
        await authorizer.refused(status: status, challenges: challenges, token: token).map(Self.permission)
      })
  }

  private func make(_ server: ServerConfiguration, _ launch: RemoteLaunch) -> Authorizer? {
    guard launch.socket == nil, let url = WebAddress(launch.url) else { return nil }
    let place = LoginPlace(
      server: server.name, url: url, isOther: launch.url != server.remoteLaunches.first?.url)
    let authorizer = Authorizer(
      place: place, issuer: server.settings.oauth.issuer.flatMap(WebAddress.init),
      store: files.store(of: server.name, url: launch.url),
      fetch: WebFetching.fetch(in: surroundings, server.settings.remote), now: { WallClock.milliseconds })
    let name = server.name
    authorizer.onEvent = { [log] event in
      switch event {
      case .renewed: log(.info, "token_renewed", server: name)
      case .adopted: log(.info, "token_adopted", server: name)
      case .notRenewed(let failure): log(.warning, "token_not_renewed", server: name, ["reason": "\(failure)"])
      case .notKept(let failure): log(.warning, "token_not_kept", server: name, ["reason": "\(failure)"])
      }
    }
    return authorizer
  }

  private static func login(_ authorizer: Authorizer) -> ServerPlace.Login {
    switch authorizer.status.state {
    case .header: .header
    case .loggedIn: .loggedIn
    case .none: .none
    case .needsLogin: .needsLogin
    }
  }

  private static func permission(_ answer: Authorizer.Answer) -> Authorization.Permission {
    switch answer {
    case .go(let token): .go(token: token)
    // Not every place that tells the reason tells the cure.
    case .stop(let need): .stop(reason: "it \(need.clause)" + (need.command.map { ": run '\($0)'" } ?? ""), cure: nil)
    }
  }
}
