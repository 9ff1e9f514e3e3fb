/// What became of all requests that were meant for one server.
package struct CallTotals: Equatable, Sendable {
  /// Requests that the server answered, errors of its own included.
  package private(set) var served: UInt64 = 0
  /// Requests that ended in an error which the server did not say.
  package private(set) var failures: UInt64 = 0
  package private(set) var cancelled: UInt64 = 0
  /// How long it took the server to answer.
  package private(set) var latency = LatencyHistogram()

  package init() {}

  mutating func add(_ outcome: CallOutcome, count: UInt64, latency: LatencyHistogram?) {
    if outcome.isAnswer {
      served += count
      if let latency { self.latency.add(latency) }
    } else if outcome.isFailure {
      failures += count
    } else {
      cancelled += count
    }
  }
}
