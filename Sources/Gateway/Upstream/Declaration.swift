import EventLoop
import MCP

/// What servers are told that the clients behind the gateway can do, and when they may be told.
///
/// Where one client is served, that is what it declares: the first declaration counts, but for an `initialize` that comes
/// when a client has only looked around with `server/discover`. Where several share the servers, it is everything that
/// the gateway can pass on, since the next one may be able to do what the first is not; what a client cannot do is refused
/// when a server asks for it.
struct Declaration {
  enum Policy {
    case ofTheClient
    case everything
  }

  enum Action: Equatable {
    /// Handshakes may begin.
    case open
    /// Connections that were told something else, and have carried nothing yet, are opened again.
    case reopen
  }

  private let policy: Policy
  private(set) var capabilities = ClientCapabilities.none
  /// The era of the client for which servers are opened.
  private(set) var era = Era.legacy
  /// When a client first said what it can do.
  private(set) var declaredAt: Instant?
  /// Whether all that was declared so far was declared with a `server/discover`.
  private var isTentative = false
  /// What the sessions that have processes of their own have declared, by their numbers.
  private var bySession: [UInt64: ClientCapabilities] = [:]

  init(_ policy: Policy) { self.policy = policy }

  /// A client says what it can do.
  mutating func declared(
    _ capabilities: ClientCapabilities, by era: Era, isDiscovery: Bool, at now: Instant
  ) -> [Action] {
    let capabilities = policy == .everything ? .bridgeable : capabilities
    guard declaredAt != nil else {
      isTentative = isDiscovery
      self.capabilities = capabilities
      self.era = era
      declaredAt = now
      return [.open]
    }
    guard isTentative, !isDiscovery else { return [] }
    isTentative = false
    guard era == .legacy, capabilities != self.capabilities else { return [] }
    self.capabilities = capabilities
    self.era = .legacy
    return [.reopen]
  }

  /// A session has opened with a handshake, and processes of its own hear what it can do.
  mutating func opened(session: UInt64, _ capabilities: ClientCapabilities) { bySession[session] = capabilities }

  mutating func ended(session: UInt64) { bySession[session] = nil }

  /// What a session's own processes are told; nil before it has opened with a handshake.
  func capabilities(of session: UInt64) -> ClientCapabilities? { bySession[session] }
}
