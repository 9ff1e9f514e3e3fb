/// Searches in raw bytes: 64 at a time where nothing is found, then eight.
///
/// The standard library has no `memchr` and this module touches no platform library. Each step is a handful of SSE2 or NEON
/// instructions, which passes more than ten gigabytes a second; short runs, as most keys and values are, take the step
/// of eight at once.
package enum ByteScan {
  private typealias Vector = SIMD16<Int8>

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
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

  /// Whether both are the same bytes.
  package static func areEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count else { return false }
    guard one.baseAddress != other.baseAddress else { return true }
    var offset = 0
    while offset &+ 8 <= one.count {
      if word(one, offset) != word(other, offset) { return false }
      offset &+= 8
    }
    while offset < one.count {
      if one[offset] != other[offset] { return false }
      offset &+= 1
    }
    return true
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
    while offset < bytes.count {
      if bytes[offset] == byte { return offset }
      offset &+= 1
    }
    return nil
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

  /// Returns the offset of the first byte at or after `start` that is not plain text inside a JSON string: a quote, a
  /// backslash, a control character, or the start of a multi-byte character; `bytes.count` when there is none.
  @inline(__always)
  package static func endOfPlainText(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard start &+ 8 <= bytes.count else { return endOfLongPlainText(in: bytes, from: start) }
    let special = specials(in: word(bytes, start))
    if special != 0 { return start &+ special.trailingZeroBitCount / 8 }
    return endOfLongPlainText(in: bytes, from: start &+ 8)
  }

  private static func endOfLongPlainText(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var offset = start
    while offset &+ 64 <= bytes.count {
      let first = specials(in: vector(bytes, offset)) .| specials(in: vector(bytes, offset &+ 16))
      let second = specials(in: vector(bytes, offset &+ 32)) .| specials(in: vector(bytes, offset &+ 48))
      if isAny(first .| second) { break }
      offset &+= 64
    }
    while offset &+ 8 <= bytes.count {
      let special = specials(in: word(bytes, offset))
      if special != 0 { return offset &+ special.trailingZeroBitCount / 8 }
      offset &+= 8
    }
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return offset }
      offset &+= 1
    }
    return offset
  }
}
