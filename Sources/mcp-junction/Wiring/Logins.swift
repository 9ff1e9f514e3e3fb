import Authorization
import Configuration
import EventLoop
import Platform

/// The logins to the remote servers of a configuration: what they are configured to be, and where they are kept.
@GatewayActor
struct Logins {
  /// One remote server, as far as logins go.
  struct Place: Sendable {
    let target: LoginPlace
    let settings: ClientSettings
    let port: Int?
    /// How it is reached.
    let remote: RemoteSettings
    /// Whether the configuration has a header that says who we are, so that there is nothing to log in to.
    let hasOwnHeader: Bool
    let store: LoginStore
  }

  private let files: LoginFiles

  /// What must not be shown of what is read here.
  let secrets: KnownSecrets

  init(in surroundings: Surroundings, of configuration: Configuration) {
    secrets = KnownSecrets(configuration)
    files = LoginFiles(in: surroundings, secrets: secrets)
  }

  /// Returns what is to be known of a server at each of its addresses, its entry's own first; nothing when it has none.
  func places(of server: ServerConfiguration) -> [Result<Place, UsageProblem>] {
    server.remoteLaunches.enumerated().map { place(of: server, $1, isOther: $0 > 0) }
  }

  private func place(
    of server: ServerConfiguration, _ launch: RemoteLaunch, isOther: Bool
  ) -> Result<Place, UsageProblem> {
    guard launch.socket == nil, let address = WebAddress(launch.url) else {
      return .failure(
        UsageProblem(
          "\(server.name): nobody can log in to an address like "
            + Redaction(server.secrets).redact(launch.url)))
    }
    let oauth = server.settings.oauth
    let issuer = oauth.issuer.flatMap(WebAddress.init)
    guard oauth.issuer == nil || issuer != nil else {
      return .failure(UsageProblem("\(server.name): 'junction.oauth.issuer' must be an http:// or https:// address"))
    }
    return .success(
      Place(
        target: LoginPlace(server: server.name, url: address, isOther: isOther),
        settings: ClientSettings(
          clientID: oauth.clientID, clientSecret: oauth.clientSecret, scopes: ScopeList(oauth.scopes ?? ""),
          resource: oauth.resource, audience: oauth.audience, issuer: issuer),
        port: oauth.callbackPort, remote: server.settings.remote,
        hasOwnHeader: launch.headers.contains { $0.name.lowercased() == "authorization" },
        store: files.store(of: server.name, url: launch.url)))
  }

  /// Finds a server by its name, at all of its addresses, or at one.
  func places(named name: String, url: String?, in configuration: Configuration) -> Result<[Place], UsageProblem> {
    guard let server = configuration.servers.first(where: { $0.name == name }) else {
      let near = NearestName.of(name, among: configuration.servers.map(\.name))
      return .failure(
        UsageProblem("no server is called '\(name)'\(near.map { "; did you mean '\($0)'?" } ?? "")"))
    }
    if let problem = server.problem { return .failure(UsageProblem("\(problem)")) }
    guard !server.remoteLaunches.isEmpty else {
      return .failure(
        UsageProblem("'\(name)' is a program on this machine, and needs no login; its keys go into 'env'"))
    }
    let found = self.places(of: server)
    do throws(UsageProblem) {
      let places = found.compactMap { try? $0.get() }
      guard !places.isEmpty else { return .success([try found[0].get()]) }
      guard let url else { return .success(places) }
      guard let wanted = WebAddress(url), let place = places.first(where: { $0.target.url == wanted }) else {
        throw UsageProblem(
          "'\(name)' is not at that address, but at \(places.map(\.target.url.text).joined(separator: ", "))")
      }
      return .success([place])
    } catch { return .failure(error) }
  }
}
