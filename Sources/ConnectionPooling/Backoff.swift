/// How long to wait before the next attempt.
///
/// After the first failure of a sequence the wait is ``first``, after the second ``base``, and from there it grows by the
/// policy up to ``cap``. Every wait is varied at random, so that many that failed together do not come back together.
package struct Backoff: Equatable, Sendable {
  package enum Policy: Equatable, Sendable {
    case constant
    /// Each wait is longer than the last by ``base``.
    case linear
    /// Each wait is twice the last.
    case exponential
  }

  package let policy: Policy
  /// Milliseconds before the first attempt of a sequence: what died after real service is repaired at once.
  package let first: UInt64
  /// Milliseconds before the second attempt.
  package let base: UInt64
  /// Milliseconds that no wait exceeds before it is varied.
  package let cap: UInt64
  /// The part, from 0 to 1, by which a wait is lengthened or shortened.
  package let jitter: Double

  package init(
    policy: Policy = .exponential, first: UInt64 = 0, base: UInt64 = 250, cap: UInt64 = 30_000, jitter: Double = 0.2
  ) {
    self.policy = policy
    self.first = first
    self.base = base
    self.cap = cap
    self.jitter = jitter
  }

  /// Returns the milliseconds to wait after so many failures in a row.
  ///
  /// `chance` is a random number from 0 up to, but not including, 1.
  package func wait(afterFailures failures: Int, chance: Double) -> UInt64 {
    let mean = failures <= 1 ? min(first, cap) : grown(steps: failures - 2)
    let factor = 1 + jitter * (2 * chance - 1)
    return UInt64((Double(mean) * factor).rounded())
  }

  private func grown(steps: Int) -> UInt64 {
    switch policy {
    case .constant: return min(base, cap)
    case .linear:
      let (product, overflow) = base.multipliedReportingOverflow(by: UInt64(steps) + 1)
      return overflow ? cap : min(product, cap)
    case .exponential:
      guard base > 0 else { return 0 }
      return steps > base.leadingZeroBitCount - 1 ? cap : min(base << UInt64(steps), cap)
    }
  }
}
