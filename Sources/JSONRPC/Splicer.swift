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

  /// Takes a member out of its object, its comma with it.
  package mutating func remove(member value: Range<Int>, key: Range<Int>, of text: UnsafeRawBufferPointer) {
    var start = key.lowerBound - 1
    var end = value.upperBound
    var after = end
    while after < text.count, text[after] <= UInt8(ascii: " ") { after += 1 }
    if after < text.count, text[after] == UInt8(ascii: ",") {
      end = after + 1
    } else {
      var before = start
      while before > 0, text[before - 1] <= UInt8(ascii: " ") { before -= 1 }
      if before > 0, text[before - 1] == UInt8(ascii: ",") { start = before - 1 }
    }
    add(start..<end, replacements.count)
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
        // Two neighbouring members that are both removed may claim the same comma.
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
