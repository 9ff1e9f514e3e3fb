import JSONRPC

/// The ways in which programs write a text when they show it: each of them gives a secret away as well as the text itself.
enum SecretSpelling {
  /// Returns every spelling of a text, itself among them.
  static func all(of text: String) -> Set<String> {
    let quoted = String(JSONText.quote(text).dropFirst().dropLast())
    var all: Set<String> = [text, quoted, quoted.replacing("/", with: "\\/")]
    for isUpper in [false, true] {
      all.insert(unicodeEscaped(quoted, isUpper: isUpper))
      for plain in ["-._~", "-._~/", "-._~!*'()"] { all.insert(percentEncoded(text, plain: plain, isUpper: isUpper)) }
    }
    all.insert(percentEncoded(text, plain: "-._~ ", isUpper: true).replacing(" ", with: "+"))
    let literal = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\r", with: "\\r")
      .replacing("\t", with: "\\t")
    all.insert(literal)
    all.insert(literal.replacing("'", with: "\\'"))
    // JSON inside of JSON, HTML, and bytes as digits.
    all.insert(String(JSONText.quote(quoted).dropFirst().dropLast()))
    if text.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) {
      all.insert(escapedForHTML(text, apostrophe: "&#39;"))
      all.insert(escapedForHTML(text, apostrophe: "&#x27;"))
    }
    for isUpper in [false, true] { all.insert(hexadecimal(text, isUpper: isUpper)) }
    guard text.utf8.count >= SecretCollection.minimum else {
      // Inside of something longer its digits would be found where it is not; by itself it has all of them.
      for alphabet in [base64, base64URL] {
        all.insert(base64Encoded(Array(text.utf8), offset: 0, alphabet, isWhole: true))
      }
      return all
    }
    for offset in 0..<3 {
      for alphabet in [base64, base64URL] {
        let encoded = base64Encoded(Array(text.utf8), offset: offset, alphabet)
        // Less would be found where it is not.
        if encoded.count >= SecretCollection.minimum { all.insert(encoded) }
      }
    }
    return all
  }

  /// JSON as it is written by those who write ASCII alone.
  private static func unicodeEscaped(_ quoted: String, isUpper: Bool) -> String {
    guard !quoted.utf8.allSatisfy({ $0 < 0x80 }) else { return quoted }
    var result = ""
    for unit in quoted.utf16 {
      if unit < 0x80 {
        result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        let digits = String(unit, radix: 16, uppercase: isUpper)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }

  /// Percent encoding (RFC 3986 section 2.1); libraries differ in what they leave.
  private static func percentEncoded(_ text: String, plain: String, isUpper: Bool) -> String {
    var result = ""
    for byte in text.utf8 {
      if byte.isASCIILetter || byte.isASCIIDigit || plain.utf8.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: isUpper)
        result += (digits.count == 1 ? "%0" : "%") + digits
      }
    }
    return result
  }

  private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let base64URL = Array(base64.dropLast(2)) + Array("-_".utf8)

  private static func escapedForHTML(_ text: String, apostrophe: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: apostrophe)
  }

  private static func hexadecimal(_ text: String, isUpper: Bool) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper) }.joined()
  }

  /// Returns the digits of Base64 that depend on these bytes alone, when `offset` others stand in front in their group;
  /// with `isWhole` also the last one when nothing follows.
  private static func base64Encoded(
    _ bytes: [UInt8], offset: Int, _ alphabet: [UInt8], isWhole: Bool = false
  ) -> String {
    let bytes = Array(repeating: UInt8(0), count: offset) + bytes
    let digits = ((offset * 8 + 5) / 6)..<((bytes.count * 8 + (isWhole ? 5 : 0)) / 6)
    return String(
      decoding: digits.map { digit in
        let bit = digit * 6
        let pair = UInt16(bytes[bit / 8]) << 8 | (bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0)
        return alphabet[Int(pair >> UInt16(10 - bit % 8) & 0x3F)]
      }, as: UTF8.self)
  }
}
