/// Finds the outer members of a message while its bytes arrive.
///
/// Recorded are the members of the outer object, those of `params`, `result` and `error`, and those of the `_meta` inside
/// the first two: all that a gateway ever reads or rewrites. Everything deeper is checked and passed over.
package struct EnvelopeScanner {
  /// Members beyond which a message is refused: no real one has a thousandth of it.
  package static let memberLimit = 65_536

  /// A member whose value is being scanned.
  private struct Slot {
    var parent = Frame.Parent.message
    var key = 0..<0
    var hasEscapedKey = false
    var valueStart = 0
  }

  private var scanner = JSONScanner()
  private var members: [Frame.Member] = []
  /// One per level, 1 to 3; the keys of a level all have the same parent.
  private var slots = [Slot](repeating: Slot(), count: 4)
  /// The deepest level that is of interest where the scanner stands.
  private var level = 1
  private var outermost: JSONScanner.Token?

  package init() {}

  mutating func reset() {
    scanner.reset()
    members.removeAll(keepingCapacity: true)
    level = 1
    outermost = nil
  }

  /// The members found so far: of a message that turned out to be broken, enough to answer it by its id.
  var found: [Frame.Member] { members }

  /// Looks at what is new in `text`, which starts at the first byte of the message.
  mutating func scan(_ text: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
    while true {
      let token = try scanner.next(in: text, level: level)
      let depth = scanner.depth
      switch token {
      case .incomplete, .end: return
      case .key:
        slots[depth].key = (scanner.tokenStart &+ 1)..<(scanner.position &- 1)
        slots[depth].hasEscapedKey = scanner.hasEscape
      case .objectStart, .arrayStart:
        if depth == 1 {
          outermost = token
          if token == .arrayStart { level = 0 }
        } else {
          slots[depth - 1].valueStart = scanner.tokenStart
          if token == .objectStart { enter(depth, text) }
        }
      case .objectEnd, .arrayEnd:
        guard depth > 0 else { continue }
        level = depth
        try record(depth, slots[depth].valueStart..<scanner.position)
      case .string, .number, .true, .false, .null:
        if depth == 0 {
          outermost = token
        } else {
          try record(depth, scanner.tokenStart..<scanner.position)
        }
      }
    }
  }

  /// Ends the message and moves what was found into `frame`.
  mutating func finish(_ frame: Frame, _ text: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
    let last = try scanner.finish()
    if last != .end { outermost = last }
    frame.bytes = text
    swap(&frame.members, &members)
    switch outermost {
    case .objectStart: frame.classify()
    case .arrayStart: frame.kind = .batch
    default: frame.kind = .invalid
    }
  }

  /// Looks one level deeper inside the objects whose members matter.
  private mutating func enter(_ depth: Int, _ text: UnsafeRawBufferPointer) {
    let member = slots[depth - 1]
    let parent: Frame.Parent? =
      switch member.parent {
      case .message:
        if isKey("params", member, text) {
          .params
        } else if isKey("result", member, text) {
          .result
        } else if isKey("error", member, text) {
          .error
        } else {
          nil
        }
      case .params: isKey("_meta", member, text) ? .paramsMeta : nil
      case .result: isKey("_meta", member, text) ? .resultMeta : nil
      default: nil
      }
    guard let parent else { return }
    slots[depth].parent = parent
    level = depth
  }

  private func isKey(_ name: StaticString, _ member: Slot, _ text: UnsafeRawBufferPointer) -> Bool {
    JSONText.key(text, member.key, hasEscape: member.hasEscapedKey, equals: name)
  }

  private mutating func record(_ depth: Int, _ value: Range<Int>) throws(JSONSyntaxError) {
    guard members.count < Self.memberLimit else {
      throw JSONSyntaxError(offset: scanner.position, reason: .tooManyMembers(limit: Self.memberLimit))
    }
    let slot = slots[depth]
    members.append(
      Frame.Member(parent: slot.parent, key: slot.key, value: value, hasEscapedKey: slot.hasEscapedKey))
  }
}
