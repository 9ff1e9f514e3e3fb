/// Texts as they stand in header fields (2026-07-28, basic/transports, value encoding).
enum HeaderValue {
  private static let start = "=?base64?"
  private static let end = "?="

  /// Returns a text as it is where HTTP carries it unchanged, else as Base64 of its UTF-8.
  static func encoded(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 }
    let blanks: [UInt8?] = [0x20, 0x09]
    let isTrimmed = !blanks.contains(text.utf8.first) && !blanks.contains(text.utf8.last)
    if isPlain, isTrimmed, !(text.hasPrefix(start) && text.hasSuffix(end)) { return text }
    return start + base64(Array(text.utf8)) + end
  }

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Base64 (RFC 4648, section 4).
  private static func base64(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(16 - 8 * $1.offset) }
      for digit in 0..<4 {
        text.append(digit <= group.count ? digits[Int(bits >> UInt32(18 - 6 * digit)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
