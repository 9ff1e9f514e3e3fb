/// What stands on a line beside a message: a byte order mark, terminal escapes, words of a program that shares the pipe.
///
/// None of it may cost the message. A message is recognised by how it begins: an object whose first key is one of those
/// that JSON-RPC gives a meaning.
enum LineNoise {
  /// Bytes in front of a message beyond which none is looked for.
  static let limit = 64 * 1024

  private static let keys: [StaticString] = ["jsonrpc", "id", "method", "params", "result", "error"]

  static func beginsMessage(_ text: UnsafeRawBufferPointer) -> Bool { isStart(text, 0) }

  /// Returns the offset of the first message that begins at or after `start`; nil when none does within the limit.
  static func messageStart(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let near = UnsafeRawBufferPointer(rebasing: text.prefix(limit))
    var next = start
    while let brace = ByteScan.firstIndex(of: UInt8(ascii: "{"), in: near, from: next) {
      if isStart(text, brace) { return brace }
      next = brace + 1
    }
    return nil
  }

  private static func isStart(_ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    guard start < text.count, text[start] == UInt8(ascii: "{") else { return false }
    let key = skipBlanks(text, start + 1)
    guard key < text.count, text[key] == UInt8(ascii: "\"") else { return false }
    return keys.contains { name in
      let end = key + 1 + name.utf8CodeUnitCount
      return end < text.count && text[end] == UInt8(ascii: "\"")
        && JSONText.key(text, (key + 1)..<end, hasEscape: false, equals: name)
    }
  }

  private static func skipBlanks(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start
    while index < text.count, text[index] == 0x20 || text[index] == 0x09 || text[index] == 0x0D { index += 1 }
    return index
  }

  /// Returns how many bytes at the beginning nobody would see: byte order marks, blanks, control characters, and what
  /// tells a terminal to do something (ECMA-48, sections 5.3 to 5.6).
  static func lengthOfInvisible(_ text: UnsafeRawBufferPointer) -> Int {
    var index = 0
    while index < text.count {
      switch text[index] {
      case 0x1B: index = endOfEscape(text, index)
      case 0...0x20, 0x7F: index += 1
      case 0xEF where text[index...].starts(with: [0xEF, 0xBB, 0xBF]): index += 3
      default: return index
      }
    }
    return index
  }

  /// - Parameter start: where the escape character stands.
  private static func endOfEscape(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start + 1
    guard index < text.count else { return index }
    switch text[index] {
    case UInt8(ascii: "]"):
      while index < text.count, text[index] != 0x07, text[index] != 0x1B { index += 1 }
      if index + 1 < text.count, text[index] == 0x1B, text[index + 1] == UInt8(ascii: "\\") { return index + 2 }
      return min(index + 1, text.count)
    case UInt8(ascii: "["):
      index += 1
      while index < text.count, (0x20...0x3F).contains(text[index]) { index += 1 }
    default:
      while index < text.count, (0x20...0x2F).contains(text[index]) { index += 1 }
    }
    // The last byte belongs to it, unless the sequence was cut off in front of a message.
    return index < text.count && (0x40...0x7A).contains(text[index]) ? index + 1 : index
  }

  // MARK: - Behind a fault

  /// How many bytes at the end of a line ``idAtEnd(of:)`` looks at.
  static let tailLength = 256

  /// Returns the id of a broken message whose last members are `jsonrpc` and `id`, as the TypeScript SDK writes them:
  /// both of them at the very end, so that what is nested in a line which was cut off is not taken for it.
  static func idAtEnd(of text: UnsafeRawBufferPointer) -> RawToken? {
    let tail = UnsafeRawBufferPointer(rebasing: text.suffix(tailLength))
    var next = 0
    while let comma = ByteScan.firstIndex(of: UInt8(ascii: ","), in: tail, from: next) {
      next = comma + 1
      let rest = Array("{".utf8) + tail[next...]
      let id: RawToken? = rest.withUnsafeBytes { bytes in
        guard isStart(bytes, 0), case .success(let frame) = Frame.parse(bytes), frame.members.count == 2,
          frame.outer.jsonrpc != nil
        else { return nil }
        return frame.id
      }
      if let id { return id }
    }
    return nil
  }
}
