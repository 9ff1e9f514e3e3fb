/// Searches in raw bytes: 64 at a time where nothing is found, then eight.
///
/// The standard library has no `memchr` and this module touches no platform library. Each step is a handful of SSE2 or NEON
/// instructions, which passes more than ten gigabytes a second; short runs, as most keys and values are, take the step
/// of eight at once.
package enum ByteScan {
  private typealias Vector = SIMD16<Int8>

  @inline(__always)
  static func word(_ bytes: UnsafeRawPointer) -> UInt64 { UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) }

  @inline(__always)
  private static func half(_ bytes: UnsafeRawPointer) -> UInt64 {
    UInt64(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
  }

  @inline(__always)
  private static func byte(_ bytes: UnsafeRawPointer) -> UInt64 { UInt64(bytes.load(as: UInt8.self)) }

  /// Moves bytes towards the first one.
  @inline(__always)
  static func shifted(_ word: UInt64, down count: Int) -> UInt64 { word &>> UInt64(truncatingIfNeeded: count &* 8) }

  @inline(__always)
  private static func shifted(_ word: UInt64, up count: Int) -> UInt64 {
    word &<< UInt64(truncatingIfNeeded: count &* 8)
  }

  /// Fewer than eight bytes, the first one lowest, with zeros behind them. What is loaded twice is the same both times.
  @inline(__always)
  static func short(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
    if count >= 4 { return half(bytes) | shifted(half(bytes + (count &- 4)), up: count &- 4) }
    if count == 0 { return 0 }
    return byte(bytes) | shifted(byte(bytes + count / 2), up: count / 2)
      | shifted(byte(bytes + (count &- 1)), up: count &- 1)
  }

  /// The bytes from an offset on, fewer than eight, the first one lowest, with zeros behind them.
  @inline(never)
  private static func tail(_ bytes: UnsafeRawPointer, _ count: Int, from offset: Int) -> UInt64 {
    let rest = count &- offset
    return count >= 8 ? shifted(word(bytes + (count &- 8)), down: 8 &- rest) : short(bytes + offset, rest)
  }

  /// Whether two runs of so many bytes are the same.
  @inline(__always)
  static func areEqual(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int) -> Bool {
    guard count >= 8 else { return short(one, count) == short(other, count) }
    var offset = 0
    while offset < count &- 8 {
      if word(one + offset) != word(other + offset) { return false }
      offset &+= 8
    }
    return word(one + (count &- 8)) == word(other + (count &- 8))
  }

  @inline(__always)
  private static func vector(_ bytes: UnsafeRawPointer) -> Vector { bytes.loadUnaligned(as: Vector.self) }

  @inline(__always)
  private static func isAny(_ mask: SIMDMask<Vector>) -> Bool {
    let halves = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return halves.x | halves.y != 0
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// Returns a word whose lowest set bit is the top one of the first byte that is zero.
  @inline(__always)
  private static func zeros(in word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }

  /// Returns a word whose lowest set bit is the top one of the first byte that is not plain text.
  @inline(__always)
  private static func specials(in text: UInt64) -> UInt64 {
    let quote = text ^ (0x22 &* ones)
    let backslash = text ^ (0x5C &* ones)
    let control = (text &- (0x20 &* ones)) & ~text
    return (control | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | text) & tops
  }

  /// Signed, the bytes of multi-byte characters are negative, and so below the space like control characters. Spelled
  /// with vectors on both sides: the comparisons with a scalar are generic calls, five hundred times as slow.
  @inline(__always)
  private static func specials(in text: Vector) -> SIMDMask<Vector> {
    (text .< Vector(repeating: 0x20)) .| (text .== Vector(repeating: 0x22)) .| (text .== Vector(repeating: 0x5C))
  }

  /// Whether both are the same bytes.
  package static func areEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count else { return false }
    guard let left = one.baseAddress, let right = other.baseAddress, left != right else { return true }
    return areEqual(left, right, one.count)
  }

  /// Returns the offset of the first `byte` at or after `start`, or nil.
  package static func firstIndex(
    of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress else { return nil }
    let count = bytes.count
    let pattern = UInt64(byte) &* ones
    let wanted = Vector(repeating: Int8(bitPattern: byte))
    var offset = start
    while offset &+ 64 <= count {
      let next = base + offset
      let first = (vector(next) .== wanted) .| (vector(next + 16) .== wanted)
      let second = (vector(next + 32) .== wanted) .| (vector(next + 48) .== wanted)
      if isAny(first .| second) { break }
      offset &+= 64
    }
    while offset &+ 8 <= count {
      let matches = zeros(in: word(base + offset) ^ pattern)
      if matches != 0 { return offset &+ matches.trailingZeroBitCount / 8 }
      offset &+= 8
    }
    guard offset < count else { return nil }
    let matches = zeros(in: tail(base, count, from: offset) ^ pattern)
    let found = offset &+ matches.trailingZeroBitCount / 8
    return found < count ? found : nil
  }

  /// Whether a string that begins with `word`, eight bytes long and spelled without escapes, may occur in JSON text.
  package static func mayHaveString(beginningWith word: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    let wanted = self.word(word.utf8Start)
    var start = 0
    while let quote = firstIndex(of: 0x22, in: bytes, from: start) {
      guard quote &+ 9 <= bytes.count, let base = bytes.baseAddress else { return false }
      if self.word(base + (quote &+ 1)) == wanted { return true }
      start = quote &+ 1
    }
    return false
  }

  /// Returns how many of the first of eight bytes are plain text inside a JSON string.
  @inline(__always)
  static func lengthOfPlainText(in word: UInt64) -> Int { specials(in: word).trailingZeroBitCount / 8 }

  /// Returns the offset of the first byte at or after `start` that is not plain text inside a JSON string: a quote, a
  /// backslash, a control character, or the start of a multi-byte character; `bytes.count` when there is none.
  @inline(__always)
  package static func endOfPlainText(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard start < bytes.count, let base = bytes.baseAddress else { return bytes.count }
    return endOfPlainText(base, bytes.count, from: start)
  }

  /// - Parameters:
  ///   - bytes: the first of them.
  ///   - count: how many bytes there are.
  ///   - start: fewer than that.
  @inline(__always)
  static func endOfPlainText(_ bytes: UnsafeRawPointer, _ count: Int, from start: Int) -> Int {
    guard start &+ 8 <= count else { return start &+ lengthOfPlainText(in: tail(bytes, count, from: start)) }
    let length = lengthOfPlainText(in: word(bytes + start))
    return length < 8 ? start &+ length : endOfLongPlainText(bytes, count, from: start &+ 8)
  }

  @inline(never)
  private static func endOfLongPlainText(_ bytes: UnsafeRawPointer, _ count: Int, from start: Int) -> Int {
    var offset = start
    while offset &+ 64 <= count {
      let next = bytes + offset
      let first = specials(in: vector(next)) .| specials(in: vector(next + 16))
      let second = specials(in: vector(next + 32)) .| specials(in: vector(next + 48))
      if isAny(first .| second) { break }
      offset &+= 64
    }
    while offset &+ 16 <= count, !isAny(specials(in: vector(bytes + offset))) { offset &+= 16 }
    while offset &+ 8 <= count {
      let length = lengthOfPlainText(in: word(bytes + offset))
      if length < 8 { return offset &+ length }
      offset &+= 8
    }
    return offset < count ? offset &+ lengthOfPlainText(in: tail(bytes, count, from: offset)) : count
  }
}
