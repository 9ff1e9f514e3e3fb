/// What inside a JSON string is neither plain text nor its end (RFC 8259, section 7).
enum JSONString {
  /// Returns the length of the escape or of the multi-byte character at `position` inside a string; nil when it is cut
  /// short.
  static func lengthOfSpecial(
    in text: UnsafeRawBufferPointer, at position: Int
  ) throws(JSONSyntaxError) -> Int? {
    guard position < text.count else { return nil }
    let byte = text[position]
    if byte == UInt8(ascii: "\\") { return try escape(in: text, at: position) }
    guard byte >= 0x20 else { throw JSONSyntaxError(offset: position, reason: .controlCharacterInString) }
    return try multibyte(in: text, at: position)
  }

  private static func escape(in text: UnsafeRawBufferPointer, at position: Int) throws(JSONSyntaxError) -> Int? {
    guard position &+ 1 < text.count else { return nil }
    switch text[position &+ 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      for index in 2..<6 {
        guard position &+ index < text.count else { return nil }
        switch text[position &+ index] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
          UInt8(ascii: "A")...UInt8(ascii: "F"):
          continue
        default: throw JSONSyntaxError(offset: position, reason: .invalidEscape)
        }
      }
      return 6
    default: throw JSONSyntaxError(offset: position, reason: .invalidEscape)
    }
  }

  /// Returns the length of the well-formed multi-byte character at the position (Unicode, table 3-7), nil when it is
  /// cut short.
  private static func multibyte(in text: UnsafeRawBufferPointer, at position: Int) throws(JSONSyntaxError) -> Int? {
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch text[position] {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: throw JSONSyntaxError(offset: position, reason: .invalidUTF8)
      }
    for index in 1..<length {
      guard position &+ index < text.count else { return nil }
      let byte = text[position &+ index]
      guard index == 1 ? second.contains(byte) : (0x80...0xBF).contains(byte) else {
        throw JSONSyntaxError(offset: position, reason: .invalidUTF8)
      }
    }
    return length
  }
}
