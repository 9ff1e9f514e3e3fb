/// Where and why bytes are not JSON.
package struct JSONSyntaxError: Error, Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    case unexpectedByte(UInt8, wanted: String)
    case controlCharacterInString
    case invalidEscape
    case invalidUTF8
    case invalidNumber
    case nestedTooDeep(limit: Int)
    case tooManyMembers(limit: Int)
    case trailingBytes
    case endOfInput(wanted: String)
  }

  /// Bytes from the start of the scanned text.
  package let offset: Int
  package let reason: Reason

  package init(offset: Int, reason: Reason) {
    self.offset = offset
    self.reason = reason
  }
}

extension JSONSyntaxError: CustomStringConvertible {
  /// A sentence for a person, without the offset.
  package var description: String {
    switch reason {
    case .unexpectedByte(let byte, let wanted):
      let shown =
        byte >= 0x21 && byte < 0x7F
        ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
      return "\(shown) where \(wanted) was expected"
    case .controlCharacterInString: return "an unescaped control character in a string"
    case .invalidEscape: return "an invalid escape in a string"
    case .invalidUTF8: return "invalid UTF-8"
    case .invalidNumber: return "an invalid number"
    case .nestedTooDeep(let limit): return "nesting deeper than \(limit) levels"
    case .tooManyMembers(let limit): return "more than \(limit) members"
    case .trailingBytes: return "more text after the end of the value"
    case .endOfInput(let wanted): return "the text ends where \(wanted) was expected"
    }
  }
}
