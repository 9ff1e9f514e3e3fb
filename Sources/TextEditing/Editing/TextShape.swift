/// How a text is laid out: its line ends and its indentation.
struct TextShape {
  let bytes: [UInt8]

  /// What ends a line of it.
  var lineEnd: String {
    guard let feed = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return "\n" }
    return feed > 0 && bytes[feed - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n"
  }

  /// Bytes of the byte order mark.
  var markLength: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  /// Whether it says nothing.
  var isBlank: Bool { bytes[markLength...].allSatisfy(Self.isSpace) }

  /// Whether its last line is ended.
  var endsLine: Bool { bytes.last == UInt8(ascii: "\n") }

  /// Returns where the line begins in which an offset lies.
  func lineStart(of offset: Int) -> Int {
    bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? markLength
  }

  /// Returns where the line ends in which an offset lies, before what ends it.
  func lineEnd(of offset: Int) -> Int {
    let feed = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    return feed > offset && feed < bytes.count && bytes[feed - 1] == UInt8(ascii: "\r") ? feed - 1 : feed
  }

  /// Returns where the line after the one of an offset begins.
  func nextLine(after offset: Int) -> Int {
    bytes[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
  }

  /// Returns where what ends the line before an offset's line begins; nil in the first line.
  func previousLineEnd(of offset: Int) -> Int? {
    let start = lineStart(of: offset)
    guard start > 0, bytes[start - 1] == UInt8(ascii: "\n") else { return nil }
    return start > 1 && bytes[start - 2] == UInt8(ascii: "\r") ? start - 2 : start - 1
  }

  /// Returns the white space that an offset's line begins with.
  func indentation(of offset: Int) -> String {
    String(decoding: bytes[lineStart(of: offset)...].prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
  }

  /// Whether nothing stands before an offset in its line.
  func beginsLine(_ offset: Int) -> Bool {
    bytes[lineStart(of: offset)..<offset].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
