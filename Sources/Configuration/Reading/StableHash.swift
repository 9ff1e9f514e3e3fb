/// FNV-1a of 64 bits: the same on every machine and in every run, which `Hasher` is not.
enum StableHash {
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// Returns the low four hexadecimal digits of the hash, folded over all its bits.
  static func fourDigits(_ text: String) -> String {
    let hash = hash(text)
    let folded = (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) & 0xFFFF
    let digits = String(folded, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
