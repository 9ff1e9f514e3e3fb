/// Decides what a request to a server carries: the token that is there, a new one, or none before a person logs in.
///
/// Facts come in: what the store holds, that the server refused a token, how a renewal ended. Time is an argument, in
/// milliseconds since 1970.
///
/// ```
///            read                 ┌── stale, or refused ──► renew ──┬── renewed ──► use
///   nothing ─────► use ───────────┤                                 ├── in trouble: use what is live, else wait
///      ▲                          └── no refresh token ──┐          └── refused: needs login
///      └───────────── a newer grant in the store ◄───────┴── needs login
/// ```
package struct TokenState: Sendable {
  /// What a request is to do.
  package enum Order: Equatable, Sendable {
    case use(String)
    case renew
    /// A person has to log in.
    case needsLogin(String)
    /// It may work later; a person can do nothing.
    case unavailable(AuthorizationFailure)
  }

  /// Milliseconds after a renewal that could not be made, until the next is tried.
  static let patience: UInt64 = 15_000
  /// So many tokens refused within so many milliseconds mean that the next would be as well.
  private static let refusalLimit = 3
  private static let refusalWindow: UInt64 = 60_000

  package private(set) var grant: Grant?
  /// The access token that the server refused.
  private var refused: String?
  /// When the last tokens were refused, the latest last.
  private var refusals: [UInt64] = []
  /// Why the last renewal could not be made, and when it was.
  private var trouble: (failure: AuthorizationFailure, at: UInt64)?

  package init() {}

  /// Whether the store is worth another look: what is known does not help.
  package func isLookingForAnother(at now: UInt64) -> Bool {
    if case .use = order(at: now) { return false }
    return true
  }

  package func order(at now: UInt64) -> Order {
    guard let grant else { return .needsLogin("nobody has logged in") }
    let isUsable = grant.accessToken != refused
    if isUsable, grant.isFresh(at: now) { return .use(grant.accessToken) }
    if let refusal = grant.refusal {
      return isUsable && grant.isLive(at: now) ? .use(grant.accessToken) : .needsLogin(refusal.reason)
    }
    guard grant.refreshToken != nil else {
      if isUsable, grant.isLive(at: now) { return .use(grant.accessToken) }
      return .needsLogin(isUsable ? "the token has expired" : "the server refuses the token")
    }
    if !isUsable, refusals.count == Self.refusalLimit, now < refusals[0] &+ Self.refusalWindow {
      return .needsLogin("the server refuses one token after the other")
    }
    guard let trouble, now < trouble.at &+ Self.patience else { return .renew }
    return isUsable && grant.isLive(at: now) ? .use(grant.accessToken) : .unavailable(trouble.failure)
  }

  /// Takes what the store holds. Returns whether that is another grant than the one that was known.
  @discardableResult
  package mutating func read(_ stored: Grant?) -> Bool {
    guard let stored, stored != grant else { return false }
    if stored.accessToken != grant?.accessToken { trouble = nil }
    grant = stored
    return true
  }

  /// Takes down that a person has logged out.
  package mutating func loggedOut() { self = TokenState() }

  /// Takes down that the server answered 401 to a token. It may come late, when the token is no longer the one in use.
  package mutating func refused(_ token: String, at now: UInt64) {
    guard token != refused, grant == nil || token == grant?.accessToken else { return }
    refused = token
    refusals = (refusals + [now]).suffix(Self.refusalLimit)
  }

  /// Takes down that a renewal could not be made, and may be possible later.
  package mutating func failed(_ failure: AuthorizationFailure, at now: UInt64) { trouble = (failure, now) }
}
