/// Decides who we are to an authorization server, and what is tried when it does not take that: a client that was
/// registered by hand, a document, a registration, in this order (MCP, "Client Registration Approaches").
struct IdentityChoice: Sendable {
  /// What comes next.
  enum Step: Equatable, Sendable {
    case use(ClientIdentity)
    case register(at: WebAddress)
    /// There is no way to become known to it.
    case none(AuthorizationFailure)
  }

  private let settings: ClientSettings
  private let issuer: IssuerMetadata
  /// What an earlier login was known by.
  private let remembered: ClientIdentity?
  /// Ids that the server did not take.
  private var refused: Set<String>

  /// - Parameters:
  ///   - settings: what is configured.
  ///   - issuer: the authorization server.
  ///   - remembered: whom it has known us as.
  ///   - refused: ids of which it is known that it does not take them.
  init(_ settings: ClientSettings, _ issuer: IssuerMetadata, remembered: ClientIdentity?, refused: Set<String> = []) {
    self.settings = settings
    self.issuer = issuer
    self.remembered = remembered
    self.refused = refused
  }

  func step() -> Step {
    if let id = settings.clientID, !settings.isDocument {
      let own = ClientIdentity.configured(id: id, secret: settings.clientSecret, methods: issuer.authMethods)
      guard refused.contains(id) else { return .use(own) }
      return .none(
        AuthorizationFailure(
          .registration, "\(issuer.issuer) does not take the configured client",
          cure: "check \"oauth.clientId\" and \"oauth.clientSecret\", and the redirect address registered with it"))
    }
    if let id = settings.clientID, issuer.takesDocuments, !refused.contains(id) {
      return .use(ClientIdentity(origin: .document, id: id, method: .none))
    }
    if let remembered, remembered.origin == .registered, !refused.contains(remembered.id) { return .use(remembered) }
    if let endpoint = issuer.registrationEndpoint { return .register(at: endpoint) }
    return .none(
      AuthorizationFailure(
        .registration, "\(issuer.issuer) does not let clients register themselves",
        cure: "register an application in its console, and put its id into \"oauth.clientId\" of the server's "
          + "\"junction\" (and its secret into \"oauth.clientSecret\")"))
  }

  /// Takes down that the server does not know an identity, or not with our redirect address. Returns whether there is
  /// another way.
  mutating func refuse(_ identity: ClientIdentity) -> Bool {
    guard refused.insert(identity.id).inserted else { return false }
    if case .none = step() { return false }
    return true
  }
}
