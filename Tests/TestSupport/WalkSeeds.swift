import Glibc

/// The seeds of one random walk after the other: a few, and then more until a time is over.
///
/// `JUNCTION_WALK_SECONDS` is that time, and `JUNCTION_WALK_SEED` the first seed, to walk again what has failed.
package struct WalkSeeds: Sequence, IteratorProtocol {
  private var seed: UInt64
  /// How many are due whatever the time.
  private var left: Int
  private let end: ContinuousClock.Instant

  package init(atLeast count: Int) {
    seed = Self.number("JUNCTION_WALK_SEED") ?? 1
    left = count
    end = ContinuousClock.now + .seconds(Self.number("JUNCTION_WALK_SECONDS") ?? 0)
  }

  package mutating func next() -> UInt64? {
    guard left > 0 || ContinuousClock.now < end else { return nil }
    left -= 1
    defer { seed += 1 }
    return seed
  }

  private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
