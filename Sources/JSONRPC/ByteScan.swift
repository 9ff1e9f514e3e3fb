/// Searches in raw bytes, eight at a time, and 32 where nothing is found.
///
/// The standard library has no `memchr` and this module touches no platform library; a `UInt64` at a time passes several
/// gigabytes a second, which is far above what a pipe delivers.
package enum ByteScan {
  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
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

  /// Returns the offset of the first `byte` at or after `start`, or nil.
  package static func firstIndex(
    of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    let pattern = UInt64(byte) &* ones
    var offset = start
    while offset &+ 32 <= bytes.count {
      var matches: UInt64 = 0
      for step in 0..<4 { matches |= zeros(in: word(bytes, offset &+ step &* 8) ^ pattern) }
      if matches != 0 { break }
      offset &+= 32
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

  /// Returns the offset of the first byte at or after `start` that is not plain text inside a JSON string: a quote, a
  /// backslash, a control character, or the start of a multi-byte character; `bytes.count` when there is none.
  package static func endOfPlainText(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var offset = start
    while offset &+ 32 <= bytes.count {
      var special: UInt64 = 0
      for step in 0..<4 { special |= specials(in: word(bytes, offset &+ step &* 8)) }
      if special != 0 { break }
      offset &+= 32
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
