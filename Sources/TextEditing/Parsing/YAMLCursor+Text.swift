extension YAMLCursor {
  /// Takes a scalar in quotes; an end of a line in it is a space.
  mutating func quoted() throws(DocumentProblem) -> String {
    let isDouble = byte == UInt8(ascii: "\"")
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte {
      position += 1
      switch byte {
      case UInt8(ascii: "'") where !isDouble:
        guard take("'") else { return String(decoding: text, as: UTF8.self) }
        text.append(byte)
      case UInt8(ascii: "\"") where isDouble: return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\") where isDouble: text += try escape().utf8
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        while let byte = self.byte, TextShape.isSpace(byte) { position += 1 }
        text.append(0x20)
      default: text.append(byte)
      }
    }
    position = start
    throw problem("the text has no end")
  }

  private mutating func escape() throws(DocumentProblem) -> String {
    let plain: [UInt8: String] = [
      UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t",
      UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{B}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "r"): "\r",
      UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: " "): " ", UInt8(ascii: "\""): "\"", UInt8(ascii: "/"): "/",
      UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}", UInt8(ascii: "L"): "\u{2028}",
      UInt8(ascii: "P"): "\u{2029}",
    ]
    guard let byte else { throw problem("the text has no end") }
    position += 1
    if let text = plain[byte] { return text }
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
      while let byte = self.byte, TextShape.isSpace(byte) { position += 1 }
      return ""
    }
    let lengths: [UInt8: Int] = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
    let count = lengths[byte] ?? 0
    guard count > 0, let first = hexadecimal(count) else { throw problem("an invalid escape in a string") }
    position += count
    // Two escapes of JSON for one character.
    if (0xD800...0xDBFF).contains(first), starts("\\u") {
      position += 2
      guard let second = hexadecimal(4), (0xDC00...0xDFFF).contains(second) else {
        throw problem("an invalid escape in a string")
      }
      position += 4
      return String(decoding: [UInt16(first), UInt16(second)], as: UTF16.self)
    }
    guard let scalar = Unicode.Scalar(first) else { throw problem("an invalid escape in a string") }
    return String(Character(scalar))
  }

  private func hexadecimal(_ count: Int) -> UInt32? {
    let digits = String(decoding: bytes[position...].prefix(count), as: UTF8.self)
    return digits.utf8.count == count ? UInt32(digits, radix: 16) : nil
  }

  /// Takes a scalar in a block of lines, and says where its last line ends.
  ///
  /// `column` is where the key stands whose value it is.
  mutating func blockScalar(below column: Int) throws(DocumentProblem) -> (text: String, end: Int) {
    let header = word()
    skipSpaces()
    guard isAtLineEnd, header.dropFirst().allSatisfy({ "+-123456789".contains($0) }) else {
      throw problem("more text where the line should end")
    }
    let shape = TextShape(bytes: bytes)
    var end = position
    var indentation = header.first(where: \.isNumber)?.wholeNumberValue.map { max(column, 0) + $0 }
    var lines: [String] = []
    skipLine()
    while !isAtEnd {
      let line = Array(bytes[position..<shape.lineEnd(of: position)])
      let spaces = line.prefix { $0 == 0x20 }.count
      if line.allSatisfy(TextShape.isSpace) {
        lines.append("")
      } else {
        if indentation == nil { indentation = spaces }
        guard let indentation, spaces >= indentation, indentation > column else { break }
        lines.append(String(decoding: line.dropFirst(indentation), as: UTF8.self))
        end = position + line.count
      }
      skipLine()
    }
    let blank = lines.reversed().prefix(while: \.isEmpty).count
    let said = lines.dropLast(blank)
    position = end
    var text = header.hasPrefix("|") ? said.joined(separator: "\n") : Self.folded(said)
    if header.contains("+") {
      text += String(repeating: "\n", count: blank + 1)
    } else if !header.contains("-"), !said.isEmpty {
      text += "\n"
    }
    return (text, end)
  }

  /// Joins lines with spaces; blank ones stay ends of lines.
  private static func folded(_ lines: ArraySlice<String>) -> String {
    var text = ""
    for line in lines {
      if line.isEmpty {
        text += "\n"
      } else {
        text += (text.isEmpty || text.hasSuffix("\n") ? "" : " ") + line
      }
    }
    return text
  }
}
