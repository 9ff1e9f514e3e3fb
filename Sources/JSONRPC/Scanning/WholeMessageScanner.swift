/// Scans a message that is there as a whole, as nearly all are: what ``EnvelopeScanner`` does, without the state that a
/// message in pieces needs, at a fraction of the cost.
///
/// It takes objects without line feeds only, and gives up on whatever it does not like: ``EnvelopeScanner`` then does the
/// work again, and says what is wrong. Both find the same members; the fuzzer compares them.
///
/// The line feed that ends the text spares asking at each byte whether there is one: no step leads past it, since it has
/// no place in a string, is no white space here, and begins no value.
struct WholeMessageScanner {
  private typealias Position = UnsafePointer<UInt8>

  private let start: Position
  /// The last place from which eight bytes can be loaded.
  private let lastWord: Position

  /// Fills `frame` with the message that `text` begins with. Returns the offset of the line feed that ends it; nil when it
  /// is none, or an unusual one, and then the frame means nothing.
  ///
  /// `text` holds a message and a line feed, and may hold more of them.
  static func scan(_ text: UnsafeRawBufferPointer, into frame: Frame) -> Int? {
    guard text.count >= 8, text.count <= Frame.longest, let base = text.baseAddress else { return nil }
    let start = base.assumingMemoryBound(to: UInt8.self)
    guard start.pointee == UInt8(ascii: "{") else { return nil }
    precondition(start[text.count - 1] == UInt8(ascii: "\n"))
    frame.removeMembers()
    frame.bytes = text
    let scanner = WholeMessageScanner(start: start, lastWord: start + (text.count &- 8))
    guard let end = scanner.members(of: .message, from: start, into: frame) else { return nil }
    let lineEnd = scanner.skipSpace(end)
    guard lineEnd.pointee == UInt8(ascii: "\n") else { return nil }
    frame.bytes = UnsafeRawBufferPointer(start: base, count: end - start)
    frame.classifyObject()
    return lineEnd - start
  }

  // MARK: - What is recorded

  /// Passes over an object and records its members. Like all that follow, returns where it ends; nil when it is broken.
  private func members(of parent: Frame.Parent, from start: Position, into frame: Frame) -> Position? {
    var position = skipSpace(start + 1)
    if position.pointee == UInt8(ascii: "}") { return position + 1 }
    while true {
      guard position.pointee == UInt8(ascii: "\"") else { return nil }
      let key = position + 1
      let keyEnd: Position
      let outline: KeyOutline
      let first = word(at: key)
      let length = ByteScan.lengthOfPlainText(in: first)
      if length < 8, key[length] == UInt8(ascii: "\"") {
        keyEnd = key + length
        outline = KeyOutline(first, short: length, in: parent)
      } else {
        guard let long = longKey(from: key, first, in: parent, into: frame) else { return nil }
        (keyEnd, outline) = long
      }
      guard let value = colon(keyEnd + 1) else { return nil }
      let end: Position?
      switch value.pointee {
      case UInt8(ascii: "\""): end = string(from: value)
      case UInt8(ascii: "0")...UInt8(ascii: "9"): end = number(from: value)
      case UInt8(ascii: "{"):
        if let own = Frame.Parent.child(outline, Extent(unchecked: offset(key), offset(keyEnd)), of: text) {
          end = members(of: own, from: value, into: frame)
        } else {
          end = self.value(from: value)
        }
      case UInt8(ascii: "n"):
        end = literal("null", from: value)
        if parent == .message { frame.noteNull() }
      default: end = self.value(from: value)
      }
      guard let end else { return nil }
      let member = Frame.Member(
        outline: outline, keyExtent: Extent(unchecked: offset(key), offset(keyEnd)),
        valueExtent: Extent(unchecked: offset(value), offset(end)))
      guard frame.append(member, of: parent) else { return nil }
      position = skipSpace(end)
      if position.pointee == UInt8(ascii: "}") { return position + 1 }
      guard position.pointee == UInt8(ascii: ",") else { return nil }
      position = skipSpace(position + 1)
    }
  }

  /// Passes over a key that is longer than most, or spelled in an unusual way.
  ///
  /// - Parameter first: the eight bytes at its start.
  @inline(never)
  private func longKey(
    from start: Position, _ first: UInt64, in parent: Frame.Parent, into frame: Frame
  ) -> (end: Position, KeyOutline)? {
    let plainEnd = endOfPlainText(from: start, first)
    if plainEnd.pointee == UInt8(ascii: "\"") {
      return (plainEnd, KeyOutline(first, count: plainEnd - start, in: parent))
    }
    guard let behind = restOfString(from: plainEnd) else { return nil }
    let end = behind - 1
    guard JSONWalk.hasEscape(text, offset(start)..<offset(end)) else {
      return (end, KeyOutline(first, count: end - start, in: parent))
    }
    frame.noteEscapedKey()
    return (end, .escaped(in: parent))
  }

