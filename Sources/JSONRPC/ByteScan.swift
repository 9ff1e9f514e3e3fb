/// Searches in raw bytes: 64 at a time where nothing is found, then eight.
///
/// The standard library has no `memchr` and this module touches no platform library. Each step is a handful of SSE2 or NEON
/// instructions, which passes more than ten gigabytes a second; short runs, as most keys and values are, take the step
/// of eight at once.
package enum ByteScan {
  private typealias Vector = SIMD16<Int8>

  @inline(__always)
  static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The last bytes, fewer than eight, lowest first, with zeros behind them.
  @inline(__always)
  static func tail(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    let count = bytes.count &- offset
    guard count > 0 else { return 0 }
    if bytes.count >= 8 { return word(bytes, bytes.count &- 8) &>> UInt64((8 &- count) &* 8) }
    // What is loaded twice is the same both times.
    if count >= 4 {
      let last = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count &- 4, as: UInt32.self))
      let first = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      return UInt64(first) | UInt64(last) &<< UInt64((count &- 4) &* 8)
    }
    let middle = count / 2
    return UInt64(bytes[offset]) | UInt64(bytes[offset &+ middle]) &<< UInt64(middle &* 8)
      | UInt64(bytes[bytes.count &- 1]) &<< UInt64((count &- 1) &* 8)
  }

  /// The bytes from an offset on, at most eight, lowest first, with zeros behind them.
  @inline(__always)
  static func head(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    offset &+ 8 <= bytes.count ? word(bytes, offset) : tail(bytes, offset)
  }

  /// Whether both runs have the same bytes.
  static func areEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count else { return false }
    var offset = 0
    while offset &+ 8 <= one.count {
      if word(one, offset) != word(other, offset) { return false }
      offset &+= 8
    }
    return tail(one, offset) == tail(other, offset)
  }

  @inline(__always)
  private static func vector(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Vector {
    bytes.loadUnaligned(fromByteOffset: offset, as: Vector.self)
  }

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

  /// Returns the offset of the first `byte` at or after `start`, or nil.
  package static func firstIndex(
    of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    let pattern = UInt64(byte) &* ones
    let wanted = Vector(repeating: Int8(bitPattern: byte))
    var offset = start
    while offset &+ 64 <= bytes.count {
      let first = (vector(bytes, offset) .== wanted) .| (vector(bytes, offset &+ 16) .== wanted)
      let second = (vector(bytes, offset &+ 32) .== wanted) .| (vector(bytes, offset &+ 48) .== wanted)
      if isAny(first .| second) { break }
      offset &+= 64
    }
    while offset &+ 8 <= bytes.count {
      let matches = zeros(in: word(bytes, offset) ^ pattern)
      if matches != 0 { return offset &+ matches.trailingZeroBitCount / 8 }
      offset &+= 8
    }
    guard offset < bytes.count else { return nil }
    let matches = zeros(in: tail(bytes, offset) ^ pattern)
    let found = offset &+ matches.trailingZeroBitCount / 8
    return found < bytes.count ? found : nil
  }

  /// Whether a string that begins with `word`, eight bytes long and spelled without escapes, may occur in JSON text.
  package static func mayHaveString(beginningWith word: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    let wanted = UInt64(littleEndian: UnsafeRawPointer(word.utf8Start).loadUnaligned(as: UInt64.self))
    var start = 0
    while let quote = firstIndex(of: 0x22, in: bytes, from: start) {
      guard quote &+ 9 <= bytes.count else { return false }
      if self.word(bytes, quote &+ 1) == wanted { return true }
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
    guard start &+ 8 <= bytes.count else { return endOfLongPlainText(in: bytes, from: start) }
    let special = specials(in: word(bytes, start))
    if special != 0 { return start &+ special.trailingZeroBitCount / 8 }
    return endOfLongPlainText(in: bytes, from: start &+ 8)
  }

  static func endOfLongPlainText(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var offset = start
    while offset &+ 64 <= bytes.count {
      let first = specials(in: vector(bytes, offset)) .| specials(in: vector(bytes, offset &+ 16))
      let second = specials(in: vector(bytes, offset &+ 32)) .| specials(in: vector(bytes, offset &+ 48))
      if isAny(first .| second) { break }
      offset &+= 64
    }
    while offset &+ 16 <= bytes.count, !isAny(specials(in: vector(bytes, offset))) { offset &+= 16 }
    while offset &+ 8 <= bytes.count {
      let special = specials(in: word(bytes, offset))
      if special != 0 { return offset &+ special.trailingZeroBitCount / 8 }
      offset &+= 8
    }
    return offset < bytes.count ? offset &+ lengthOfPlainText(in: tail(bytes, offset)) : offset
  }
}
