/// Finds the outer members of a message while its bytes arrive.
///
/// Recorded are the members of the outer object, those of `params`, `result` and `error`, and those of the `_meta` inside
/// the first two: all that a gateway ever reads or rewrites. Everything deeper is checked and passed over.
package struct EnvelopeScanner {
  /// Members beyond which a message is refused: no real one has a hundredth of it, and each is looked at several times.
  package static let memberLimit = 4_096

  /// A member whose value is being scanned.
  private struct Slot {
    var parent = Frame.Parent.message
    var key = 0..<0
    var outline = KeyOutline.escaped(in: .message)
    var valueStart = 0
  }

  private var scanner = JSONScanner()
  /// One per level, 1 to 3; the keys of a level all have the same parent.
  private var slots = InlineArray<4, Slot>(repeating: Slot())
  /// The deepest level that is of interest where the scanner stands.
  private var level = 1
  private var outermost: JSONScanner.Token?
  /// Where the outermost object or array ends, as soon as it does.
  private(set) var end: Int?

  package init() {}

  /// Starts over with a message that will fill `frame`.
  mutating func reset(_ frame: Frame) {
    scanner.reset()
    frame.removeMembers()
    level = 1
    outermost = nil
    end = nil
  }

  /// Looks at what is new in `text`, which starts at the first byte of the message. Also of a message that turns out to
  /// be broken the frame gets the members before the fault, enough to answer it by its id.
  mutating func scan(_ text: UnsafeRawBufferPointer, into frame: Frame) throws(JSONSyntaxError) {
    frame.bytes = text
    while true {
      let token = try scanner.next(in: text, level: level)
      let depth = scanner.depth
      switch token {
      case .incomplete, .end: return
      case .key:
        let key = (scanner.tokenStart &+ 1)..<(scanner.position &- 1)
        slots[depth].key = key
        let parent = slots[depth].parent
        if scanner.hasEscape { frame.noteEscapedKey() }
        slots[depth].outline = scanner.hasEscape ? .escaped(in: parent) : KeyOutline(text, key, in: parent)
      case .objectStart, .arrayStart:
        if depth == 1 {
          outermost = token
          if token == .arrayStart { level = 0 }
        } else {
          slots[depth - 1].valueStart = scanner.tokenStart
          if token == .objectStart { enter(depth, text) }
        }
      case .objectEnd, .arrayEnd:
        guard depth > 0 else {
          end = scanner.position
          continue
        }
        level = depth
        try record(depth, slots[depth].valueStart..<scanner.position, in: frame)
      case .string, .number, .true, .false, .null:
        if depth == 0 {
          outermost = token
        } else {
          try record(depth, scanner.tokenStart..<scanner.position, in: frame)
          if token == .null, depth == 1 { frame.noteNull() }
        }
      }
    }
  }

  /// Ends the message, and says in `frame` what it is.
  mutating func finish(_ frame: Frame) throws(JSONSyntaxError) {
    let last = try scanner.finish()
    if last != .end { outermost = last }
    frame.classify(outermost)
  }

  /// Ends the message where its outermost value ends, whatever stands behind.
  func cutBehindValue(_ frame: Frame) {
    frame.bytes = UnsafeRawBufferPointer(rebasing: frame.bytes[..<(end ?? frame.bytes.count)])
    frame.classify(outermost)
  }

  /// Looks one level deeper inside the objects whose members matter.
  private mutating func enter(_ depth: Int, _ text: UnsafeRawBufferPointer) {
    let member = slots[depth - 1]
    guard let parent = Frame.Parent.child(member.outline, Extent(member.key), of: text) else { return }
    slots[depth].parent = parent
    level = depth
  }

  private func record(_ depth: Int, _ value: Range<Int>, in frame: Frame) throws(JSONSyntaxError) {
    let member = Frame.Member(
      outline: slots[depth].outline, keyExtent: Extent(slots[depth].key), valueExtent: Extent(value))
    guard frame.append(member, of: slots[depth].parent) else {
      throw JSONSyntaxError(offset: scanner.position, reason: .tooManyMembers(limit: Self.memberLimit))
    }
  }
}
