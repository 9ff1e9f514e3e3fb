/// When a stream is opened again that was cut: proxies and balancers do that to streams on which nothing is said, after a
/// minute or five.
///
/// All times are milliseconds of one monotonic clock.
struct StreamSchedule {
  /// Lives shorter than this are short.
  private static let shortLife: UInt64 = 10_000
  /// Short lives in a row after which it is left alone for a while.
  private static let shortLivesInARow = 3
  private static let rest: UInt64 = 5 * 60_000
  private static let longestWait: UInt64 = 30_000

  /// Whether the server has ever let it begin.
  private(set) var hasBegun = false
  private var openedAt: UInt64 = 0
  private var isBegun = false
  /// What the server wants to pass.
  private var wait: UInt64 = 1_000
  private var shortLives = 0
  private var refusals = 0

  mutating func opened(at now: UInt64) {
    openedAt = now
    isBegun = false
  }

  mutating func began() {
    hasBegun = true
    isBegun = true
  }

  mutating func asked(toWait milliseconds: UInt64) { wait = min(milliseconds, Self.longestWait) }

  /// Returns after how long it is to be opened again; nil for never.
  ///
  /// - Parameters:
  ///   - status: what the server has answered; 0 for nothing.
  ///   - now: the time.
  ///   - chance: from 0 to 1, by which clients of one server come back at different times.
  mutating func ended(status: Int, at now: UInt64, chance: Double) -> UInt64? {
    let spread = UInt64(Double(wait) * 0.5 * chance)
    if isBegun {
      refusals = 0
      shortLives = now &- openedAt < Self.shortLife ? shortLives + 1 : 0
      guard shortLives < Self.shortLivesInARow else {
        shortLives = 0
        return Self.rest + UInt64(Double(Self.rest) * 0.2 * chance)
      }
      return wait + spread
    }
    switch status {
    // Nothing came, the server is not in order, is asked too often, or knows of another stream that it believes open.
    case 0, 408, 409, 429, 500...:
      refusals += 1
      return min(max(wait, 1_000) << UInt64(min(refusals, 8)), Self.longestWait * 2) + spread
    default: return nil
    }
  }
}
