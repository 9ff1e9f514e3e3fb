/// A place in a text of YAML, and what can be read there without knowing the block it is in.
struct YAMLCursor {
  let bytes: [UInt8]
  var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = TextShape(bytes: bytes).markLength
  }

  var byte: UInt8? { position < bytes.count ? bytes[position] : nil }
  var isAtEnd: Bool { position >= bytes.count }
  /// Bytes between the beginning of the line and the cursor.
  var column: Int { isAtEnd ? -1 : position - TextShape(bytes: bytes).lineStart(of: position) }

  func problem(_ message: String) -> DocumentProblem { DocumentProblem(at: position, of: bytes, message) }

  func starts(_ text: String) -> Bool { bytes[min(position, bytes.count)...].starts(with: text.utf8) }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func isBlank(at offset: Int) -> Bool { offset >= bytes.count || TextShape.isSpace(bytes[offset]) }

  // MARK: - Where it is

  var isAtDash: Bool { byte == UInt8(ascii: "-") && isBlank(at: position + 1) }
  var isAtComplexKey: Bool { byte == UInt8(ascii: "?") && isBlank(at: position + 1) }
  /// Whether a line begins here that separates documents.
  var isAtMarker: Bool { column == 0 && (starts("---") || starts("...")) && isBlank(at: position + 3) }
  var isAtFlowEnd: Bool { byte.map { ",]}".utf8.contains($0) } ?? true }

  /// Whether nothing but a comment follows on the line. The cursor is behind white space.
  var isAtLineEnd: Bool {
    guard let byte else { return true }
    return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      || byte == UInt8(ascii: "#") && (position <= TextShape(bytes: bytes).markLength || isBlank(at: position - 1))
  }

  /// Whether a key with its colon begins here.
  var isAtKey: Bool {
    var copy = self
    return (try? copy.key()) != nil
  }

  // MARK: - Passing over

  mutating func skipSpaces() {
    while byte == 0x20 || byte == 0x09 { position += 1 }
  }

  mutating func skipLine() { position = TextShape(bytes: bytes).nextLine(after: position) }

  /// Goes to the next byte that says something; lines are not indented with tabs outside of braces.
  mutating func skipToContent(inFlow: Bool = false) throws(DocumentProblem) {
    while true {
      skipSpaces()
      guard !isAtEnd, isAtLineEnd else { break }
      skipLine()
    }
    guard !inFlow, !isAtEnd else { return }
    let shape = TextShape(bytes: bytes)
    if shape.beginsLine(position), shape.indentation(of: position).contains("\t") {
      throw problem("the line is indented with a tab, which YAML forbids")
    }
  }

  /// Passes over a tag and an anchor. Returns the anchor's name.
  mutating func properties() -> String? {
    var anchor: String?
    while byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
      let word = word()
      if word.hasPrefix("&") { anchor = String(word.dropFirst()) }
      skipSpaces()
    }
    return anchor
  }

  /// Takes what reaches to the next white space or end of a flow item.
  mutating func word() -> String {
    let start = position
    while let byte, !TextShape.isSpace(byte), !isAtFlowEnd { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  // MARK: - Scalars

  /// Takes a key and its colon.
  mutating func key() throws(DocumentProblem) -> String {
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      let line = TextShape(bytes: bytes).lineEnd(of: position)
      let text = try quoted()
      skipSpaces()
      guard position < line, take(":"), isBlank(at: position) else { throw problem("':' is missing behind the key") }
      return text
    }
    guard let byte, !"{}[],#&*!|>%@`".utf8.contains(byte) else { throw problem("a key was expected") }
    let start = position
    let line = TextShape(bytes: bytes).lineEnd(of: position)
    while position < line {
      if bytes[position] == UInt8(ascii: ":"), isBlank(at: position + 1) {
        position += 1
        let text = String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
        return String(text.reversed().drop { $0 == " " }.reversed())
      }
      if bytes[position] == UInt8(ascii: "#"), isBlank(at: position - 1) { break }
      position += 1
    }
    throw problem("':' is missing behind the key")
  }

  /// Takes a scalar without quotes, with the lines that continue it.
  mutating func plain(below column: Int) -> DocumentNode {
    let offset = position
    var text = plainLine()
    var end = position
    while true {
      var ahead = self
      guard (try? ahead.skipToContent()) != nil, !ahead.isAtEnd, ahead.column > column, !ahead.isAtMarker,
        !hasComment(between: end, and: ahead.position)
      else { break }
      self = ahead
      text += " " + plainLine()
      end = position
    }
    position = end
    return DocumentNode(offset: offset, end: end, content: Self.content(of: text))
  }

  private func hasComment(between start: Int, and end: Int) -> Bool {
    bytes[start..<end].contains(UInt8(ascii: "#"))
  }

  private mutating func plainLine() -> String {
    let start = position
    let line = TextShape(bytes: bytes).lineEnd(of: position)
    while position < line, !(bytes[position] == UInt8(ascii: "#") && isBlank(at: position - 1)) { position += 1 }
    while position > start, TextShape.isSpace(bytes[position - 1]) { position -= 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  mutating func plainInFlow() -> DocumentNode {
    let start = position
    while !isAtFlowEnd, !isAtLineEnd, !(byte == UInt8(ascii: ":") && endsKeyInFlow(at: position + 1)) { position += 1 }
    while position > start, TextShape.isSpace(bytes[position - 1]) { position -= 1 }
    return DocumentNode(
      offset: start, end: position, content: Self.content(of: String(decoding: bytes[start..<position], as: UTF8.self)))
  }

  private func endsKeyInFlow(at offset: Int) -> Bool { isBlank(at: offset) || ",]}".utf8.contains(bytes[offset]) }

  /// Returns what a scalar without quotes means (YAML 1.2, core schema).
  private static func content(of text: String) -> DocumentNode.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    default:
      let isNumber = text.first.map { $0.isNumber || "+-.".contains($0) } == true && Double(text) != nil
      return isNumber ? .number(text) : .string(text)
    }
  }
}