  private var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  private var count: Int { offset(lastWord) &+ 8 }

  @inline(__always)
  private func offset(_ position: Position) -> Int { position - start }

  // MARK: - What is passed over

  /// Passes over any value, containers inside containers included, down to 64 levels.
  private func value(from start: Position) -> Position? {
    var position = start
    var depth = 0
    /// One bit per open container, innermost lowest: 1 for an object.
    var objects: UInt64 = 0
    /// Whether a key comes next, not a value.
    var isKey = false
    while true {
      var end: Position?
      if position.pointee == UInt8(ascii: "\"") {
        end = string(from: position)
        if isKey {
          guard let keyEnd = end, let value = colon(keyEnd) else { return nil }
          position = value
          isKey = false
          continue
        }
      } else {
        if isKey { return nil }
        switch position.pointee {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          let isObject = position.pointee == UInt8(ascii: "{")
          position = skipSpace(position + 1)
          if position.pointee != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            guard depth < 64 else { return nil }
            objects = objects &<< 1 | (isObject ? 1 : 0)
            depth &+= 1
            isKey = isObject
            continue
          }
          end = position + 1
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): end = number(from: position)
        case UInt8(ascii: "t"): end = literal("true", from: position)
        case UInt8(ascii: "f"): end = literal("false", from: position)
        case UInt8(ascii: "n"): end = literal("null", from: position)
        default: return nil
        }
      }
      guard let end else { return nil }
      position = end
      while true {
        if depth == 0 { return position }
        position = skipSpace(position)
        let isObject = objects & 1 == 1
        if position.pointee == UInt8(ascii: ",") {
          position = skipSpace(position + 1)
          isKey = isObject
          break
        }
        guard position.pointee == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return nil }
        position += 1
        objects &>>= 1
        depth &-= 1
      }
    }
  }

  @inline(__always)
  private func colon(_ start: Position) -> Position? {
    let position = skipSpace(start)
    return position.pointee == UInt8(ascii: ":") ? skipSpace(position + 1) : nil
  }

  @inline(never)
  private func string(from start: Position) -> Position? {
    let end = endOfPlainText(from: start + 1, word(at: start + 1))
    return end.pointee == UInt8(ascii: "\"") ? end + 1 : restOfString(from: end)
  }

  /// - Parameter first: the eight bytes at the start.
  @inline(__always)
  private func endOfPlainText(from start: Position, _ first: UInt64) -> Position {
    let length = ByteScan.lengthOfPlainText(in: first)
    return length < 8 ? start + length : endOfPlainText(from: start + 8)
  }

  @inline(never)
  private func endOfPlainText(from start: Position) -> Position {
    self.start + ByteScan.endOfPlainText(self.start, count, from: offset(start))
  }

  /// Passes over the rest of a string, from something in it that is no plain text.
  @inline(never)
  private func restOfString(from special: Position) -> Position? {
    var position = special
    while position.pointee != UInt8(ascii: "\"") {
      guard let length = try? JSONString.lengthOfSpecial(in: text, at: offset(position)) else { return nil }
      position = endOfPlainText(from: position + length)
    }
    return position + 1
  }

  private func number(from start: Position) -> Position? {
    var position = start
    if position.pointee == UInt8(ascii: "-") { position += 1 }
    if position.pointee == UInt8(ascii: "0") {
      position += 1
    } else {
      guard let end = digits(from: position) else { return nil }
      position = end
    }
    if position.pointee == UInt8(ascii: ".") {
      guard let end = digits(from: position + 1) else { return nil }
      position = end
    }
    if position.pointee | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position.pointee == UInt8(ascii: "+") || position.pointee == UInt8(ascii: "-") { position += 1 }
      return digits(from: position)
    }
    return position
  }

  @inline(__always)
  private func digits(from start: Position) -> Position? {
    var position = start
    while position.pointee &- UInt8(ascii: "0") <= 9 { position += 1 }
    return position > start ? position : nil
  }

  private func literal(_ spelling: StaticString, from start: Position) -> Position? {
    for index in 0..<spelling.utf8CodeUnitCount where start[index] != spelling.utf8Start[index] { return nil }
    return start + spelling.utf8CodeUnitCount
  }

  // MARK: - Bytes

  /// The eight bytes from a position on, with zeros for those behind the text.
  @inline(__always)
  private func word(at position: Position) -> UInt64 {
    if position <= lastWord { return ByteScan.word(position) }
    return ByteScan.shifted(ByteScan.word(lastWord), down: position - lastWord)
  }

  @inline(__always)
  private func skipSpace(_ start: Position) -> Position {
    var position = start
    while position.pointee <= 0x20, isSpace(position.pointee) { position += 1 }
    return position
  }

  @inline(__always)
  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
