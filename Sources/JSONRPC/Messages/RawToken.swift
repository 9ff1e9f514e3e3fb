/// A JSON scalar kept as the bytes it was spelled with: a request id or a progress token.
///
/// `1`, `1.0` and `"1"` are three different tokens. Up to 16 bytes cost no allocation.
package struct RawToken: Hashable, Sendable {
  /// The first eight bytes, lowest first, and the next eight; zeros behind the end and in a long token.
  let low: UInt64
  let high: UInt64
  /// Bytes of it.
  package let count: Int
  /// What has more than 16 bytes.
  private let long: [UInt8]?

  /// Bytes of an id or a progress token beyond which it is none: it is kept for as long as its request is open, and sent
  /// back with each thing that is said of it. Clients count, or take a UUID.
  package static let longestIdentifier = 64 << 10

  package init(_ bytes: UnsafeRawBufferPointer) {
    count = bytes.count
    long = count > 16 ? Array(bytes) : nil
    guard count > 0, count <= 16, let base = bytes.baseAddress else {
      low = 0
      high = 0
      return
    }
    low = count < 8 ? ByteScan.short(base, count) : ByteScan.word(base)
    high = count <= 8 ? 0 : ByteScan.shifted(ByteScan.word(base + (count &- 8)), down: 16 &- count)
  }

  /// Makes a token of a request id or progress token; nil when the value is neither string nor number, or longer than
  /// ``longestIdentifier``.
  package init?(identifier bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first, bytes.count <= Self.longestIdentifier else { return nil }
    switch first {
    case UInt8(ascii: "\""), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self.init(bytes)
    default: return nil
    }
  }

  package init(_ text: String) {
    var text = text
    self = text.withUTF8 { RawToken(UnsafeRawBufferPointer($0)) }
  }

  var isShort: Bool { count <= 16 }

  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    if let long { return try long.withUnsafeBytes(body) }
    return try withUnsafeBytes(of: (low.littleEndian, high.littleEndian)) {
      try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
    }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(low)
    if count > 8 { hasher.combine(high) }
    if let long { hasher.combine(long) }
  }

  package static func == (one: RawToken, other: RawToken) -> Bool {
    one.low == other.low && one.high == other.high && one.count == other.count
      && (one.isShort || one.long == other.long)
  }

  /// A cheap number that differs from token to token, mostly, and is never 0. Who chooses tokens can have them share one: it is for tables
  /// that stay small, whatever is put in.
  package var spread: UInt64 {
    if let long { return long.withUnsafeBytes { SeededHash.shared.of($0) | 1 } }
    return (low ^ high &* 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  /// The token as it is spelled in JSON.
  package var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
