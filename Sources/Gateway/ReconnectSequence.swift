import Configuration

/// The waits between attempts to bring a server back.
///
/// They grow from attempt to attempt and start anew only after the server was ready for a while, so that a crash after
/// real service is repaired at once and a crash loop is not spun on.
struct ReconnectSequence {
  private let settings: ReconnectSettings
  /// Failures since the sequence began.
  private(set) var failures = 0

  init(settings: ReconnectSettings) { self.settings = settings }

  /// A connection was ready for that many milliseconds before it was lost.
  mutating func wasReady(for milliseconds: UInt64) {
    if milliseconds >= settings.resetAfter { failures = 0 }
  }

  /// Counts a failure and returns the milliseconds to wait before the next attempt.
  ///
  /// - Parameter chance: between -1 and 1.
  mutating func nextWait(chance: Double) -> UInt64 {
    failures += 1
    guard failures > 1 else { return settings.first }
    let step = Double(failures - 2)
    let base = Double(settings.base)
    let grown =
      switch settings.policy {
      case .constant: base
      case .linear: base * (step + 1)
      case .exponential: base * Double(UInt64(1) << UInt64(min(step, 40)))
      }
    return UInt64(min(grown, Double(settings.cap)) * (1 + settings.jitter * chance))
  }
}
