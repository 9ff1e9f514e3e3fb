package import EventLoop

/// One login of a person to one server, from the server's challenge to a token that the server takes.
@GatewayActor
package final class Login {
  /// What a login came to.
  package struct Outcome: Sendable {
    package let grant: Grant
    /// What the server says to the new token: nil when it takes it.
    package let objection: String?
  }

  /// Ways of being known that are tried in one login.
  private static let attemptLimit = 4

  let settings: ClientSettings
  private let place: LoginPlace
  private let store: LoginStore
  let ways: ConsentWays
  let cryptography: Cryptography
  private let received: ReceivedAddress
  private let fetch: WebFetch
  let now: @GatewayActor @Sendable () -> UInt64

  /// - Parameters:
  ///   - place: what is logged in to.
  ///   - settings: what is configured of logins to it.
  ///   - store: where its logins are kept.
  ///   - ways: how the person is reached.
  ///   - cryptography: chance and digests.
  ///   - fetch: makes the requests.
  ///   - now: milliseconds since 1970.
  package init(
    place: LoginPlace, settings: ClientSettings, store: LoginStore, ways: ConsentWays,
    cryptography: Cryptography, fetch: @escaping WebFetch, now: @escaping @GatewayActor @Sendable () -> UInt64
  ) {
    self.place = place
    self.settings = settings
    self.store = store
    self.ways = ways
    self.cryptography = cryptography
    received = ReceivedAddress(configured: [place.url] + [settings.issuer].compactMap(\.self))
    self.fetch = fetch
    self.now = now
  }

  var server: WebAddress { place.url }

  /// Logs in, and keeps what that brings. What was kept before stays in use until then.
  package func run() async -> Result<Outcome, AuthorizationFailure> {
    let challenge: BearerChallenge?
    let isAsked: Bool
    switch await ask(ServerProbe.request(server, token: nil)) {
    case .failure(let failure): return .failure(failure)
    case .success(let response):
      isAsked = ServerProbe.isRefusal(response)
      challenge = BearerChallenge(response.values(of: "WWW-Authenticate"))
    }
    let finding: Discovery.Finding
    switch await Discovery(server: server, issuer: settings.issuer, fetch: fetch).run(challenge: challenge) {
    case .failure(let failure): return .failure(failure)
    case .success(let found): finding = found
    }
    guard isAsked || finding.resource != nil else {
      return .failure(AuthorizationFailure(.discovery, "\(server) does not ask for a login"))
    }
    let plan = LoginPlan(finding, challenge: challenge, settings: settings, record: store.load())
    switch await grant(plan) {
    case .failure(let failure): return .failure(failure)
    case .success(let grant): return await keep(grant)
    }
  }

  private func keep(_ grant: Grant) async -> Result<Outcome, AuthorizationFailure> {
    let kept = await change { $0.loggedIn(grant) }
    if case .failure(let failure) = kept { return .failure(failure) }
    switch await ask(ServerProbe.request(server, token: grant.accessToken)) {
    case .failure(let failure): return .success(Outcome(grant: grant, objection: "\(failure)"))
    case .success(let response):
      let isRefused = ServerProbe.isRefusal(response)
      let objection = "the server refuses the new token (status \(response.status))"
      return .success(Outcome(grant: grant, objection: isRefused ? objection : nil))
    }
  }

  // MARK: - A grant

  /// Asks for consent as whoever the authorization server takes us for, and as somebody else when it does not.
  private func grant(_ plan: LoginPlan) async -> Result<Grant, AuthorizationFailure> {
    var plan = plan
    var known = store.load()?.acquaintance(with: plan.issuer.issuer) ?? .init(issuer: plan.issuer.issuer)
    var choice = IdentityChoice(settings, plan.issuer, remembered: known.registration, refused: Set(known.refused))
    var last = AuthorizationFailure(.registration, "\(plan.issuer.issuer) takes us for nobody")
    for _ in 0..<Self.attemptLimit {
      let redirects: ConsentWays.Redirects
      switch listen(for: known.registration) {
      case .failure(let failure): return .failure(failure)
      case .success(let opened): redirects = opened
      }
      defer { redirects.close() }
      let client: ClientIdentity
      switch await identity(choice.step(), plan, redirects.port) {
      case .failure(let failure): return .failure(failure)
      case .success(let found): client = found
      }
      let isNew = client != known.registration
      // Kept again once it has proved good: of a registration that has lapsed, many servers tell the person alone.
      if known.registration != nil {
        known.registration = nil
        _ = await change { $0.remember(known) }
      }
      switch await consent(plan, as: client, redirects) {
      case .success(let answer):
        known.registration = client.origin == .registered ? client : nil
        _ = await change { $0.remember(known) }
        return .success(
          Grant(
            issuer: plan.issuer.issuer, resource: plan.resource, tokenEndpoint: plan.issuer.tokenEndpoint,
            revocationEndpoint: plan.issuer.revocationEndpoint, client: client, answer: answer, asked: plan.scopes,
            at: now()))
      case .failure(let failure):
        last = failure
        // An earlier registration may have been for fewer scopes.
        let isOutgrown = failure.code == "invalid_scope" && client.origin == .registered && !isNew
        if failure.code == "invalid_scope", !isOutgrown, plan.retreat() { continue }
        guard failure.isOfClient || isOutgrown, client.origin != .registered || !isNew, choice.refuse(client) else {
          return .failure(failure)
        }
        guard client.origin != .registered else { continue }
        known.refused.append(client.id)
        _ = await change { $0.remember(known) }
      }
    }
    return .failure(last)
  }

  private func consent(
    _ plan: LoginPlan, as client: ClientIdentity, _ redirects: ConsentWays.Redirects
  ) async -> Result<TokenAnswer, AuthorizationFailure> {
    if ways.prefersCodes, let endpoint = plan.issuer.deviceEndpoint {
      return await typed(plan, as: client, at: endpoint)
    }
    return await browsed(plan, as: client, redirects)
  }

  // MARK: - Who we are

  /// Listens where an earlier registration expects us, since many compare the port as well, or anywhere.
  private func listen(for known: ClientIdentity?) -> Result<ConsentWays.Redirects, AuthorizationFailure> {
    if let port = ways.port { return ways.listen(port) }
    if let port = known?.redirectURI.flatMap(WebAddress.init)?.port, case .success(let there) = ways.listen(port) {
      return .success(there)
    }
    return ways.listen(0)
  }

  private func identity(
    _ step: IdentityChoice.Step, _ plan: LoginPlan, _ port: Int
  ) async -> Result<ClientIdentity, AuthorizationFailure> {
    switch step {
    case .none(let failure): return .failure(failure)
    case .use(let known) where known.origin != .registered || known.redirectURI == redirectURI(of: known.origin, port):
      return .success(known)
    case .use:
      guard let endpoint = plan.issuer.registrationEndpoint else {
        return .failure(
          AuthorizationFailure(
            .registration, "the port that was registered with \(plan.issuer.issuer) is in use, and no other can be"))
      }
      return await register(plan, at: endpoint, port)
    case .register(let endpoint): return await register(plan, at: endpoint, port)
    }
  }

  private func register(
    _ plan: LoginPlan, at endpoint: WebAddress, _ port: Int
  ) async -> Result<ClientIdentity, AuthorizationFailure> {
    let redirectURI = redirectURI(of: .registered, port)
    let request = Registration.request(
      at: endpoint, redirectURI: redirectURI, scopes: plan.scopes, issuer: plan.issuer,
      isPublicOnly: isPublicOnly(endpoint))
    return await ask(request).flatMap { Registration.read($0, from: plan.issuer, redirectURI: redirectURI) }
  }

  /// The address that the browser is sent back to. An address by number cannot be turned elsewhere (RFC 8252 section 7.3);
  /// but the consoles in which people register clients by hand know loopback by its name.
  func redirectURI(of origin: ClientIdentity.Origin, _ port: Int) -> String {
    "http://\(origin == .configured ? "localhost" : "127.0.0.1"):\(port)/callback"
  }

  // MARK: - Means

  func ask(_ request: WebRequest) async -> Result<WebResponse, AuthorizationFailure> {
    await fetch(request).mapError { failure in
      AuthorizationFailure(.network, "\(request.url.origin) cannot be asked: \(failure.reason)")
    }
  }

  func isPublicOnly(_ address: WebAddress) -> Bool { received.verdict(on: address) == .publicInternet }

  private func change(_ body: (inout LoginRecord) -> Void) async -> Result<Void, AuthorizationFailure> {
    let place = place
    return await store.update { record in
      var record = record ?? place.newRecord
      body(&record)
      return record
    }
  }
}
