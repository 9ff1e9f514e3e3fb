import EventLoop
import MCP

/// What one server offers as it was last read, how long that may be kept, and when it is read again.
@GatewayActor
final class Shelf {
  private struct Freshness {
    let hints: CacheHints
    let notedAt: Instant
  }

  private let clock: LoopClock
  private(set) var offer: ServerOffer
  /// What a modern server said about how long its lists may be kept, and when.
  private var freshness: [ListKind: Freshness] = [:]
  var schedule = ListSchedule()
  var timer: LoopClock.Cancellation?
  /// Opens when a list that is being read has been.
  private var readings: [ListKind: Gate] = [:]

  /// - Parameters:
  ///   - clock: what tells how old a list is.
  ///   - offer: what is known of an earlier run.
  init(clock: LoopClock, offer: ServerOffer) {
    self.clock = clock
    self.offer = offer
  }

  /// Puts another offer in the place of the last. Returns what is quarantined in it and was not before; nil when it is the
  /// same offer.
  func put(_ offer: ServerOffer) -> [ServerOffer.Quarantined]? {
    guard offer != self.offer else { return nil }
    let added = offer.quarantined.filter { !self.offer.quarantined.contains($0) }
    self.offer = offer
    return added
  }

  // MARK: - Readings

  func readingBegins(_ kind: ListKind) {
    schedule.begins(kind, at: clock.now().milliseconds)
    if readings[kind] == nil { readings[kind] = Gate() }
  }

  /// Tells who waits for it that a list has been read, or could not be.
  func readingEnded(_ kind: ListKind) { readings.removeValue(forKey: kind)?.open() }

  /// A gate that opens when the next reading of a list ends; nil when none is under way or due for what was announced.
  func nextReading(of kind: ListKind) -> Gate? {
    if let gate = readings[kind] { return gate }
    guard schedule.isAnnounced(kind) else { return nil }
    let gate = Gate()
    readings[kind] = gate
    return gate
  }

  /// The connection is gone: nobody waits for what it was to bring.
  func connectionClosed() {
    schedule.closed()
    timer?.cancel()
    timer = nil
    for kind in readings.keys { readingEnded(kind) }
  }

  // MARK: - How long lists may be kept

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
