/// How long calls took, in fixed buckets.
package struct LatencyHistogram: Equatable, Sendable {
  /// The upper bounds of the buckets in milliseconds, each inclusive. What took longer is in one more bucket.
  package static let bounds: [UInt64] = [
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
  ]

  /// Milliseconds of all calls together.
  package private(set) var sum: UInt64 = 0
  private var buckets = InlineArray<17, UInt64>(repeating: 0)

  package init() { assert(buckets.count == Self.bounds.count + 1) }

  init(of milliseconds: UInt64) {
    self.init()
    add(milliseconds)
  }

  package static func == (left: LatencyHistogram, right: LatencyHistogram) -> Bool {
    left.sum == right.sum && left.counts == right.counts
  }

  /// How many calls fell into each bucket, the one without a bound last.
  package var counts: [UInt64] { buckets.indices.map { buckets[$0] } }

  package var count: UInt64 { counts.reduce(0, +) }

  package mutating func add(_ milliseconds: UInt64) {
    var bucket = 0
    while bucket < Self.bounds.count, milliseconds > Self.bounds[bucket] { bucket += 1 }
    buckets[bucket] += 1
    sum += milliseconds
  }

  /// Adds what another histogram has counted.
  package mutating func add(_ other: LatencyHistogram) {
    for bucket in buckets.indices { buckets[bucket] += other.buckets[bucket] }
    sum += other.sum
  }

  /// Returns the milliseconds that the given part of all calls, from 0 to 1, took at most; nil when there were none.
  ///
  /// It is exact to a bucket and interpolated within it. What took longer than the last bound counts as that bound.
  package func quantile(_ part: Double) -> Double? {
    let counts = counts
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    let rank = part * Double(total)
    var below = 0.0
    for (bucket, bound) in Self.bounds.enumerated() where counts[bucket] > 0 {
      let inside = Double(counts[bucket])
      if below + inside >= rank {
        let lower = bucket == 0 ? 0 : Double(Self.bounds[bucket - 1])
        return lower + (Double(bound) - lower) * max(rank - below, 0) / inside
      }
      below += inside
    }
    return Self.bounds.last.map { Double($0) }
  }
}
