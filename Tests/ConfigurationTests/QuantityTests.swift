import TestSupport
import Testing

@testable import Configuration

@Suite struct QuantityTests {
  @Test(
    arguments: [
      ("0ms", 0), ("250ms", 250), ("30s", 30_000), ("1.5s", 1500), ("0.001s", 1), ("2 min", 120_000),
      ("12h", 43_200_000),
      ("007s", 7000),
    ] as [(String, UInt64)]) func durationsAreRead(_ text: String, _ value: UInt64)
  {
    #expect(Quantity.parse(text, units: Quantity.durations) == value)
  }

  @Test(arguments: [
    "", "s", "30", "30 seconds", "-1s", "+1s", "1.s", ".5s", "1.2.3s", "0.5ms", "0.0001s", "1.0000000s", " 1s", "1s ",
    "1S", "1m",
    "18446744073709551616ms", "18446744073709551615s", "٣s", "1e3s",
  ]) func whatIsNoDurationIsRefused(_ text: String) {
    #expect(Quantity.parse(text, units: Quantity.durations) == nil)
  }

  @Test func whatIsWrittenIsReadBack() {
    var random = SplitMix(1)
    for _ in 0..<1000 {
      let value = UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0...63, using: &random)
      for units in [Quantity.durations, Quantity.sizes] {
        #expect(Quantity.parse(Quantity.format(value, units: units), units: units) == value)
      }
    }
  }
}
