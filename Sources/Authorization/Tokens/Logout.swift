package import EventLoop

/// The end of the logins to one server: their tokens are forgotten here, and at the authorization servers that take word of
/// it (RFC 7009).
@GatewayActor
package struct Logout {
  private let store: LoginStore
  private let received: ReceivedAddress
  private let fetch: WebFetch

  /// - Parameters:
  ///   - url: the server's configured address.
  ///   - issuer: its authorization server, where the person has configured one.
  ///   - store: where its logins are kept.
  ///   - fetch: makes the requests.
  package init(url: WebAddress, issuer: WebAddress?, store: LoginStore, fetch: @escaping WebFetch) {
    received = ReceivedAddress(configured: [url] + [issuer].compactMap(\.self))
    self.store = store
    self.fetch = fetch
  }

  /// Forgets the tokens, and then says so. Returns why an authorization server could not be told: its tokens live to their end.
  package func run() async -> Result<[AuthorizationFailure], AuthorizationFailure> {
    let grants: [Grant]
    switch await store.logOut() {
    case .failure(let failure): return .failure(failure)
    case .success(let forgotten): grants = forgotten
    }
    var untold: [AuthorizationFailure] = []
    for grant in grants {
      if let endpoint = grant.revocationEndpoint, let failure = await revoke(grant, at: endpoint) {
        untold.append(failure)
      }
    }
    return .success(untold)
  }

  /// Revokes both tokens. With the refresh token, most revoke all that came of it; not all.
  private func revoke(_ grant: Grant, at endpoint: WebAddress) async -> AuthorizationFailure? {
    let verdict = received.verdict(on: endpoint)
    guard verdict != .never else { return AuthorizationFailure(.token, "\(endpoint.origin) must not be asked") }
    let tokens = [(grant.refreshToken, "refresh_token"), (grant.accessToken, "access_token")]
    var first: AuthorizationFailure?
    for case (let token?, let kind) in tokens {
      func request(spellsOut: Bool) -> WebRequest {
        TokenRequest.revoking(
          token, kind: kind, of: grant, at: endpoint, isPublicOnly: verdict == .publicInternet, spellsOut: spellsOut)
      }
      var answer = await fetch(request(spellsOut: false))
      if case .success(let response) = answer, response.status == 400, grant.client.method != .post {
        answer = await fetch(request(spellsOut: true))
      }
      switch answer {
      case .failure(let failure):
        return AuthorizationFailure(.network, "\(endpoint.origin) cannot be asked: \(failure.reason)")
      // A token that it does not know any more counts as revoked (RFC 7009 section 2.2).
      case .success(let response) where response.isSuccess: break
      // Some revoke only one kind of token; the other is tried all the same.
      case .success(let response):
        first = first ?? AuthorizationFailure(.token, "\(grant.issuer) answered with status \(response.status)")
      }
    }
    return first
  }
}
