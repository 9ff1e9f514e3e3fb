/// Writes a message with some of its bytes replaced and all others as they came.
///
/// Edits may be announced in any order; they must not overlap. The storage is kept between messages, so that splicing
/// allocates nothing once warm.
package struct Splicer {
  private struct Edit {
    var range: Range<Int>
    var replacement: Range<Int>

    func lies(in part: Range<Int>) -> Bool {
      range.lowerBound >= part.lowerBound && range.upperBound <= part.upperBound
    }
  }

  private var edits: [Edit] = []
  private var replacements: [UInt8] = []

  package init() {}

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
    guard let object = frame.object(parent) else { return }
    var removal = MemberRemoval()
    frame.forEachMember(of: parent) { member in
      if let range = removal.next(key: member.key, value: member.value, goes: isUnwanted(member)) {
        add(range, replacements.count)
      }
    }
    if let range = removal.finish(object) { add(range, replacements.count) }
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
    let most = range.count + replacements.count + 1
    if most < OutputBuffer.shareFrom {
      let room = output.room(for: most)
      output.commit(copy(frame.bytes, range, into: room, endsLine: endsLine))
    } else {
      share(frame, range, with: output)
      if endsLine { output.append("\n") }
    }
  }

  /// Puts the edited bytes into one piece of memory and returns how many they are.
  private func copy(
    _ text: UnsafeRawBufferPointer, _ range: Range<Int>, into room: UnsafeMutableRawBufferPointer, endsLine: Bool
  ) -> Int {
    var count = 0
    var position = range.lowerBound
    func put(_ source: UnsafeRawBufferPointer, _ part: Range<Int>) {
      guard let from = source.baseAddress, let target = room.baseAddress, !part.isEmpty else { return }
      (target + count).copyMemory(from: from + part.lowerBound, byteCount: part.count)
      count += part.count
    }
    replacements.withUnsafeBytes { replacements in
      for edit in edits where edit.lies(in: range) {
        if edit.range.lowerBound > position { put(text, position..<edit.range.lowerBound) }
        put(replacements, edit.replacement)
        position = max(position, edit.range.upperBound)
      }
    }
    put(text, position..<range.upperBound)
    if endsLine {
      room[count] = UInt8(ascii: "\n")
      count += 1
    }
    return count
  }

  /// Appends the edited bytes piece by piece, large ones without copying them.
  private func share(_ frame: Frame, _ range: Range<Int>, with output: OutputBuffer) {
    var position = range.lowerBound
    for edit in edits where edit.lies(in: range) {
      if edit.range.lowerBound > position { output.append(frame, position..<edit.range.lowerBound) }
      replacements.withUnsafeBytes {
        output.append(UnsafeRawBufferPointer(rebasing: $0[edit.replacement]))
      }
      position = max(position, edit.range.upperBound)
    }
    output.append(frame, position..<range.upperBound)
  }
}

/// Which bytes go with members that are taken out of an object: before the first one that stays it is the comma behind a
/// member, after it the comma before.
private struct MemberRemoval {
  private var previousEnd: Int?
  private var pending: Int?

  mutating func next(key: Range<Int>, value: Range<Int>, goes: Bool) -> Range<Int>? {
    let start = key.lowerBound - 1
    let open = pending.map { $0..<start }
    pending = nil
    if !goes {
      previousEnd = value.upperBound
      return open
    }
    if let end = previousEnd {
      previousEnd = value.upperBound
      return end..<value.upperBound
    }
    pending = open?.lowerBound ?? start
    return nil
  }

  /// - Parameter object: where the whole object lies.
  func finish(_ object: Range<Int>) -> Range<Int>? { pending.map { $0..<(object.upperBound - 1) } }
}
