/// How long calls of one kind usually take.
package struct UsualLatency: Equatable, Sendable {
  /// Calls before there is a usual.
  private static let fewest = 10
  /// The weight of the newest call is one over this, once so many have ended.
  private static let memory = 100
  /// Milliseconds beyond the usual that are not worth a word, however short that is.
  private static let tolerance = 500.0

  private var mean = 0.0
  private var calls = 0

  package init() {}

  /// A call was answered after so many milliseconds. Returns how many times as long as usual that was; 1 for what was not
  /// remarkably longer.
  package mutating func callEnded(after milliseconds: UInt64) -> Double {
    let latency = Double(milliseconds)
    let isRemarkable = calls >= Self.fewest && latency > mean + Self.tolerance
    let excess = isRemarkable ? latency / max(mean, 1) : 1
    if calls < Self.memory { calls += 1 }
    mean += (latency - mean) / Double(calls)
    return excess
  }
}
