/// The waits between attempts to bring an endpoint back. Times are in milliseconds.
package struct ReconnectSettings: Equatable, Sendable {
  package enum Policy: String, CaseIterable, Sendable {
    case constant, linear, exponential
  }

  package var policy = Policy.exponential
  /// Before the first attempt of a sequence.
  package var first: UInt64 = 0
  /// Before the second attempt; the later ones grow from it by the policy.
  package var base: UInt64 = 250
  package var cap: UInt64 = 30_000
  /// The part by which a wait is lengthened or shortened at random.
  package var jitter = 0.2
  /// Attempts in one sequence; nil for no last one.
  package var maxAttempts: Int?
  /// Readiness after which the sequence starts anew.
  package var resetAfter: UInt64 = 10_000

  package init() {}
}
