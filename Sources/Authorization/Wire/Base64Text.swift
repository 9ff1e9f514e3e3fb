/// Base64 as OAuth writes it: with the alphabet of addresses (RFC 4648 section 5) for PKCE and JWTs, with the first one
/// (section 4) for the scheme Basic.
enum Base64Text {
  private static let plain = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let forAddresses = Array(plain.dropLast(2)) + Array("-_".utf8)

  /// Returns bytes in the alphabet of addresses, without padding.
  static func encodeForAddress(_ bytes: [UInt8]) -> String { encode(bytes, forAddresses) }

  /// Returns bytes in the first alphabet, padded.
  static func encode(_ bytes: [UInt8]) -> String {
    let digits = encode(bytes, plain)
    return digits + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
  }

  private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8]) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity((bytes.count * 4 + 2) / 3)
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        digits.append(alphabet[Int(bits >> UInt32(count) & 0x3F)])
      }
    }
    if count > 0 { digits.append(alphabet[Int(bits << UInt32(6 - count) & 0x3F)]) }
    return String(decoding: digits, as: UTF8.self)
  }

  /// Returns what a text in the alphabet of addresses stands for; nil when it is none.
  static func decodeFromAddress(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for digit in text.utf8 {
      guard let value = forAddresses.firstIndex(of: digit) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
