package import EventLoop

/// The tokens of one server, for whoever makes requests to it.
///
/// It never opens a browser. A token is renewed by one process of this machine at a time: under the lock the store is read
/// again, and what another process has put there is taken instead of being renewed once more, because with many
/// authorization servers a refresh token that is used twice ends the login for all (RFC 9700 section 4.14.2).
@GatewayActor
package final class Authorizer {
  /// What a request is to do.
  package enum Answer: Equatable, Sendable {
    /// Go out with the token as `Authorization: Bearer`; without one when nobody has logged in, since the server may be open.
    case go(token: String?)
    case stop(LoginNeed)
  }

  /// What happened to the tokens, for a log.
  package enum Event: Equatable, Sendable {
    case renewed
    /// Another process had renewed it, or a person logged in.
    case adopted
    case notRenewed(AuthorizationFailure)
    /// It works, and will be lost with this process.
    case notKept(AuthorizationFailure)
  }

  /// Logins by which rights may be added, beyond which the server is not believed any more.
  private static let stepUpLimit = 2

  private let place: LoginPlace
  private let received: ReceivedAddress
  private let store: LoginStore
  private let fetch: WebFetch
  /// Milliseconds since 1970.
  private let now: @GatewayActor @Sendable () -> UInt64
  private var state = TokenState()
  /// Whether a person has been asked to grant more, so that the store may get another grant although this one is good.
  private var awaitsRights = false
  private var renewal: Task<Void, Never>?
  /// Why the last request was not made.
  private var need: LoginNeed?
  /// When the store was last looked into, in milliseconds since 1970.
  private var lookedAt: UInt64?
  package var onEvent: @GatewayActor (Event) -> Void = { _ in }

  /// - Parameters:
  ///   - place: what is logged in to.
  ///   - issuer: its authorization server, where the person has configured one.
  ///   - store: where its logins are kept.
  ///   - fetch: makes the requests for renewal.
  ///   - now: milliseconds since 1970.
  package init(
    place: LoginPlace, issuer: WebAddress? = nil, store: LoginStore, fetch: @escaping WebFetch,
    now: @escaping @GatewayActor @Sendable () -> UInt64
  ) {
    self.place = place
    received = ReceivedAddress(configured: [place.url] + [issuer].compactMap(\.self))
    self.store = store
    self.fetch = fetch
    self.now = now
  }

  /// What is known on this machine of the login, and what the server itself has said.
  package var status: LoginStatus {
    LoginStatus(place, record: store.load(), hasOwnHeader: false, need: need, now: now())
  }

  /// Says what the next request carries, where nothing has to be read, renewed or waited for.
  package func immediateAnswer() -> Answer? {
    guard renewal == nil, !awaitsRights else { return nil }
    if case .use(let token) = state.order(at: now()) { return noted(.go(token: token)) }
    return state.grant == nil && wasJustLookedFor ? .go(token: nil) : nil
  }

  /// Says what the next request carries, after renewing the token where that is due.
  package func answer() async -> Answer { noted(await nextAnswer()) }

  private func nextAnswer(looksAgain: Bool = false) async -> Answer {
    if looksAgain || !wasJustLookedFor || state.grant != nil { lookForAnother() }
    if case .renew = state.order(at: now()) { await renew() }
    switch state.order(at: now()) {
    case .use(let token): return .go(token: token)
    // Whether it lets anybody in without a token is the server's to say, each time.
    case .needsLogin where state.grant == nil: return .go(token: nil)
    case .needsLogin(let reason): return .stop(need(.login, reason))
    case .unavailable(let failure): return .stop(need(.unavailable, "\(failure)"))
    case .renew: return .stop(need(.unavailable, "its token is being renewed"))
    }
  }

  /// Says what follows from an answer of 401 or 403: the same request once more with another token, or not.
  ///
  /// - Parameters:
  ///   - status: 401 or 403.
  ///   - challenges: the values of `WWW-Authenticate`.
  ///   - token: what the request carried.
  /// - Returns: nil when the answer says nothing about tokens.
  package func refused(status: Int, challenges: [String], token: String?) async -> Answer? {
    await consequence(of: status, challenges, token).map(noted)
  }

  private func consequence(of status: Int, _ challenges: [String], _ token: String?) async -> Answer? {
    let challenge = BearerChallenge(challenges)
    if status == 403, let token {
      guard let challenge, challenge.error == "insufficient_scope" else { return nil }
      return await demanded(challenge.scopes, with: token)
    }
    // Some say 403 to whoever has not logged in.
    if let token { state.refused(token, at: now()) }
    let answer = await nextAnswer(looksAgain: true)
    if token != nil, answer == .go(token: nil) { return .stop(need(.login, "somebody has logged out")) }
    guard answer == .go(token: token) else { return answer }
    if token == nil, case .needsLogin(let reason) = state.order(at: now()) { return .stop(need(.login, reason)) }
    return .stop(need(.login, "the server refuses the token"))
  }

  /// Remembers why a request was not made, until one is made with a token.
  private func noted(_ answer: Answer) -> Answer {
    switch answer {
    case .stop(let need): self.need = need
    case .go(token: .some): need = nil
    case .go(token: nil): break
    }
    return answer
  }

  // MARK: - More rights

  /// Renewing adds no rights: a person has to grant them. What is demanded is kept for the next login.
  private func demanded(_ scopes: ScopeList, with token: String) async -> Answer {
    lookForAnother()
    if let granted = state.grant, granted.accessToken != token, granted.scopes.covers(scopes) {
      return .go(token: granted.accessToken)
    }
    let granted = state.grant?.scopes ?? ScopeList()
    if scopes.isEmpty || granted.covers(scopes) {
      return .stop(need(.forbidden, "its token has every right that it asks for (\(scopes))"))
    }
    if let record = store.load(), record.stepUps >= Self.stepUpLimit {
      return .stop(
        need(.forbidden, "it goes on asking for rights (\(scopes)); log out and in again to begin anew"))
    }
    let place = place
    let kept = await store.update { record in
      var record = record ?? place.newRecord
      record.demand(scopes)
      return record
    }
    if case .failure(let failure) = kept { onEvent(.notKept(failure)) }
    awaitsRights = true
    return .stop(need(.moreRights, "\(scopes)"))
  }

  // MARK: - Tokens

  /// Whether the store was looked into so lately that a request need not do so again: most servers want no login, and each
  /// of their calls would open a file that is not there.
  private var wasJustLookedFor: Bool {
    let now = now()
    return lookedAt.map { $0 <= now && now - $0 < Self.freshness } ?? false
  }

  private static let freshness: UInt64 = 1_000

  /// Looks into the store when what is known does not help, or a person was asked to change it.
  private func lookForAnother() {
    guard awaitsRights || state.isLookingForAnother(at: now()) else { return }
    lookedAt = now()
    let isFirst = state.grant == nil
    guard read(store.load()) else { return }
    awaitsRights = false
    if !isFirst { onEvent(.adopted) }
  }

  /// Takes what the store holds. Returns whether that is another grant. One that cannot be read now takes nothing away; one
  /// without any grants says that a person has logged out, also of the one that is known here.
  private func read(_ record: LoginRecord?) -> Bool {
    guard let record else { return false }
    if record.grant == nil, state.grant != nil { state.loggedOut() }
    return state.read(record.grant)
  }

  /// Renews the token, once for all who ask meanwhile. It goes on when who asked has gone: a refresh token that was sent may
  /// be used up.
  private func renew() async {
    if let renewal { return await renewal.value }
    let task = Task { @GatewayActor in await renewAlone() }
    renewal = task
    await task.value
    renewal = nil
  }

  private func renewAlone() async {
    guard let release = await store.lock() else {
      state.failed(LoginStore.busy, at: now())
      return onEvent(.notRenewed(LoginStore.busy))
    }
    defer { release() }
    let stored = store.load()
    if read(stored) { onEvent(.adopted) }
    var record = stored ?? place.newRecord
    guard case .renew = state.order(at: now()), var grant = state.grant, let refreshToken = grant.refreshToken else {
      return
    }
    let isPublicOnly = received.verdict(on: grant.tokenEndpoint) == .publicInternet
    let request = TokenRequest.renewing(grant, refreshToken: refreshToken, isPublicOnly: isPublicOnly)
    switch await answer(to: request, of: grant) {
    case .success(let answer):
      grant.renew(answer, at: now())
      onEvent(.renewed)
    case .failure(let failure):
      onEvent(.notRenewed(failure))
      guard failure.isFinal else { return state.failed(failure, at: now()) }
      grant.refusal = Grant.Refusal(reason: failure.reason, at: now())
    }
    record.renewed(grant)
    state.read(grant)
    if case .failure(let failure) = store.save(record) { onEvent(.notKept(failure)) }
  }

  private func answer(to request: WebRequest, of grant: Grant) async -> Result<TokenAnswer, AuthorizationFailure> {
    switch await fetch(request) {
    case .success(let response): TokenAnswer.read(response, from: grant.issuer)
    case .failure(let failure):
      .failure(AuthorizationFailure(.network, "\(request.url.origin) cannot be asked: \(failure.reason)"))
    }
  }

  private func need(_ kind: LoginNeed.Kind, _ reason: String) -> LoginNeed {
    LoginNeed(kind: kind, place: place, reason: reason)
  }
}
