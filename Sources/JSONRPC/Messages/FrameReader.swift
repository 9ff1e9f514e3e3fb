/// Cuts a byte stream into messages at line feeds and scans each one as it arrives.
///
/// Only byte 0x0A ends a message; a carriage return before it and empty lines are passed over. What stands beside a message
/// on its line is passed over as well (``LineNoise``), and outer members that are null and should be absent are taken out.
/// A message that is broken or too long costs that message alone: the stream goes on with the next line.
package struct FrameReader {
  /// A line that is no message.
  package struct Malformed {
    package enum Reason: Sendable {
      case syntax(JSONSyntaxError)
      case tooLong(limit: Int)
    }

    /// What is wrong, and where: offsets count from the first byte of the message.
    package let reason: Reason
    /// The raw `id`, when it stood before the fault, or at the very end of the line.
    package let id: RawToken?
    /// Whether a `method` stood before the fault.
    package let hasMethod: Bool
    /// Whether it stood at the end of the stream without a line ending: whoever wrote it has ended in the middle.
    package let isCutOff: Bool
    /// The line's beginning, at most 4 KiB: more than is ever shown, so that it can be freed of secrets before it is cut.
    package let excerpt: String

    /// The id, when it is one that the gateway can have minted.
    package var mintedID: UInt64? { id?.withBytes { JSONText.minted($0) } }
  }

  /// The ends of a broken line, whose bytes are no longer kept.
  private struct Broken {
    let id: RawToken?
    let hasMethod: Bool
    let excerpt: String
    var tail: [UInt8] = []

    mutating func goesOn(_ bytes: UnsafeRawBufferPointer) {
      tail.append(contentsOf: bytes.suffix(LineNoise.tailLength))
      tail.removeFirst(max(0, tail.count - LineNoise.tailLength))
    }
  }

  /// How far a line is whose end has not arrived.
  private enum Progress {
    case unread
    /// Scanned as far as it has come.
    case scanned
    /// There is something beside a message: it is looked at again when it is whole.
    case gathered
  }

  package enum Event {
    case frame(Frame)
    /// In memory of its own: an event passes through several hands, and is nearly always a frame.
    indirect case malformed(Malformed)
  }

  /// Messages side by side on one line beyond which none are read: whoever forgets a line ending forgets few.
  private static let messagesPerLine = 100

  /// How many of the first bytes of a broken line are kept.
  package static let excerptLimit = 4096

  /// The most bytes of a message, line ending excluded.
  package var limit: Int {
    didSet { limit = min(limit, Frame.longest) }
  }
  private let frame = Frame()
  /// Whether the stream has ended.
  private var isFinishing = false
  /// The beginning of a message whose end has not arrived.
  private var partial: ByteBuffer?
  private var progress = Progress.unread
  private var fault: Malformed.Reason?
  private var broken: Broken?
  private var scanner = EnvelopeScanner()

  package init(limit: Int) { self.limit = min(limit, Frame.longest) }

  /// Takes what was read and calls `body` with every message that it completes.
  package mutating func receive(_ bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) {
    var rest = bytes
    while !rest.isEmpty { rest = UnsafeRawBufferPointer(rebasing: rest[receive(firstLineOf: rest, body)...]) }
  }

  /// Takes the first line of what was read, or what there is of it, and calls `body` with the messages that it completes.
  /// Returns how many bytes that were: the rest can be left for later.
  package mutating func receive(firstLineOf bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
    if broken != nil || partial != nil, let taken = endLine(bytes, body) { return taken }
    // What was read nearly always ends with a line: then nothing has to be searched before it is scanned.
    if bytes.last == UInt8(ascii: "\n") { return line(bytes, body) }
    return searchedLine(bytes, body)
  }

  @inline(never)
  private mutating func searchedLine(_ bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
    guard let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: bytes, from: 0) else {
      begin(bytes)
      return bytes.count
    }
    return line(UnsafeRawBufferPointer(rebasing: bytes[...end]), body)
  }

  /// Ends the stream: what stands without a line ending is a message all the same.
  package mutating func finish(_ body: (Event) -> Void) {
    isFinishing = true
    if broken != nil { endBrokenLine(body) }
    if let partial, partial.count > 0 { endPartial(body) }
  }

  // MARK: - Whole lines

  /// Takes the first of several lines, the last of which ends too. Returns its length, line feed included.
  private mutating func line(_ lines: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
    if let end = WholeMessageScanner.scan(lines, into: frame), frame.bytes.count <= limit {
      emit(body)
      return end + 1
    }
    return unusualLine(lines, body)
  }

  @inline(__always)
  private func emit(_ body: (Event) -> Void) {
    if frame.outer.hasNull, let mended = frame.withoutNulls() {
      mended.isBehindWords = frame.isBehindWords
      return body(.frame(mended))
    }
    body(.frame(frame))
  }

  /// Takes the first line when it is no plain object, or too long.
  @inline(never)
  private mutating func unusualLine(_ lines: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
    let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: lines, from: 0) ?? lines.count
    let text = Self.trimmed(UnsafeRawBufferPointer(rebasing: lines[..<end]))
    if text.count > limit {
      scanner.reset(frame)
      try? scanner.scan(UnsafeRawBufferPointer(rebasing: text[..<limit]), into: frame)
      fail(.tooLong(limit: limit), text, at: 0, body)
    } else if !text.isEmpty {
      scanner.reset(frame)
      deliver(text, storage: nil, body)
    }
    return end + 1
  }

  /// Takes a whole line, of which the scanner has seen nothing, or a part.
  private mutating func deliver(_ line: UnsafeRawBufferPointer, storage: ByteBuffer?, _ body: (Event) -> Void) {
    var start = 0
    var count = 0
    frame.storage = storage
    while let next = deliver(line, from: start, body) {
      start = next
      count += 1
      scanner.reset(frame)
      // All of a line is taken in one go.
      guard count < Self.messagesPerLine else { break }
    }
    frame.storage = nil
    frame.isBehindWords = false
  }

  /// Takes what stands on a line from an offset on. Returns where to go on; nil at the end.
  private mutating func deliver(
    _ line: UnsafeRawBufferPointer, from start: Int, _ body: (Event) -> Void
  ) -> Int? {
    let text = UnsafeRawBufferPointer(rebasing: line[start...])
    frame.storageOffset = start
    do throws(JSONSyntaxError) {
      try scanner.scan(text, into: frame)
      try scanner.finish(frame)
      emit(body)
      return nil
    } catch {
      return next(in: line, from: start, behind: error, body)
    }
  }

  /// Looks behind a fault for a message that has only something beside it.
  private mutating func next(
    in line: UnsafeRawBufferPointer, from start: Int, behind fault: JSONSyntaxError, _ body: (Event) -> Void
  ) -> Int? {
    let text = UnsafeRawBufferPointer(rebasing: line[start...])
    if let end = endOfMessage(before: fault) {
      emit(body)
      let rest = UnsafeRawBufferPointer(rebasing: text[end...])
      guard let message = LineNoise.messageStart(in: rest, from: 0) else { return nil }
      frame.isBehindWords = LineNoise.lengthOfInvisible(rest) < message
      return start + end + message
    }
    if !LineNoise.beginsMessage(text) {
      let invisible = LineNoise.lengthOfInvisible(text)
      if invisible == text.count { return nil }
      if invisible > 0 { return start + invisible }
      if let message = LineNoise.messageStart(in: text, from: fault.offset) {
        frame.isBehindWords = true
        return start + message
      }
    }
    fail(.syntax(fault), line, at: start, body)
    return nil
  }

  /// Returns where the message ends that is whole before the fault; nil when there is none.
  private func endOfMessage(before fault: JSONSyntaxError) -> Int? {
    guard case .trailingBytes = fault.reason, let end = scanner.end else { return nil }
    scanner.cutBehindValue(frame)
    return frame.kind == .invalid || frame.kind == .batch ? nil : end
  }

  /// - Parameter start: where on the line the message begins.
  private mutating func fail(
    _ reason: Malformed.Reason, _ line: UnsafeRawBufferPointer, at start: Int, _ body: (Event) -> Void
  ) {
    var ends = beginning(of: line, at: start)
    ends.goesOn(line)
    report(reason, ends, body)
  }

  private mutating func report(_ reason: Malformed.Reason, _ ends: Broken, _ body: (Event) -> Void) {
    scanner.reset(frame)
    let id = ends.id ?? ends.tail.withUnsafeBytes { LineNoise.idAtEnd(of: $0) }
    body(
      .malformed(
        Malformed(reason: reason, id: id, hasMethod: ends.hasMethod, isCutOff: isFinishing, excerpt: ends.excerpt)))
  }

  /// What can be told of a broken line by its beginning.
  private func beginning(of line: UnsafeRawBufferPointer, at start: Int) -> Broken {
    frame.bytes = UnsafeRawBufferPointer(rebasing: line[start...])
    return Broken(
      id: frame.id, hasMethod: frame.outer.method != nil,
      excerpt: String(decoding: line.prefix(Self.excerptLimit), as: UTF8.self))
  }

  // MARK: - Lines in pieces

  /// Goes on with a line that was begun before. Returns how many bytes belong to it; nil when there is none.
  @inline(never)
  private mutating func endLine(_ bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int? {
    let isBroken = broken != nil
    guard isBroken || partial?.count ?? 0 > 0 else { return nil }
    let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: bytes, from: 0)
    let more = UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)])
    if isBroken { broken?.goesOn(more) } else { partial?.append(more) }
    guard let end else {
      if !isBroken { scanPartial() }
      return bytes.count
    }
    if isBroken { endBrokenLine(body) } else { endPartial(body) }
    return end + 1
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
    if progress == .unread {
      scanner.reset(frame)
      fault = nil
    }
    if progress != .gathered {
      progress = .scanned
      do throws(JSONSyntaxError) {
        try scanner.scan(buffer.bytes, into: frame)
      } catch {
        fault = .syntax(error)
        progress = .gathered
      }
    }
    if buffer.count > limit {
      fault = .tooLong(limit: limit)
    } else if progress == .scanned || mayHoldMessage(buffer.bytes) {
      return
    }
    broken = beginning(of: buffer.bytes, at: 0)
    broken?.goesOn(buffer.bytes)
    partial = nil
    progress = .unread
  }

  /// Whether a line with a fault in it can bring a message all the same.
  private func mayHoldMessage(_ text: UnsafeRawBufferPointer) -> Bool {
    if scanner.end != nil { return true }
    if LineNoise.beginsMessage(text) { return false }
    return text.count <= LineNoise.limit || LineNoise.messageStart(in: text, from: 0) != nil
  }

  private mutating func endPartial(_ body: (Event) -> Void) {
    guard var buffer = partial.take() else { return }
    if progress != .scanned { scanner.reset(frame) }
    progress = .unread
    let line = Self.trimmedEnd(buffer.bytes)
    if line.count > limit {
      fail(.tooLong(limit: limit), line, at: 0, body)
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
    guard let ends = broken.take(), let fault else { return }
    report(fault, ends, body)
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
