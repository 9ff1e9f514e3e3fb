import JSONRPC

/// Foreign text cut into lines of bounded length, with the last of it kept for error messages.
struct TextLines {
  /// The most bytes of one line; the rest of a longer one is passed over.
  static let lineLimit = 8 * 1024
  /// How many of the last bytes ``tail`` keeps.
  static let tailLimit = 8 * 1024

  private var line: [UInt8] = []
  private var kept: [UInt8] = []

  /// The last bytes of the text, from the start of a line where one is among them.
  var tail: String {
    guard kept.count > Self.tailLimit else { return String(decoding: kept, as: UTF8.self) }
    let last = kept.suffix(Self.tailLimit)
    let start = last.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? last.startIndex
    return String(decoding: last[(start == last.endIndex ? last.startIndex : start)...], as: UTF8.self)
  }

  /// Takes what was read and calls `body` with each line that it completes, without its ending.
  mutating func receive(_ bytes: UnsafeRawBufferPointer, _ body: (String) -> Void) {
    keep(bytes)
    var rest = bytes
    while let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: rest, from: 0) {
      add(UnsafeRawBufferPointer(rebasing: rest[..<end]))
      endLine(body)
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
    add(rest)
  }

  /// Ends the text: what stands without a line ending is a line all the same.
  mutating func finish(_ body: (String) -> Void) {
    if !line.isEmpty { endLine(body) }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    line.append(contentsOf: bytes.prefix(Self.lineLimit - line.count))
  }

  private mutating func endLine(_ body: (String) -> Void) {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let text = String(decoding: line, as: UTF8.self)
    line.removeAll(keepingCapacity: true)
    body(text)
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    kept.append(contentsOf: bytes.suffix(Self.tailLimit * 2))
    // Cut back only now and then, so that a byte is moved once on average.
    if kept.count > Self.tailLimit * 2 { kept.removeFirst(kept.count - Self.tailLimit - 1) }
  }
}
