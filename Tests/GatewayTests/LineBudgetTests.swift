import Gateway
import Testing

@Suite struct LineBudgetTests {
  @Test func aBurstPassesAndAFloodIsCutAndCounted() {
    var budget = LineBudget()
    for _ in 0..<200 { #expect(budget.line(at: 1_000) == .show) }
    for _ in 0..<5 { #expect(budget.line(at: 1_000) == .drop) }
    #expect(budget.line(at: 1_019) == .drop)
    #expect(budget.line(at: 1_020) == .showAfter(dropped: 6))
    #expect(budget.line(at: 1_021) == .drop)
  }

  @Test func aQuietServerHasItsWholeBurstAgain() {
    var budget = LineBudget()
    for _ in 0..<250 { _ = budget.line(at: 0) }
    #expect(budget.line(at: 60_000) == .showAfter(dropped: 50))
    for _ in 0..<199 { #expect(budget.line(at: 60_000) == .show) }
    #expect(budget.line(at: 60_000) == .drop)
  }
}
