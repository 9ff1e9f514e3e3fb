import TestSupport
import Testing

@testable import ConnectionPooling

@Suite struct BackoffTests {
  private func waits(_ backoff: Backoff, _ count: Int) -> [UInt64] {
    (1...count).map { backoff.wait(afterFailures: $0, chance: 0.5) }
  }

  @Test func exponentialWaitsDoubleUpToTheCap() {
    #expect(waits(Backoff(), 11) == [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  }

  @Test func linearWaitsGrowByTheBase() {
    #expect(waits(Backoff(policy: .linear, base: 100, cap: 350), 6) == [0, 100, 200, 300, 350, 350])
  }

  @Test func constantWaitsStay() {
    #expect(waits(Backoff(policy: .constant, first: 10, base: 70), 3) == [10, 70, 70])
    #expect(waits(Backoff(policy: .constant, base: 0), 3) == [0, 0, 0])
  }

  @Test func chanceVariesAWaitByTheJitter() {
    let backoff = Backoff()
    #expect(backoff.wait(afterFailures: 4, chance: 0) == 800)
    #expect(backoff.wait(afterFailures: 4, chance: 0.999_999) == 1200)
    #expect(backoff.wait(afterFailures: 99, chance: 0) == 24_000)
  }

  @Test func everyWaitIsFiniteAndInRange() {
    for seed in UInt64(1)...2000 {
      var random = SplitMix(seed)
      let limits: [UInt64] = [0, 1, 250, 30_000, 86_400_000, UInt64(UInt32.max)]
      let cap = limits.randomElement(using: &random) ?? 0
      let policies: [Backoff.Policy] = [.constant, .linear, .exponential]
      let backoff = Backoff(
        policy: policies.randomElement(using: &random) ?? .linear, first: limits.randomElement(using: &random) ?? 0,
        base: limits.randomElement(using: &random) ?? 0, cap: cap, jitter: Double.random(in: 0...1, using: &random))
      let failures = [1, 2, 3, 60, 64, 65, 1000, Int.max].randomElement(using: &random) ?? 1
      let wait = backoff.wait(afterFailures: failures, chance: Double.random(in: 0..<1, using: &random))
      #expect(Double(wait) <= Double(cap) * (1 + backoff.jitter) + 1, "seed \(seed)")
    }
  }
}
