/// A seeded source of chance, so that a walk that fails can be walked again.
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Returns some letters, as many as `length` allows.
  package mutating func text(_ length: ClosedRange<Int>, of letters: String) -> String {
    let count = Int.random(in: length, using: &self)
    return String((0..<count).compactMap { _ in letters.randomElement(using: &self) })
  }
}
