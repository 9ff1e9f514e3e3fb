import Authorization
import Configuration
import EventLoop
import Platform

/// The logins to the remote servers of a configuration: what they are configured to be, and where they are kept.
@GatewayActor
struct Logins {
  /// One remote server, as far as logins go.
  struct Place: Sendable {
    let server: String
    let address: WebAddress
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
    secrets = KnownSecrets(Redaction(configuration))
    files = LoginFiles(in: surroundings, secrets: secrets)
  }

  /// Returns what is to be known of a server; nil when it is not remote.
  func place(of server: ServerConfiguration) -> Result<Place, UsageProblem>? {
    guard case .remote(let launch) = server.launch else { return nil }
    guard launch.socket == nil, let address = WebAddress(launch.url) else {
      return .failure(UsageProblem("\(server.name): nobody can log in to an address like \(launch.url)"))
    }
    let oauth = server.settings.oauth
    let issuer = oauth.issuer.flatMap(WebAddress.init)
    guard oauth.issuer == nil || issuer != nil else {
      return .failure(UsageProblem("\(server.name): 'junction.oauth.issuer' must be an http:// or https:// address"))
    }
    return .success(
      Place(
        server: server.name, address: address,
        settings: ClientSettings(
          clientID: oauth.clientID, clientSecret: oauth.clientSecret, scopes: ScopeList(oauth.scopes ?? ""),
          resource: oauth.resource, audience: oauth.audience, issuer: issuer),
        port: oauth.callbackPort, remote: server.settings.remote,
        hasOwnHeader: launch.headers.contains { $0.name.lowercased() == "authorization" },
        store: files.store(of: server.name, url: launch.url)))
  }

  /// Finds a server by its name.
  func place(named name: String, in configuration: Configuration) -> Result<Place, UsageProblem> {
    guard let server = configuration.servers.first(where: { $0.name == name }) else {
      let near = NearestName.of(name, among: configuration.servers.map(\.name))
      return .failure(
        UsageProblem("no server is called '\(name)'\(near.map { "; did you mean '\($0)'?" } ?? "")"))
    }
    if let problem = server.problem { return .failure(UsageProblem("\(problem)")) }
    return place(of: server)
      ?? .failure(UsageProblem("'\(name)' is a program on this machine, and needs no login; its keys go into 'env'"))
  }
}
