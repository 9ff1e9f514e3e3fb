/// A hash of foreign text that nobody outside can foresee: two secret numbers, and a product of 128 bits folded into 64
/// for each eight bytes, as in wyhash.
///
/// Whoever knows a hash can send thousands of names that share one, and a table then looks through all of them each time.
struct SeededHash: Sendable {
  private let seed: UInt64
  private let multiplier: UInt64

  init() {
    var random = SystemRandomNumberGenerator()
    seed = random.next()
    multiplier = random.next() | 1
  }

  /// The one of this process, for keys that stand in many tables.
  static let shared = SeededHash()

  @inline(__always)
  private func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: multiplier)
    return product.high ^ product.low
  }

  /// Eight bytes at a time, the last ones together with some of those before.
  @inline(__always)
  func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard let base = bytes.baseAddress else { return seed }
    let count = bytes.count
    var hash = seed ^ UInt64(truncatingIfNeeded: count)
    var offset = 0
    while offset < count &- 8 {
      hash = mix(hash, ByteScan.word(base + offset))
      offset &+= 8
    }
    return mix(hash, count < 8 ? ByteScan.short(base, count) : ByteScan.word(base + (count &- 8)))
  }
}
