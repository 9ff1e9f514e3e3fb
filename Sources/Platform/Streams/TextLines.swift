import JSONRPC

/// Foreign text cut into lines of bounded length, with the last of it kept for error messages.
///
/// Secrets are blotted out of each line before anything is cut off, so that no half of one is ever shown.
struct TextLines {
  /// The most bytes of one line; the rest of a longer one is passed over.
  static let lineLimit = 8 * 1024

  /// How many of the last bytes ``tail`` keeps.
  private let tailLimit: Int
  /// Blots secrets out of a line; `isCut` when the line goes on beyond the text.
  private let redact: (_ text: String, _ isCut: Bool) -> String
  private var line: [UInt8] = []
  /// Whether the line was longer than what is kept of it.
  private var isCut = false
  /// The last lines as they are shown, with their line feeds.
  private var kept: [UInt8] = []

  init(tailLimit: Int = 8 * 1024, redact: @escaping (_ text: String, _ isCut: Bool) -> String = { text, _ in text }) {
    self.tailLimit = tailLimit
    self.redact = redact
  }

  /// The last bytes of the text, from the start of a line where one is among them.
  var tail: String {
    let text = kept + (line.isEmpty ? [] : Array(redact(String(decoding: line, as: UTF8.self), true).utf8))
    guard text.count > tailLimit else { return String(decoding: text, as: UTF8.self) }
    let last = text.suffix(tailLimit)
    let start = last.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? last.startIndex
    return String(decoding: last[(start == last.endIndex ? last.startIndex : start)...], as: UTF8.self)
  }

  /// Takes what was read and calls `body` with each line that it completes, without its ending.
  mutating func receive(_ bytes: UnsafeRawBufferPointer, _ body: (String) -> Void) {
    var rest = bytes
    while let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: rest, from: 0) {
      add(UnsafeRawBufferPointer(rebasing: rest[..<end]))
      body(endLine())
      kept.append(UInt8(ascii: "\n"))
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
    add(rest)
  }

  /// Ends the text: what stands without a line ending is a line all the same.
  mutating func finish(_ body: (String) -> Void) {
    if !line.isEmpty { body(endLine()) }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let room = Self.lineLimit - line.count
    line.append(contentsOf: bytes.prefix(room))
    if bytes.count > room { isCut = true }
  }

  private mutating func endLine() -> String {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let text = redact(String(decoding: line, as: UTF8.self), isCut)
    line.removeAll(keepingCapacity: true)
    isCut = false
    keep(text)
    return text
  }

  private mutating func keep(_ text: String) {
    kept.append(contentsOf: text.utf8)
    // Cut back only now and then, so that a byte is moved once on average.
    if kept.count > tailLimit * 2 { kept.removeFirst(kept.count - tailLimit - 1) }
  }
}
