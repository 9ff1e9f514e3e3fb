import JSONRPC

/// Takes a text of TOML 1.0 apart.
struct TOMLParser {
  /// Values inside values beyond which a text is refused.
  private static let nestingLimit = 100

  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = TextShape(bytes: bytes).markLength
  }

  mutating func statements() throws(DocumentProblem) -> [TOMLFile.Statement] {
    var statements: [TOMLFile.Statement] = []
    while true {
      skip(lines: true)
      guard let byte = byte else { return statements }
      let offset = position
      if byte == UInt8(ascii: "[") {
        position += 1
        let isElement = take("[")
        skip(lines: false)
        let keys = try keys()
        guard take("]"), !isElement || take("]") else { throw problem("']' is missing behind the table's name") }
        statements.append(.init(kind: .header(isElement: isElement), keys: keys, offset: offset, end: position))
      } else {
        let keys = try keys()
        guard take("=") else { throw problem("'=' is missing behind the key") }
        let value = try value(depth: 0)
        statements.append(.init(kind: .pair(value), keys: keys, offset: offset, end: position))
      }
      try endLine()
    }
  }

  // MARK: - Between values

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  /// Passes over white space, and over ends of lines and comments where `lines` says so.
  private mutating func skip(lines: Bool) {
    while let byte {
      switch byte {
      case 0x20, 0x09: position += 1
      case UInt8(ascii: "\n") where lines, UInt8(ascii: "\r") where lines: position += 1
      case UInt8(ascii: "#") where lines: position = TextShape(bytes: bytes).lineEnd(of: position)
      default: return
      }
    }
  }

  private mutating func endLine() throws(DocumentProblem) {
    skip(lines: false)
    guard let byte, byte != UInt8(ascii: "#") else { return }
    guard byte == UInt8(ascii: "\n") || starts("\r\n") else { throw problem("more text where the line should end") }
  }

  private func problem(_ message: String) -> DocumentProblem { DocumentProblem(at: position, of: bytes, message) }

  // MARK: - Keys

  private mutating func keys() throws(DocumentProblem) -> [TOMLFile.Key] {
    var keys: [TOMLFile.Key] = []
    repeat {
      skip(lines: false)
      let offset = position
      keys.append(TOMLFile.Key(name: try key(), offset: offset))
      skip(lines: false)
    } while take(".")
    return keys
  }

  private mutating func key() throws(DocumentProblem) -> String {
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try string() }
    let start = position
    while let byte, Self.isBare(byte) { position += 1 }
    guard position > start else { throw problem("a key was expected") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || byte < 0x80 && (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  // MARK: - Values

  private mutating func value(depth: Int) throws(DocumentProblem) -> DocumentNode {
    guard depth < Self.nestingLimit else { throw problem("nesting deeper than \(Self.nestingLimit) levels") }
    skip(lines: false)
    let offset = position
    let content: DocumentNode.Content
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): content = .string(try string())
    case UInt8(ascii: "["): content = .array(try elements(depth))
    case UInt8(ascii: "{"): content = .object(try members(depth))
    default: content = try word()
    }
    return DocumentNode(offset: offset, end: position, content: content)
  }

  private mutating func elements(_ depth: Int) throws(DocumentProblem) -> [DocumentNode] {
    position += 1
    var elements: [DocumentNode] = []
    while true {
      skip(lines: true)
      if take("]") { return elements }
      elements.append(try value(depth: depth + 1))
      skip(lines: true)
      if take("]") { return elements }
      guard take(",") else { throw problem("',' or ']' was expected") }
    }
  }

  private mutating func members(_ depth: Int) throws(DocumentProblem) -> [DocumentNode.Member] {
    position += 1
    var members: [DocumentNode.Member] = []
    skip(lines: false)
    if take("}") { return members }
    while true {
      let keys = try keys()
      guard take("=") else { throw problem("'=' is missing behind the key") }
      let value = try value(depth: depth + 1)
      // Dotted keys are objects inside each other.
      let inner = keys.dropFirst().reversed().reduce(value) { value, key in
        DocumentNode(
          offset: key.offset, end: value.end,
          content: .object([.init(key: key.name, keyOffset: key.offset, value: value)]))
      }
      if let twice = members.first(where: { $0.key == keys[0].name }) {
        throw DocumentProblem(
          at: keys[0].offset, of: bytes, "the key '\(twice.key)' stands twice; remove one of them first")
      }
      members.append(.init(key: keys[0].name, keyOffset: keys[0].offset, value: inner))
      skip(lines: false)
      if take("}") { return members }
      guard take(",") else { throw problem("',' or '}' was expected") }
    }
  }

  /// Reads a boolean, a number, a date or a time. The last three are kept as they are spelled.
  private mutating func word() throws(DocumentProblem) -> DocumentNode.Content {
    let start = position
    let ends: Set<UInt8> = [
      0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"),
    ]
    while let byte, !ends.contains(byte) { position += 1 }
    // A date and a time may have a space between them.
    if position - start == 10, position + 3 < bytes.count, bytes[position] == 0x20,
      bytes[position + 3] == UInt8(ascii: ":")
    {
      position += 1
      while let byte, !ends.contains(byte) { position += 1 }
    }
    switch String(decoding: bytes[start..<position], as: UTF8.self) {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case let text where text.first.map { $0.isNumber || "+-in".contains($0) } == true && Self.isNumeric(text):
      return .number(text)
    default:
      position = start
      throw problem("a value was expected")
    }
  }

  private static func isNumeric(_ text: String) -> Bool {
    ["inf", "nan"].contains(text.drop { $0 == "+" || $0 == "-" })
      || text.utf8.allSatisfy { isBare($0) || ":.+ ".utf8.contains($0) } && text.contains(where: \.isNumber)
  }

  // MARK: - Strings

  private mutating func string() throws(DocumentProblem) -> String {
    let quote: Unicode.Scalar = byte == UInt8(ascii: "'") ? "'" : "\""
    let isLong = starts(String(repeating: Character(quote), count: 3))
    position += isLong ? 3 : 1
    if isLong, starts("\n") || starts("\r\n") { position += starts("\n") ? 1 : 2 }
    var text: [UInt8] = []
    while let byte {
      if byte == UInt8(ascii: quote) {
        guard isLong else {
          position += 1
          return String(decoding: text, as: UTF8.self)
        }
        let run = bytes[position...].prefix(5).prefix { $0 == UInt8(ascii: quote) }.count
        position += run
        text += Array(repeating: byte, count: run < 3 ? run : run - 3)
        if run >= 3 { return String(decoding: text, as: UTF8.self) }
      } else if byte == UInt8(ascii: "\\"), quote == "\"" {
        text += try escape(isLong: isLong).utf8
      } else if byte == UInt8(ascii: "\n"), !isLong {
        break
      } else {
        text.append(byte)
        position += 1
      }
    }
    throw problem("the text has no end")
  }

  private mutating func escape(isLong: Bool) throws(DocumentProblem) -> String {
    let plain: [UInt8: String] = [
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "f"): "\u{C}",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\",
    ]
    position += 1
    guard let byte else { throw problem("the text has no end") }
    if let text = plain[byte] {
      position += 1
      return text
    }
    if isLong, TextShape.isSpace(byte) {
      while let byte = self.byte, TextShape.isSpace(byte) { position += 1 }
      return ""
    }
    let count = byte == UInt8(ascii: "u") ? 4 : byte == UInt8(ascii: "U") ? 8 : 0
    let digits = String(decoding: bytes[(position + 1)...].prefix(count), as: UTF8.self)
    guard count > 0, digits.count == count, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code)
    else {
      throw problem("an invalid escape in a string")
    }
    position += 1 + count
    return String(Character(scalar))
  }
}
