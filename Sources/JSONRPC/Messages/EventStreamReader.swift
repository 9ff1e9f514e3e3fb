/// Cuts a stream of server-sent events into events (WHATWG HTML, section 9.2.6), fed read by read.
///
/// Data is handed over as it comes, in pieces that point into what was read: an event of any size costs no memory here.
/// What an event was worth is known at its end: one that the stream breaks off in is none.
package struct EventStreamReader {
  /// What was read, in its order.
  package enum Step {
    /// An event has data; its type as far as it is known, which a later line may change.
    case began(type: String)
    /// A piece of the event's data. It is good until the callback returns.
    case data(UnsafeRawBufferPointer)
    /// The end of a line of data that another follows.
    case lineBreak
    /// The event is whole. Not told of one without data.
    case event(type: String)
    /// Milliseconds that the server wants clients to wait before they come again.
    case retry(UInt64)
  }

  /// What the bytes of a line are.
  private enum Place {
    /// Behind the end of a line, or at the start.
    case lineStart
    /// In the name of a field.
    case name
    /// Behind the colon, where one space is none of the value's.
    case valueStart
    case value
    /// In a comment, or in a field that means nothing.
    case skipped
  }

  private enum Field {
    case data, event, id, retry

    init?(_ name: [UInt8]) {
      switch String(decoding: name, as: UTF8.self) {
      case "data": self = .data
      case "event": self = .event
      case "id": self = .id
      case "retry": self = .retry
      default: return nil
      }
    }
  }

  /// Bytes of a value, data excepted, beyond which its field is passed over.
  static let valueLimit = 8 << 10
  /// Bytes of a field's name beyond which it is none that means anything.
  private static let nameLimit = 8
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The id of the last event that was whole, with which a stream can be resumed behind it; nil before the first.
  package private(set) var lastID: String?
  /// The event's type so far.
  private var type = Self.usualType
  private var place = Place.lineStart
  private var field = Field.data
  /// The field's name or value, as far as it has come.
  private var text: [UInt8] = []
  private var pendingID: String?
  private var event = Event()
  /// Bytes of a byte order mark that have come at the start of the stream; nil behind the start.
  private var mark: Int? = 0
  /// Whether the last byte was a carriage return: a line feed behind it ends no other line.
  private var isBehindReturn = false

  /// What the event has so far.
  private struct Event {
    var hasData = false
    /// Bytes of its data.
    var length = 0
  }

  /// The type of an event that names none.
  package static let usualType = "message"

  package init() {}

  /// Takes what was read and calls `body` with each step.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) {
    var rest = withoutMark(bytes, body)
    while !rest.isEmpty { rest = UnsafeRawBufferPointer(rebasing: rest[step(rest, body)...]) }
  }

  /// Passes over a byte order mark, which may come in pieces.
  private mutating func withoutMark(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) -> UnsafeRawBufferPointer {
    var rest = bytes
    while let count = mark, let first = rest.first {
      guard first == Self.byteOrderMark[count] else {
        mark = nil
        // It was none: what it began with begins a field's name.
        if count > 0 {
          text = Array(Self.byteOrderMark[..<count])
          place = .name
        }
        return rest
      }
      mark = count + 1 < Self.byteOrderMark.count ? count + 1 : nil
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    }
    return rest
  }

  /// Takes at least one byte. Returns how many.
  private mutating func step(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) -> Int {
    let first = bytes[0]
    if isBehindReturn {
      isBehindReturn = false
      if first == UInt8(ascii: "\n") { return 1 }
    }
    switch place {
    case .lineStart:
      if first == UInt8(ascii: ":") {
        place = .skipped
        return 1
      }
      if Self.endsLine(first) {
        isBehindReturn = first == UInt8(ascii: "\r")
        dispatch(body)
        return 1
      }
      text.removeAll(keepingCapacity: true)
      place = .name
      return 0
    case .name: return readName(bytes, body)
    case .valueStart:
      place = .value
      return first == UInt8(ascii: " ") ? 1 : 0
    case .value, .skipped: return readValue(bytes, body)
    }
  }

  private mutating func readName(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) -> Int {
    let byte = bytes[0]
    guard byte != UInt8(ascii: ":"), !Self.endsLine(byte) else {
      if let field = Field(text) { begin(field, body) } else { place = .skipped }
      text.removeAll(keepingCapacity: true)
      // A line without a colon is a field without a value.
      return byte == UInt8(ascii: ":") ? 1 : 0
    }
    text.append(byte)
    if text.count > Self.nameLimit { place = .skipped }
    return 1
  }

  private mutating func begin(_ field: Field, _ body: (Step) -> Void) {
    self.field = field
    place = .valueStart
    guard field == .data else { return }
    body(event.hasData ? .lineBreak : .began(type: type))
    event.hasData = true
  }

  /// Takes what there is of the line, or of its end.
  private mutating func readValue(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) -> Int {
    let feed = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: bytes, from: 0)
    let line = UnsafeRawBufferPointer(rebasing: bytes[..<(feed ?? bytes.count)])
    let end = ByteScan.firstIndex(of: UInt8(ascii: "\r"), in: line, from: 0) ?? feed
    let piece = UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)])
    if place == .value, !piece.isEmpty { take(piece, body) }
    guard let end else { return bytes.count }
    isBehindReturn = bytes[end] == UInt8(ascii: "\r")
    if place == .value { endValue(body) }
    place = .lineStart
    return end + 1
  }

  private mutating func take(_ piece: UnsafeRawBufferPointer, _ body: (Step) -> Void) {
    guard field != .data else {
      event.length += piece.count
      return body(.data(piece))
    }
    guard text.count + piece.count <= Self.valueLimit else {
      place = .skipped
      return
    }
    text.append(contentsOf: piece)
  }

  private mutating func endValue(_ body: (Step) -> Void) {
    switch field {
    case .data: break
    case .event: type = text.isEmpty ? Self.usualType : String(decoding: text, as: UTF8.self)
    case .id: if !text.contains(0) { pendingID = String(decoding: text, as: UTF8.self) }
    case .retry:
      let isNumber = text.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      if isNumber, let milliseconds = UInt64(String(decoding: text, as: UTF8.self)) { body(.retry(milliseconds)) }
    }
    text.removeAll(keepingCapacity: true)
  }

  private mutating func dispatch(_ body: (Step) -> Void) {
    if let pendingID { lastID = pendingID }
    // One whose data is empty says no more than its id.
    if event.length > 0 { body(.event(type: type)) }
    event = Event()
    type = Self.usualType
  }

  private static func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
