import Gateway
import TestSupport
import Testing

@Suite struct LatencyHistogramTests {
  @Test func aBoundBelongsToItsOwnBucket() {
    var histogram = LatencyHistogram()
    for bound in LatencyHistogram.bounds {
      histogram.add(bound)
      histogram.add(bound + 1)
    }
    // Each bucket holds its own bound, and all but the first the value behind the bound before; 1 and 2 lie side by side.
    #expect(histogram.counts == [1, 2] + Array(repeating: 2, count: LatencyHistogram.bounds.count - 2) + [1])
    #expect(histogram.count == 32)
    #expect(histogram.sum == LatencyHistogram.bounds.reduce(0, +) * 2 + 16)
  }

  @Test func whatTookNoMeasurableTimeIsInTheFirstBucket() {
    var histogram = LatencyHistogram()
    histogram.add(0)
    #expect(histogram.counts[0] == 1)
    #expect(histogram.quantile(0.5) == 0.5)
  }

  @Test func aQuantileOfNothingIsUnknown() { #expect(LatencyHistogram().quantile(0.5) == nil) }

  @Test func whatTookLongerThanAllBoundsCountsAsTheLast() {
    var histogram = LatencyHistogram()
    histogram.add(86_400_000)
    #expect(histogram.quantile(0.99) == 300_000)
  }

  @Test(arguments: 0..<20) func aQuantileLiesInTheBucketOfTheExactOne(_ seed: UInt64) throws {
    var generator = SplitMix(seed)
    var histogram = LatencyHistogram()
    let values = (0..<200).map { _ in
      UInt64.random(in: 0...UInt64.random(in: 0...20_000, using: &generator), using: &generator)
    }
    for value in values { histogram.add(value) }
    let sorted = values.sorted()
    for part in [0.01, 0.5, 0.9, 0.99, 1] {
      let exact = sorted[Int((part * 200).rounded(.up)) - 1]
      let upper = try #require(LatencyHistogram.bounds.first { exact <= $0 })
      let lower = LatencyHistogram.bounds.last { $0 < exact } ?? 0
      let estimate = try #require(histogram.quantile(part))
      #expect(estimate >= Double(lower) && estimate <= Double(upper), "seed \(seed), part \(part)")
    }
  }

  @Test func histogramsAddUp() {
    var (left, right, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for value in [1, 3, 70_000] as [UInt64] {
      left.add(value)
      both.add(value)
    }
    for value in [3, 400_000] as [UInt64] {
      right.add(value)
      both.add(value)
    }
    left.add(right)
    #expect(left == both)
  }
}
