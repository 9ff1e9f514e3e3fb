import JSONRPC

/// Makes messages of the body of an answer: one JSON text, or a stream of events.
///
/// Line ends inside of JSON are white space between its tokens, and become spaces: on the way to a client a message is one
/// line.
struct MessageReader {
  enum Kind {
    case json, events
  }

  enum Step {
    case message(FrameReader.Event)
    /// An event that is no message, with its data.
    case other(type: String, data: String)
    case retry(UInt64)
  }

  /// Bytes of an event's data that is no message beyond which it means nothing.
  private static let otherLimit = 8 << 10
  private static let space: StaticString = " "
  private static let lineEnd: StaticString = "\n"

  let kind: Kind
  private var frames: FrameReader
  private var events = EventStreamReader()
  /// The data of an event that is no message; nil while one is read.
  private var other: [UInt8]?

  /// - Parameters:
  ///   - kind: what is read.
  ///   - limit: bytes of one message.
  init(_ kind: Kind, limit: Int) {
    self.kind = kind
    frames = FrameReader(limit: limit)
  }

  /// The id of the last event that was whole; nil when there was none.
  var lastID: String? { events.lastID }

  mutating func receive(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) {
    switch kind {
    case .json: receive(text: bytes, body)
    case .events:
      // Taken out for the time of the call, which changes the rest of this as well.
      var events = self.events
      events.receive(bytes) { take($0, body) }
      self.events = events
    }
  }

  private mutating func take(_ step: EventStreamReader.Step, _ body: (Step) -> Void) {
    switch step {
    case .began(let type): other = type == EventStreamReader.usualType ? nil : []
    case .data(let bytes):
      if let count = other?.count {
        if count + bytes.count <= Self.otherLimit { other?.append(contentsOf: bytes) }
      } else {
        feed(bytes, body)
      }
    case .lineBreak: if other == nil { feed(Self.space, body) }
    case .event(let type):
      if let other {
        body(.other(type: type, data: String(decoding: other, as: UTF8.self)))
      } else if type == EventStreamReader.usualType {
        feed(Self.lineEnd, body)
      } else {
        // What was taken for a message is none.
        frames = FrameReader(limit: frames.limit)
      }
    case .retry(let milliseconds): body(.retry(milliseconds))
    }
  }

  /// The body is whole.
  mutating func finish(_ body: (Step) -> Void) { if kind == .json { feed(Self.lineEnd, body) } }

  private mutating func receive(text bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) {
    var rest = bytes
    while !rest.isEmpty {
      let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: rest, from: 0)
      feed(UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.count)]), body)
      guard let end else { return }
      feed(Self.space, body)
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
  }

  private mutating func feed(_ bytes: UnsafeRawBufferPointer, _ body: (Step) -> Void) {
    guard !bytes.isEmpty else { return }
    frames.receive(bytes) { body(.message($0)) }
  }

  private mutating func feed(_ text: StaticString, _ body: (Step) -> Void) {
    feed(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), body)
  }
}
