/// What the pool knows of one connection.
package struct PooledConnection: Equatable, Sendable {
  package enum Condition: Equatable, Sendable {
    case starting
    case ready(inFlight: Int)
    /// It was silent for so long that it is asked for a sign of life before it is used again.
    case validating
    /// It takes no more calls and is closed once those in flight are over.
    case draining(inFlight: Int)
  }

  package let id: UInt64
  /// Times are milliseconds of one monotonic clock.
  package let createdAt: UInt64
  /// When a lease was last taken or given back, or it became ready.
  package internal(set) var lastUsed: UInt64
  package internal(set) var lastHeard: UInt64
  package internal(set) var condition = Condition.starting
  /// Leases that ended in an answer.
  package internal(set) var served = 0
  /// Leases that ended without one.
  package internal(set) var failures = 0

  package var inFlight: Int {
    switch condition {
    case .starting, .validating: 0
    case .ready(let inFlight), .draining(let inFlight): inFlight
    }
  }

  package var isReady: Bool { if case .ready = condition { true } else { false } }

  /// A call is sent on it.
  mutating func leased(at now: UInt64) {
    lastUsed = now
    if case .ready(let inFlight) = condition { condition = .ready(inFlight: inFlight + 1) }
  }

  /// A call on it is over. Returns false, and changes nothing, when there was none.
  mutating func returned(answered: Bool, at now: UInt64) -> Bool {
    switch condition {
    case .ready(let inFlight) where inFlight > 0: condition = .ready(inFlight: inFlight - 1)
    case .draining(let inFlight) where inFlight > 0: condition = .draining(inFlight: inFlight - 1)
    default: return false
    }
    lastUsed = now
    if answered {
      served += 1
      lastHeard = now
    } else {
      failures += 1
    }
    return true
  }
}
