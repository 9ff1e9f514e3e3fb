/// Gathers the header of an answer, line by line, and passes over those that come before it: `100 Continue` and its kin.
struct HeadReader {
  enum Step {
    case more
    case head(HTTPHead)
    case tooLong
  }

  /// Bytes of all lines beyond which it is too long.
  let limit: Int
  private var count = 0
  private var status = 0
  private var fields: [HTTPField] = []

  init(limit: Int) { self.limit = limit }

  /// Takes one line with its ending.
  mutating func read(_ line: UnsafeRawBufferPointer) -> Step {
    count += line.count
    guard count <= limit else { return .tooLong }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      status = Int(text.split(separator: " ", maxSplits: 2).dropFirst().first ?? "") ?? 0
      fields = []
      return .more
    }
    guard text.first?.isNewline != true else {
      defer { status = 0 }
      return status >= 200 ? .head(HTTPHead(status: status, fields: fields)) : .more
    }
    guard status > 0, let colon = text.firstIndex(of: ":") else { return .more }
    let value = text[text.index(after: colon)...]
    fields.append(HTTPField(String(text[..<colon]), Self.trimmed(value)))
    return .more
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" || last.isNewline { text.removeLast() }
    return String(text)
  }
}
