/// Cuts a byte stream into messages at line feeds and scans each one as it arrives.
///
/// Only byte 0x0A ends a message; a carriage return before it and empty lines are passed over. A message that is broken
/// or too long costs that message alone: the stream goes on with the next line.
package struct FrameReader {
  /// A line that is no message.
  package struct Malformed {
    package enum Reason: Sendable {
      case syntax(JSONSyntaxError)
      case tooLong(limit: Int)
    }

    package let reason: Reason
    /// The raw `id`, when it stood before the fault.
    package let id: RawToken?
    /// Whether a `method` stood before the fault.
    package let hasMethod: Bool
    /// The line's beginning, at most 4 KiB: more than is ever shown, so that it can be freed of secrets before it is cut.
    package let excerpt: String
  }

  package enum Event {
    case frame(Frame)
    /// In memory of its own: an event passes through several hands, and is nearly always a frame.
    indirect case malformed(Malformed)
  }

  /// How many of the first bytes of a broken line are kept.
  package static let excerptLimit = 4096

  /// The most bytes of a message, line ending excluded.
  package let limit: Int
  private let frame = Frame()
  /// The beginning of a message whose end has not arrived.
  private var partial: ByteBuffer?
  /// Where in `partial` no line feed has been looked for.
  private var searched = 0
  private var fault: Malformed.Reason?
  /// The beginning of a broken line, whose bytes are no longer kept.
  private var broken: (id: RawToken?, hasMethod: Bool, excerpt: String)?
  private var scanner = EnvelopeScanner()

  package init(limit: Int) { self.limit = min(limit, Frame.longest) }

  /// Takes what was read and calls `body` with every message that it completes.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) {
    var rest = bytes
    if broken != nil || partial != nil {
      guard let behind = endLine(rest, body) else { return }
      rest = behind
    }
    // What was read nearly always ends with a line: then nothing has to be searched before it is scanned.
    if rest.last == UInt8(ascii: "\n") {
      while !rest.isEmpty { rest = UnsafeRawBufferPointer(rebasing: rest[line(rest, body)...]) }
      return
    }
    while let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: rest, from: 0) {
      _ = line(UnsafeRawBufferPointer(rebasing: rest[...end]), body)
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
    begin(rest)
  }

  /// Ends the stream: what stands without a line ending is a message all the same.
  package mutating func finish(_ body: (Event) -> Void) {
    if broken != nil { endBrokenLine(body) }
    if let partial, partial.count > 0 { endPartial(body) }
  }

  // MARK: - Whole lines

  /// Takes the first of several lines, the last of which ends too. Returns its length, line feed included.
  private mutating func line(_ lines: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
    if let end = WholeMessageScanner.scan(lines, into: frame), frame.bytes.count <= limit {
      body(.frame(frame))
      return end + 1
    }
    return unusualLine(lines, body)
  }

  /// Takes the first line when it is no plain object, or too long.
  @inline(never)
  private mutating func unusualLine(_ lines: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
    let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: lines, from: 0) ?? lines.count
    let text = Self.trimmed(UnsafeRawBufferPointer(rebasing: lines[..<end]))
    if text.count > limit {
      scanner.reset(frame)
      try? scanner.scan(UnsafeRawBufferPointer(rebasing: text[..<limit]), into: frame)
      fail(.tooLong(limit: limit), text, body)
    } else if !text.isEmpty {
      scanner.reset(frame)
      deliver(text, storage: nil, body)
    }
    return end + 1
  }

  private mutating func deliver(_ line: UnsafeRawBufferPointer, storage: ByteBuffer?, _ body: (Event) -> Void) {
    do throws(JSONSyntaxError) {
      try scanner.scan(line, into: frame)
      try scanner.finish(frame)
    } catch {
      fail(.syntax(error), line, body)
      return
    }
    frame.storage = storage
    frame.storageOffset = 0
    body(.frame(frame))
    frame.storage = nil
  }

  private mutating func fail(_ reason: Malformed.Reason, _ line: UnsafeRawBufferPointer, _ body: (Event) -> Void) {
    let start = beginning(of: line)
    scanner.reset(frame)
    body(.malformed(Malformed(reason: reason, id: start.id, hasMethod: start.hasMethod, excerpt: start.excerpt)))
  }

  /// What can be told of a broken line: its id, as long as it stood before the fault.
  private func beginning(of line: UnsafeRawBufferPointer) -> (id: RawToken?, hasMethod: Bool, excerpt: String) {
    frame.bytes = line
    return (frame.id, frame.outer.method != nil, String(decoding: line.prefix(Self.excerptLimit), as: UTF8.self))
  }

  // MARK: - Lines in pieces

  /// Ends a line that was begun before. Returns what stands behind it; nil when it goes on.
  @inline(never)
  private mutating func endLine(
    _ bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void
  ) -> UnsafeRawBufferPointer? {
    let isBroken = broken != nil
    guard isBroken || partial?.count ?? 0 > 0 else { return bytes }
    let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: bytes, from: 0)
    if !isBroken { partial?.append(UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)])) }
    guard let end else {
      if !isBroken { scanPartial() }
      return nil
    }
    if isBroken { endBrokenLine(body) } else { endPartial(body) }
    return UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])
  }

  /// Keeps what begins a line.
  @inline(never)
  private mutating func begin(_ bytes: UnsafeRawBufferPointer) {
    // As in a line that comes whole: what stands before a message is no part of it.
    let rest = Self.trimmedStart(bytes)
    guard !rest.isEmpty else { return }
    if partial == nil { partial = ByteBuffer(capacity: max(rest.count * 2, 4096)) }
    partial?.append(rest)
    scanPartial()
  }

  private mutating func scanPartial() {
    guard let buffer = partial else { return }
    if searched == 0 { scanner.reset(frame) }
    searched = buffer.count
    do throws(JSONSyntaxError) {
      try scanner.scan(buffer.bytes, into: frame)
      guard buffer.count > limit else { return }
      fault = .tooLong(limit: limit)
    } catch {
      fault = .syntax(error)
    }
    broken = beginning(of: buffer.bytes)
    partial = nil
    searched = 0
  }

  private mutating func endPartial(_ body: (Event) -> Void) {
    guard var buffer = partial.take() else { return }
    if searched == 0 { scanner.reset(frame) }
    searched = 0
    let line = Self.trimmedEnd(buffer.bytes)
    if line.count > limit {
      fail(.tooLong(limit: limit), line, body)
    } else if !Self.trimmed(line).isEmpty {
      deliver(line, storage: buffer, body)
    }
    // Somebody may still write from these bytes; then the next message gets other ones.
    if isKnownUniquelyReferenced(&buffer), buffer.capacity <= OutputBuffer.shareFrom {
      buffer.removeAll()
      partial = buffer
    }
  }

  private mutating func endBrokenLine(_ body: (Event) -> Void) {
    guard let start = broken, let fault else { return }
    broken = nil
    self.fault = nil
    scanner.reset(frame)
    body(.malformed(Malformed(reason: fault, id: start.id, hasMethod: start.hasMethod, excerpt: start.excerpt)))
  }

  private static func trimmed(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    trimmedEnd(trimmedStart(line))
  }

  private static func trimmedStart(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    while start < line.count, line[start] == 0x20 || line[start] == 0x09 || line[start] == 0x0D { start += 1 }
    return UnsafeRawBufferPointer(rebasing: line[start...])
  }

  private static func trimmedEnd(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var end = line.count
    while end > 0, line[end - 1] == 0x20 || line[end - 1] == 0x09 || line[end - 1] == 0x0D { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: line[..<end])
  }
}
