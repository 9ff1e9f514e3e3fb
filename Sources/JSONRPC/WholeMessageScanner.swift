/// Scans a message that is there as a whole, as nearly all are: what ``EnvelopeScanner`` does, without the state that a
/// message in pieces needs, at a third of the cost.
///
/// It takes objects only, and gives up on whatever it does not like: ``EnvelopeScanner`` then does the work again, and
/// says what is wrong. Both find the same members; the fuzzer compares them.
struct WholeMessageScanner {
  private let text: UnsafeRawBufferPointer
  private let frame: Frame
  private var position = 0

  private init(_ text: UnsafeRawBufferPointer, _ frame: Frame) {
    self.text = text
    self.frame = frame
  }

  /// Fills `frame` with a message. Returns false when it is none, or an unusual one; then the frame means nothing.
  static func scan(_ text: UnsafeRawBufferPointer, into frame: Frame) -> Bool {
    frame.removeMembers()
    frame.bytes = text
    var scanner = WholeMessageScanner(text, frame)
    scanner.skipSpace()
    guard scanner.next == UInt8(ascii: "{"), scanner.members(of: .message) else { return false }
    scanner.skipSpace()
    guard scanner.position == text.count else { return false }
    frame.classify(.objectStart)
    return true
  }

  // MARK: - What is recorded

  /// Passes over an object and records its members.
  private mutating func members(of parent: Frame.Parent) -> Bool {
    position &+= 1
    skipSpace()
    if next == UInt8(ascii: "}") { return pass() }
    while true {
      let start = position &+ 1
      guard next == UInt8(ascii: "\""), let hasEscape = string() else { return false }
      let key = start..<(position &- 1)
      guard colon() else { return false }
      let value = position
      let outline = hasEscape ? KeyOutline.escaped : KeyOutline(text, key)
      if next == UInt8(ascii: "{"), let own = parent.child(text, key, outline) {
        guard members(of: own) else { return false }
      } else {
        guard self.value() else { return false }
      }
      guard frame.count < EnvelopeScanner.memberLimit else { return false }
      frame.append(parent, key, value..<position, outline)
      skipSpace()
      if next == UInt8(ascii: "}") { return pass() }
      guard next == UInt8(ascii: ",") else { return false }
      position &+= 1
      skipSpace()
    }
  }

  // MARK: - What is passed over

  /// Passes over any value, containers inside containers included, down to 64 levels.
  private mutating func value() -> Bool {
    var depth = 0
    /// One bit per open container, innermost lowest: 1 for an object.
    var objects: UInt64 = 0
    while true {
      switch next {
      case UInt8(ascii: "\""):
        guard string() != nil else { return false }
      case UInt8(ascii: "{"):
        position &+= 1
        skipSpace()
        if next != UInt8(ascii: "}") {
          guard depth < 64, key() else { return false }
          objects = objects &<< 1 | 1
          depth &+= 1
          continue
        }
        position &+= 1
      case UInt8(ascii: "["):
        position &+= 1
        skipSpace()
        if next != UInt8(ascii: "]") {
          guard depth < 64 else { return false }
          objects = objects &<< 1
          depth &+= 1
          continue
        }
        position &+= 1
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard number() else { return false }
      case UInt8(ascii: "t"): guard literal("true") else { return false }
      case UInt8(ascii: "f"): guard literal("false") else { return false }
      case UInt8(ascii: "n"): guard literal("null") else { return false }
      default: return false
      }
      while true {
        if depth == 0 { return true }
        skipSpace()
        let isObject = objects & 1 == 1
        if next == UInt8(ascii: ",") {
          position &+= 1
          skipSpace()
          guard !isObject || key() else { return false }
          break
        }
        guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
        position &+= 1
        objects &>>= 1
        depth &-= 1
      }
    }
  }

  private mutating func key() -> Bool { next == UInt8(ascii: "\"") && string() != nil && colon() }

  private mutating func colon() -> Bool {
    skipSpace()
    guard next == UInt8(ascii: ":") else { return false }
    position &+= 1
    skipSpace()
    return true
  }

  /// Passes over a string. Returns whether it has an escape in it; nil when it is broken.
  @inline(__always)
  private mutating func string() -> Bool? {
    position &+= 1
    var hasEscape = false
    while true {
      position = ByteScan.endOfPlainText(in: text, from: position)
      if next == UInt8(ascii: "\"") {
        position &+= 1
        return hasEscape
      }
      guard let length = try? JSONString.lengthOfSpecial(in: text, at: position) else { return nil }
      if next == UInt8(ascii: "\\") { hasEscape = true }
      position &+= length
    }
  }

  private mutating func number() -> Bool {
    if next == UInt8(ascii: "-") { position &+= 1 }
    if next == UInt8(ascii: "0") {
      position &+= 1
    } else {
      guard digits() else { return false }
    }
    if next == UInt8(ascii: ".") {
      position &+= 1
      guard digits() else { return false }
    }
    if next | 0x20 == UInt8(ascii: "e") {
      position &+= 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position &+= 1 }
      guard digits() else { return false }
    }
    return true
  }

  private mutating func digits() -> Bool {
    let start = position
    while next &- UInt8(ascii: "0") <= 9 { position &+= 1 }
    return position > start
  }

  private mutating func literal(_ spelling: StaticString) -> Bool {
    for index in 0..<spelling.utf8CodeUnitCount {
      guard next == spelling.utf8Start[index] else { return false }
      position &+= 1
    }
    return true
  }

  // MARK: - Bytes

  /// The byte at the position; 0, which has no place in JSON, at the end.
  @inline(__always)
  private var next: UInt8 { position < text.count ? text[position] : 0 }

  @inline(__always)
  private mutating func pass() -> Bool {
    position &+= 1
    return true
  }

  @inline(__always)
  private mutating func skipSpace() {
    while next == 0x20 || next == 0x09 || next == 0x0D || next == 0x0A { position &+= 1 }
  }
}
