package import EventLoop

/// Finds out who gives tokens for a server: a list of attempts, of which the first that is right counts.
@GatewayActor
package struct Discovery {
  /// What was found.
  package struct Finding: Equatable, Sendable {
    package let issuer: IssuerMetadata
    /// What tokens are asked for; nil for servers of 2025-03-26, whose authorization servers know no resources.
    package let resource: String?
    /// What the resource says can be asked for.
    package let scopes: ScopeList
  }

  /// Authorization servers of one resource beyond which the rest is not looked at.
  private static let issuerLimit = 4

  private let server: WebAddress
  private let pinned: WebAddress?
  private let received: ReceivedAddress
  private let fetch: WebFetch

  /// - Parameters:
  ///   - server: the configured address.
  ///   - issuer: the only authorization server that is taken, where the person has configured one.
  ///   - fetch: makes the requests.
  package init(server: WebAddress, issuer: WebAddress? = nil, fetch: @escaping WebFetch) {
    self.server = server
    pinned = issuer
    received = ReceivedAddress(configured: [server] + [issuer].compactMap(\.self))
    self.fetch = fetch
  }

  /// Looks for the metadata of the resource, then for that of its authorization servers; where there is none of a resource,
  /// the server's own host is the authorization server (MCP 2025-03-26).
  ///
  /// - Parameter challenge: what came with 401, if anything.
  package func run(challenge: BearerChallenge?) async -> Result<Finding, AuthorizationFailure> {
    switch await resource(challenge) {
    case .failure(let failure): return .failure(failure)
    case .success(let metadata?): return await issuer(of: metadata)
    case .success(nil): return await ownIssuer()
    }
  }

  // MARK: - The resource

  private func resource(_ challenge: BearerChallenge?) async -> Result<ResourceMetadata?, AuthorizationFailure> {
    let named = challenge?.resourceMetadata
    let places = [named].compactMap(\.self) + WellKnown.resourceMetadata(of: server).filter { $0 != named }
    switch await search(places, ResourceMetadata.init, where: { $0.covers(server) }) {
    case .found(let metadata): return .success(metadata)
    case .nothing: return .success(nil)
    case .trouble(let failure): return .failure(failure)
    case .foreign(let metadata):
      return .failure(
        AuthorizationFailure(
          .discovery, "the metadata is of \(metadata.resource), and not of \(server)",
          cure: "check the server's \"url\": it has to be spelled as the server spells it"))
    }
  }

  // MARK: - The authorization server

  private func issuer(of resource: ResourceMetadata) async -> Result<Finding, AuthorizationFailure> {
    var first: AuthorizationFailure?
    let named = resource.authorizationServers
    let taken = pinned.map { pinned in named.filter { pinned.isSameIssuer(as: $0.text) } } ?? named
    for issuer in taken.prefix(Self.issuerLimit) {
      switch await metadata(of: issuer, where: { issuer.isSameIssuer(as: $0.issuer) }) {
      case .success(let found?):
        return .success(Finding(issuer: found, resource: resource.resource, scopes: resource.scopes))
      case .success(nil):
        first = first ?? AuthorizationFailure(.discovery, "the authorization server \(issuer) has no metadata")
      case .failure(let failure): first = first ?? failure
      }
    }
    let names = named.map(\.text).joined(separator: ", ")
    return .failure(
      first
        ?? AuthorizationFailure(
          .discovery, "the server takes tokens of \(names), and not of the configured issuer \(pinned?.text ?? "")",
          cure: "correct \"oauth.issuer\""))
  }

  /// A server that says nothing of a resource is its own authorization server. It has no way to say who its issuer is, so
  /// whoever is on its host is believed.
  private func ownIssuer() async -> Result<Finding, AuthorizationFailure> {
    if let pinned {
      return await metadata(of: pinned, where: { pinned.isSameIssuer(as: $0.issuer) }).flatMap { found in
        guard let found else {
          return .failure(AuthorizationFailure(.discovery, "the authorization server \(pinned) has no metadata"))
        }
        return .success(Finding(issuer: found, resource: nil, scopes: ScopeList()))
      }
    }
    let found = await metadata(of: server) { WebAddress($0.issuer)?.origin == server.origin }
    return found.flatMap { found in
      guard let issuer = found ?? .defaults(of: server) else {
        return .failure(AuthorizationFailure(.discovery, "nothing says who gives tokens for \(server)"))
      }
      return .success(Finding(issuer: issuer, resource: nil, scopes: ScopeList()))
    }
  }

  private func metadata(
    of issuer: WebAddress, where isRight: (IssuerMetadata) -> Bool
  ) async -> Result<IssuerMetadata?, AuthorizationFailure> {
    switch await search(WellKnown.issuerMetadata(of: issuer), IssuerMetadata.init, where: isRight) {
    case .found(let metadata): check(metadata).map(\.self)
    case .nothing: .success(nil)
    case .trouble(let failure): .failure(failure)
    case .foreign(let metadata):
      .failure(
        AuthorizationFailure(
          .discovery, "the authorization server \(issuer) calls itself \(metadata.issuer), which is not allowed",
          cure: "its operator has to make its issuer and its address the same"))
    }
  }

  /// Refuses who does not do PKCE with S256 (MCP, "Authorization Code Protection"), and who names addresses that must not
  /// be asked.
  private func check(_ metadata: IssuerMetadata) -> Result<IssuerMetadata, AuthorizationFailure> {
    guard metadata.provesWithS256 == true else {
      return .failure(
        AuthorizationFailure(
          .discovery, "the authorization server \(metadata.issuer) does not say that it does PKCE with S256",
          cure: "its operator has to add code_challenge_methods_supported to its metadata"))
    }
    if let bad = metadata.endpoints.first(where: { received.verdict(on: $0) == .never }) {
      return .failure(forbidden(bad))
    }
    return .success(metadata)
  }

  // MARK: - Attempts

  private enum Search<Metadata> {
    case found(Metadata)
    /// What there is belongs to somebody else.
    case foreign(Metadata)
    case nothing
    /// Nothing was found, and one of the places could not be looked at.
    case trouble(AuthorizationFailure)
  }

  /// Looks for metadata at each of the places in turn. A web page with status 200 counts as nothing.
  private func search<Metadata>(
    _ places: [WebAddress], _ read: ([UInt8]) -> Metadata?, where isRight: (Metadata) -> Bool
  ) async -> Search<Metadata> {
    var foreign: Metadata?
    var trouble: AuthorizationFailure?
    for place in places {
      switch await get(place) {
      case .failure(let failure): trouble = trouble ?? failure
      case .success(let response):
        guard response.status == 200, let metadata = read(response.body) else { continue }
        if isRight(metadata) { return .found(metadata) }
        foreign = foreign ?? metadata
      }
    }
    if let foreign { return .foreign(foreign) }
    return trouble.map(Search.trouble) ?? .nothing
  }

  /// Asks for a document. What may pass (an overloaded server, a broken connection) is a failure: it decides nothing.
  private func get(_ address: WebAddress) async -> Result<WebResponse, AuthorizationFailure> {
    let verdict = received.verdict(on: address)
    guard verdict != .never else { return .failure(forbidden(address)) }
    // The header is what 2025-03-26 asks for; nobody else minds.
    let request = WebRequest(
      .get, address, headers: [WebField("MCP-Protocol-Version", "2025-11-25")],
      isPublicOnly: verdict == .publicInternet)
    switch await fetch(request) {
    case .failure(let failure):
      return .failure(AuthorizationFailure(.network, "\(address.origin) cannot be asked: \(failure.reason)"))
    case .success(let response) where (500..<600).contains(response.status) || response.status == 429:
      return .failure(
        AuthorizationFailure(.discovery, "\(address) answered with status \(response.status)", cure: "try later"))
    case .success(let response): return .success(response)
    }
  }

  private func forbidden(_ address: WebAddress) -> AuthorizationFailure {
    AuthorizationFailure(
      .discovery, "the server names \(address), which must not be asked on a server's word",
      cure: "only https:// is, and this machine only for a server that is on it")
  }
}
