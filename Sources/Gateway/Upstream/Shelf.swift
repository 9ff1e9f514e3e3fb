import EventLoop
import MCP

/// What one server offers as it was last read, and how long that may be kept.
@GatewayActor
final class Shelf {
  private struct Freshness {
    let hints: CacheHints
    let notedAt: Instant
  }

  private let clock: LoopClock
  private(set) var offer = ServerOffer()
  /// What a modern server said about how long its lists may be kept, and when.
  private var freshness: [ListKind: Freshness] = [:]
  /// Lists that the server has said are other ones now.
  var changed: Set<ListKind> = []
  var isRefreshing = false

  init(clock: LoopClock) { self.clock = clock }

  /// Puts another offer in the place of the last. Returns what is quarantined in it and was not before; nil when it is the
  /// same offer.
  func put(_ offer: ServerOffer) -> [ServerOffer.Quarantined]? {
    guard offer != self.offer else { return nil }
    let added = offer.quarantined.filter { !self.offer.quarantined.contains($0) }
    self.offer = offer
    return added
  }

  func note(_ hints: CacheHints?, of kind: ListKind) {
    freshness[kind] = hints.map { Freshness(hints: $0, notedAt: clock.now()) }
  }

  /// For how long a list may be kept from now on.
  func cacheHints(_ kind: ListKind) -> CacheHints {
    guard let entry = freshness[kind] else { return .none }
    let age = clock.now().since(entry.notedAt)
    let left = entry.hints.timeToLive > age ? entry.hints.timeToLive - age : 0
    return CacheHints(timeToLive: left, scope: entry.hints.scope)
  }

  /// Whether a list is older than its server said that it would be good for.
  func hasExpired(_ kind: ListKind) -> Bool {
    guard let entry = freshness[kind] else { return false }
    return clock.now().since(entry.notedAt) >= entry.hints.timeToLive
  }
}
