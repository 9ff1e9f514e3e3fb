/// How many lines one server may add to our log: short bursts pass, a flood is cut and counted.
///
/// All times are milliseconds of one monotonic clock.
package struct LineBudget: Sendable {
  package enum Verdict: Equatable, Sendable {
    case show
    /// Show it, and say that so many before it were not.
    case showAfter(dropped: Int)
    case drop
  }

  /// Lines that may come at once.
  private static let burst = 200
  /// Milliseconds in which one more line is earned.
  private static let interval: UInt64 = 20

  private var left = burst
  private var earnedAt: UInt64?
  private var dropped = 0

  package init() {}

  /// Decides about a line that has just come.
  package mutating func line(at now: UInt64) -> Verdict {
    let since = earnedAt ?? now
    let earned = now > since ? (now - since) / Self.interval : 0
    left = min(Self.burst, left + Int(min(earned, UInt64(Self.burst))))
    earnedAt = since + earned * Self.interval
    guard left > 0 else {
      dropped += 1
      return .drop
    }
    left -= 1
    defer { dropped = 0 }
    return dropped > 0 ? .showAfter(dropped: dropped) : .show
  }
}
