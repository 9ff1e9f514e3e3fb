/// The length of a key and its first bytes, in one word: what tells most keys apart without looking at their text.
struct KeyOutline: Equatable, Sendable {
  /// The length in the highest byte, 255 for longer ones; below it up to seven bytes of the key.
  private let word: UInt64

  /// Stands for every key that is spelled with escapes.
  static let escaped = KeyOutline(word: .max)

  private init(word: UInt64) { self.word = word }

  /// Inlined wherever it is called with a literal, so that nothing is left of it at run time.
  @inline(__always)
  init(_ key: StaticString) {
    var word = UInt64(min(key.utf8CodeUnitCount, 255)) &<< 56
    for index in 0..<min(key.utf8CodeUnitCount, 7) {
      word |= UInt64(key.utf8Start[index]) &<< UInt64(index &* 8)
    }
    self.init(word: word)
  }

  init(_ text: UnsafeRawBufferPointer, _ key: Range<Int>) {
    let count = min(key.count, 7)
    var first: UInt64 = 0
    if key.lowerBound &+ 8 <= text.count {
      first = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: key.lowerBound, as: UInt64.self))
      first &= (1 &<< UInt64(count &* 8)) &- 1
    } else {
      for index in 0..<count { first |= UInt64(text[key.lowerBound &+ index]) &<< UInt64(index &* 8) }
    }
    word = first | UInt64(min(key.count, 255)) &<< 56
  }

  /// Whether equal outlines mean equal keys.
  var isWhole: Bool { word &>> 56 <= 7 }

  /// Whether the keys may be equal.
  func mayEqual(_ other: KeyOutline) -> Bool { word == other.word || word == .max }
}
