/// Writes a message with some of its bytes replaced and all others as they came.
///
/// Edits may be announced in any order; they must not overlap. The storage is kept between messages, so that splicing
/// allocates nothing once warm.
package struct Splicer: ~Copyable {
  private struct Edit {
    let range: Extent
    /// Where in the replacements the new bytes lie.
    let replacement: Extent
  }

  /// In the order of their places. A plain allocation: an array would ask at each edit whether it is shared.
  private var edits = UnsafeMutableBufferPointer<Edit>.allocate(capacity: 4)
  private var count = 0
  private let replacements = ByteBuffer(capacity: 512)
  /// Where others build what becomes a replacement.
  private var built: [UInt8] = []

  package init() {}

  deinit { edits.deallocate() }

  package mutating func reset() {
    count = 0
    replacements.removeAll()
  }

  /// Puts `bytes` in the place of `range`; an empty range inserts.
  package mutating func replace(_ range: Range<Int>, with bytes: UnsafeRawBufferPointer) {
    let start = replacements.count
    replacements.append(bytes)
    add(range, start)
  }

  package mutating func replace(_ range: Range<Int>, with text: String) {
    var text = text
    text.withUTF8 { replace(range, with: UnsafeRawBufferPointer($0)) }
  }

  package mutating func replace(_ range: Range<Int>, with number: UInt64) {
    add(range, replacements.append(decimal: number))
  }

  package mutating func replace(_ range: Range<Int>, with token: RawToken) {
    let start = replacements.count
    replacements.append(token)
    add(range, start)
  }

  /// Puts what `build` appends in the place of `range`.
  package mutating func replace(_ range: Range<Int>, _ build: (inout [UInt8]) -> Void) {
    built.removeAll(keepingCapacity: true)
    build(&built)
    let start = replacements.count
    built.withUnsafeBytes { replacements.append($0) }
    add(range, start)
  }

  /// Takes members out of one object of a frame, each with the comma that it makes superfluous.
  package mutating func remove(
    from frame: Frame, _ parent: Frame.Parent, where isUnwanted: (Frame.Member) -> Bool
  ) {
    guard let object = frame.object(parent) else { return }
    var removal = MemberRemoval()
    frame.forEachMember(of: parent) { member in
      if let range = removal.next(key: member.key, value: member.value, goes: isUnwanted(member)) {
        add(range, replacements.count)
      }
    }
    if let range = removal.finish(object.range) { add(range, replacements.count) }
  }

  /// Takes members out of the object at `range`, wherever it lies.
  package mutating func remove(
    _ names: [StaticString], fromObjectAt range: Range<Int>, of text: UnsafeRawBufferPointer
  ) {
    var removal = MemberRemoval()
    JSONWalk.members(of: text, in: range) { key, value in
      let hasEscape = JSONWalk.hasEscape(text, key)
      let goes = names.contains { JSONText.key(text, key, hasEscape: hasEscape, equals: $0) }
      if let range = removal.next(key: key, value: value, goes: goes) { add(range, replacements.count) }
      return true
    }
    if let range = removal.finish(range) { add(range, replacements.count) }
  }

  /// Puts `members` (text such as `"a":1`) first into an object.
  package mutating func insert(members: String, into object: JSONObject, of text: UnsafeRawBufferPointer) {
    let range = object.range
    var next = range.lowerBound + 1
    while next < range.upperBound, text[next] <= UInt8(ascii: " ") { next += 1 }
    let isEmpty = text[next] == UInt8(ascii: "}")
    replace((range.lowerBound + 1)..<(range.lowerBound + 1), with: isEmpty ? members : members + ",")
  }

  private mutating func add(_ range: Range<Int>, _ start: Int) {
    if count == edits.count { grow() }
    let edit = Edit(range: Extent(range), replacement: Extent(start..<replacements.count))
    var index = count
    while index > 0, edit.range.start < edits[index &- 1].range.start {
      edits.initializeElement(at: index, to: edits[index &- 1])
      index &-= 1
    }
    edits.initializeElement(at: index, to: edit)
    count &+= 1
  }

  private mutating func grow() {
    let larger = UnsafeMutableBufferPointer<Edit>.allocate(capacity: edits.count * 2)
    _ = larger.initialize(fromContentsOf: edits)
    edits.deallocate()
    edits = larger
  }

  /// Appends the bytes of `frame` in `range` (all of them by default) with the edits that lie in it, and a line feed
  /// when `endsLine`. The edits stay until ``reset()``.
  package func write(
    _ frame: Frame, _ range: Range<Int>? = nil, to output: OutputBuffer, endsLine: Bool = true
  ) {
    let range = range ?? 0..<frame.bytes.count
    let most = range.count &+ replacements.count &+ 1
    guard most < OutputBuffer.shareFrom, let text = frame.bytes.baseAddress else {
      share(frame, range, with: output)
      if endsLine { output.append("\n") }
      return
    }
    let room = output.room(for: most)
    var end = room
    forEachPiece(of: range) { isNew, start, count in
      end.copyMemory(from: (isNew ? UnsafeRawPointer(replacements.base) : text) + start, byteCount: count)
      end += count
    }
    if endsLine {
      end.storeBytes(of: UInt8(ascii: "\n"), as: UInt8.self)
      end += 1
    }
    output.commit(end - room)
  }

  /// Appends the edited bytes piece by piece, large ones without copying them.
  @inline(never)
  private func share(_ frame: Frame, _ range: Range<Int>, with output: OutputBuffer) {
    forEachPiece(of: range) { isNew, start, count in
      if isNew {
        output.append(UnsafeRawBufferPointer(start: replacements.base + start, count: count))
      } else {
        output.append(frame, start..<(start + count))
      }
    }
  }

  /// Calls `body` with where the edited bytes lie, one piece after the other: among the new ones, or in the frame.
  @inline(__always)
  private func forEachPiece(of range: Range<Int>, _ body: (_ isNew: Bool, _ start: Int, _ count: Int) -> Void) {
    var position = range.lowerBound
    for index in 0..<count {
      let edit = edits[index]
      let replaced = edit.range.range
      guard replaced.lowerBound >= range.lowerBound, replaced.upperBound <= range.upperBound else { continue }
      if replaced.lowerBound > position { body(false, position, replaced.lowerBound &- position) }
      let new = edit.replacement.range
      if !new.isEmpty { body(true, new.lowerBound, new.upperBound &- new.lowerBound) }
      position = max(position, replaced.upperBound)
    }
    if position < range.upperBound { body(false, position, range.upperBound &- position) }
  }
}
