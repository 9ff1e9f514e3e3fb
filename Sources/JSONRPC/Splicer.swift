/// Writes a message with some of its bytes replaced and all others as they came.
///
/// Edits may be announced in any order; they must not overlap. The storage is kept between messages, so that splicing
/// allocates nothing once warm.
package struct Splicer {
  private struct Edit {
    var range: Range<Int>
    var replacement: Range<Int>
  }

  private var edits: [Edit] = []
  private var replacements: [UInt8] = []

  package init() {}

  package var isEmpty: Bool { edits.isEmpty }

  package mutating func reset() {
    edits.removeAll(keepingCapacity: true)
    replacements.removeAll(keepingCapacity: true)
  }

  /// Puts `bytes` in the place of `range`; an empty range inserts.
  package mutating func replace(_ range: Range<Int>, with bytes: UnsafeRawBufferPointer) {
    let start = replacements.count
    replacements.append(contentsOf: bytes)
    add(range, start)
  }

  package mutating func replace(_ range: Range<Int>, with text: String) {
    let start = replacements.count
    replacements.append(contentsOf: text.utf8)
    add(range, start)
  }

  package mutating func replace(_ range: Range<Int>, with number: UInt64) {
    JSONText.withDecimal(number) { replace(range, with: $0) }
  }

  package mutating func replace(_ range: Range<Int>, with token: RawToken) {
    token.withBytes { replace(range, with: $0) }
  }

  /// Puts what `build` appends in the place of `range`.
  package mutating func replace(_ range: Range<Int>, _ build: (inout [UInt8]) -> Void) {
    let start = replacements.count
    build(&replacements)
    add(range, start)
  }

  /// Takes members out of one object of a frame, each with the comma that it makes superfluous.
  package mutating func remove(
    from frame: Frame, _ parent: Frame.Parent, where isUnwanted: (Frame.Member) -> Bool
  ) {
    // Before the first one that stays, a member goes with the comma behind it; after it, with the comma before it.
    var previousEnd: Int?
    var pending: Int?
    frame.forEachMember(of: parent) { member in
      let start = member.key.lowerBound - 1
      if let open = pending {
        add(open..<start, replacements.count)
        pending = nil
      }
      if !isUnwanted(member) {
        previousEnd = member.value.upperBound
      } else if let end = previousEnd {
        add(end..<member.value.upperBound, replacements.count)
        previousEnd = member.value.upperBound
      } else {
        pending = start
      }
    }
    if let open = pending, let object = frame.object(parent) {
      add(open..<(object.upperBound - 1), replacements.count)
    }
  }

  /// Puts `members` (text such as `"a":1`) first into the object at `range`.
  package mutating func insert(members: String, intoObjectAt range: Range<Int>, of text: UnsafeRawBufferPointer) {
    var next = range.lowerBound + 1
    while next < range.upperBound, text[next] <= UInt8(ascii: " ") { next += 1 }
    let isEmpty = text[next] == UInt8(ascii: "}")
    replace((range.lowerBound + 1)..<(range.lowerBound + 1), with: isEmpty ? members : members + ",")
  }

  private mutating func add(_ range: Range<Int>, _ start: Int) {
    edits.append(Edit(range: range, replacement: start..<replacements.count))
    var index = edits.count - 1
    while index > 0, edits[index].range.lowerBound < edits[index - 1].range.lowerBound {
      edits.swapAt(index, index - 1)
      index -= 1
    }
  }

  /// Appends the bytes of `frame` in `range` (all of them by default) with the edits that lie in it, and a line feed
  /// when `endsLine`. The edits stay until ``reset()``.
  package func write(
    _ frame: Frame, _ range: Range<Int>? = nil, to output: OutputBuffer, endsLine: Bool = true
  ) {
    let range = range ?? 0..<frame.bytes.count
    var position = range.lowerBound
    for edit in edits where edit.range.lowerBound >= range.lowerBound && edit.range.upperBound <= range.upperBound {
      if edit.range.lowerBound > position { output.append(frame, position..<edit.range.lowerBound) }
      replacements.withUnsafeBytes {
        output.append(UnsafeRawBufferPointer(rebasing: $0[edit.replacement]))
      }
      position = max(position, edit.range.upperBound)
    }
    output.append(frame, position..<range.upperBound)
    if endsLine { output.append("\n") }
  }
}
