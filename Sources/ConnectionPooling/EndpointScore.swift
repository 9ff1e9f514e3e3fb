/// How well an endpoint has answered lately: moving averages of its latency and of its success.
///
/// An endpoint that was not asked for a while is given the benefit of the doubt: its averages fade toward those of one
/// that nothing is known of.
package struct EndpointScore: Equatable, Sendable {
  /// The weight of the newest call.
  private static let weight = 0.2
  /// Milliseconds after which nothing is left of what was known.
  private static let memory: Double = 60_000

  private var latency: Double?
  private var success = 1.0
  /// How many times as long as usual calls took.
  private var excess = 1.0
  /// What one call counts at most: a single one, however long, is no sign of a slow endpoint.
  private static let excessLimit = 10.0
  private var updated: UInt64 = 0

  package init() {}

  /// A call was answered, or lost, after so many milliseconds.
  ///
  /// That was `excess` times as long as usual.
  package mutating func callEnded(
    answered: Bool, latency milliseconds: UInt64, excess: Double = 1, at now: UInt64
  ) {
    let forgotten = forgotten(at: now)
    func average(_ known: Double, _ new: Double) -> Double { known * (1 - Self.weight) + new * Self.weight }
    self.excess = average(self.excess + (1 - self.excess) * forgotten, min(excess, Self.excessLimit))
    success = average(success + (1 - success) * forgotten, answered ? 1 : 0)
    let latency = Double(milliseconds)
    self.latency = average(forgotten < 1 ? self.latency ?? latency : latency, latency)
    updated = now
  }

  /// The expected milliseconds of a call; nil when nothing is known.
  package func latency(at now: UInt64) -> Double? { forgotten(at: now) < 1 ? latency : nil }

  /// The part of calls, from 0 to 1, that is expected to be answered.
  package func success(at now: UInt64) -> Double { success + (1 - success) * forgotten(at: now) }

  /// How many times as long as usual calls take lately.
  package func excess(at now: UInt64) -> Double { excess + (1 - excess) * forgotten(at: now) }

  private func forgotten(at now: UInt64) -> Double { now > updated ? min(Double(now - updated) / Self.memory, 1) : 0 }
}
