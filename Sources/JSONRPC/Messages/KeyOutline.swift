/// The object that a key stands in, its length and its first bytes, in one word: what tells most keys of a message apart
/// without looking at their text.
@usableFromInline
struct KeyOutline: Equatable, Sendable {
  /// The parent in the highest three bits, the length in the next five, 31 for longer ones; below it up to seven bytes of
  /// the key.
  @usableFromInline let word: UInt64

  @usableFromInline
  init(word: UInt64) { self.word = word }

  /// Inlined wherever it is called with a literal, so that nothing is left of it at run time.
  @inlinable @inline(__always)
  init(_ key: StaticString, in parent: Frame.Parent) {
    var word = UInt64(parent.rawValue) &<< 61 | UInt64(min(key.utf8CodeUnitCount, 31)) &<< 56
    for index in 0..<min(key.utf8CodeUnitCount, 7) {
      word |= UInt64(key.utf8Start[index]) &<< UInt64(index &* 8)
    }
    self.word = word
  }

  /// - Parameters:
  ///   - first: what stands at the beginning of the key, whatever follows a shorter one included.
  ///   - count: the length of the key.
  ///   - parent: the object that the key stands in.
  @inline(__always)
  init(_ first: UInt64, count: Int, in parent: Frame.Parent) {
    let counted = UInt64(truncatingIfNeeded: count)
    let bytes = first & ((1 &<< (min(counted, 7) &* 8)) &- 1)
    word = bytes | min(counted, 31) &<< 56 | UInt64(parent.rawValue) &<< 61
  }

  /// As the other one, of a key shorter than eight bytes.
  @inline(__always)
  init(_ first: UInt64, short count: Int, in parent: Frame.Parent) {
    let counted = UInt64(truncatingIfNeeded: count)
    word = first & ((1 &<< (counted &* 8)) &- 1) | counted &<< 56 | UInt64(parent.rawValue) &<< 61
  }

  init(_ text: UnsafeRawBufferPointer, _ key: Range<Int>, in parent: Frame.Parent) {
    var first: UInt64 = 0
    for index in 0..<min(key.count, 7) { first |= UInt64(text[key.lowerBound &+ index]) &<< UInt64(index &* 8) }
    self.init(first, count: key.count, in: parent)
  }

  /// Stands for every key that is spelled with escapes: seven bytes, and yet the length of none.
  @inline(__always)
  static func escaped(in parent: Frame.Parent) -> KeyOutline {
    KeyOutline(word: UInt64(parent.rawValue) &<< 61 | 0xFF_FFFF_FFFF_FFFF)
  }

  /// One of 64 bits, for keys without escapes: where a set of keys has it not, the key is not among them.
  @inlinable @inline(__always)
  var bit: UInt64 { 1 &<< ((word &* 0x9E37_79B9_7F4A_7C15) &>> 58) }

  /// What a key in the same object has that is spelled with escapes.
  @inline(__always)
  var escaped: KeyOutline { KeyOutline(word: word | 0x1FFF_FFFF_FFFF_FFFF ^ 0x1F00_0000_0000_0000) }

  @inline(__always)
  var isEscaped: Bool { word &<< 3 == 0xFF_FFFF_FFFF_FFFF &<< 3 }

  @inline(__always)
  var parent: Frame.Parent { Frame.Parent(rawValue: UInt8(word &>> 61)) ?? .message }

  /// Whether equal outlines mean equal keys.
  @inline(__always)
  var isWhole: Bool { word &>> 56 & 31 <= 7 }
}
