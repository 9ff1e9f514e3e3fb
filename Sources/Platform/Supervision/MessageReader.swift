/// The fields of one message between gateway and supervisor, taken in the order in which ``MessageWriter`` put them.
///
/// Each call returns nil once the message does not hold what is asked for.
struct MessageReader {
  private var rest: ArraySlice<UInt8>

  init(_ payload: ArraySlice<UInt8>) { rest = payload }

  /// Takes the whole messages off the front of what was received; one whose end has not arrived stays.
  static func takeAll(from received: inout [UInt8]) -> [MessageReader] {
    var messages: [MessageReader] = []
    var header = MessageReader(received[...])
    var rest = header.rest
    while let length = header.integer(UInt32.self), header.rest.count >= Int(length) {
      messages.append(MessageReader(header.rest.prefix(Int(length))))
      rest = header.rest.dropFirst(Int(length))
      header.rest = rest
    }
    received = Array(rest)
    return messages
  }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
    let size = MemoryLayout<Value>.size
    guard rest.count >= size else { return nil }
    let value = rest.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    rest = rest.dropFirst(size)
    return value
  }

  mutating func flag() -> Bool? { integer(UInt8.self).map { $0 != 0 } }

  mutating func text() -> String? {
    guard let count = integer(UInt32.self), rest.count >= Int(count) else { return nil }
    let text = String(decoding: rest.prefix(Int(count)), as: UTF8.self)
    rest = rest.dropFirst(Int(count))
    return text
  }

  /// Takes a text that may be absent; the outer nil is a message too short, the inner one an absent text.
  mutating func optionalText() -> String?? {
    guard let isPresent = flag() else { return nil }
    guard isPresent else { return .some(nil) }
    return text().map { .some($0) }
  }

  mutating func texts() -> [String]? { list { $0.text() } }

  mutating func integers() -> [Int32]? { list { $0.integer(Int32.self) } }

  private mutating func list<Element>(_ element: (inout MessageReader) -> Element?) -> [Element]? {
    guard let count = integer(UInt32.self) else { return nil }
    var elements: [Element] = []
    for _ in 0..<count {
      guard let next = element(&self) else { return nil }
      elements.append(next)
    }
    return elements
  }
}
