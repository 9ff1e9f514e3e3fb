/// Walks one level of a JSON value that ``JSONScanner`` has checked before.
package enum JSONWalk {
  /// Calls `body` with key (without quotes) and value of each member of the object at `range`, until it returns false.
  /// Does nothing when the value is no object.
  package static func members(
    of text: UnsafeRawBufferPointer, in range: Range<Int>, _ body: (_ key: Range<Int>, _ value: Range<Int>) -> Bool
  ) {
    var index = skipSpace(text, range.lowerBound)
    guard index < range.upperBound, text[index] == UInt8(ascii: "{") else { return }
    index = skipSpace(text, index + 1)
    while index < range.upperBound, text[index] == UInt8(ascii: "\"") {
      let keyEnd = endOfValue(text, index)
      let key = (index + 1)..<(keyEnd - 1)
      let start = skipSpace(text, skipSpace(text, keyEnd) + 1)
      let end = endOfValue(text, start)
      guard body(key, start..<end) else { return }
      index = skipSpace(text, end)
      guard index < range.upperBound, text[index] == UInt8(ascii: ",") else { return }
      index = skipSpace(text, index + 1)
    }
  }

  /// Calls `body` with each element of the array at `range`, until it returns false. Does nothing when the value is no
  /// array.
  package static func elements(
    of text: UnsafeRawBufferPointer, in range: Range<Int>, _ body: (Range<Int>) -> Bool
  ) {
    var index = skipSpace(text, range.lowerBound)
    guard index < range.upperBound, text[index] == UInt8(ascii: "[") else { return }
    index = skipSpace(text, index + 1)
    while index < range.upperBound, text[index] != UInt8(ascii: "]") {
      let end = endOfValue(text, index)
      guard body(index..<end) else { return }
      index = skipSpace(text, end)
      guard index < range.upperBound, text[index] == UInt8(ascii: ",") else { return }
      index = skipSpace(text, index + 1)
    }
  }

  /// Returns the next element of the array that `text` is; nil behind the last one, and when it is no array.
  ///
  /// `position` is 0 at first, and where to go on afterwards.
  package static func element(of text: UnsafeRawBufferPointer, after position: inout Int) -> Range<Int>? {
    var index = skipSpace(text, position)
    if position == 0 {
      guard index < text.count, text[index] == UInt8(ascii: "[") else { return nil }
    } else {
      guard index < text.count, text[index] == UInt8(ascii: ",") else { return nil }
    }
    index = skipSpace(text, index + 1)
    guard index < text.count, text[index] != UInt8(ascii: "]") else { return nil }
    position = endOfValue(text, index)
    return index..<position
  }

  /// Returns the value of the last member called `name` of the object at `range`; of duplicates the last one counts, as
  /// in ``Frame/range(_:in:)``.
  package static func member(
    _ name: StaticString, of text: UnsafeRawBufferPointer, in range: Range<Int>
  ) -> Range<Int>? {
    var found: Range<Int>?
    members(of: text, in: range) { key, value in
      let hasEscape = hasEscape(text, key)
      if JSONText.key(text, key, hasEscape: hasEscape, equals: name) { found = value }
      return true
    }
    return found
  }

  /// Returns the value of a member of the object that `bytes` is.
  package static func member(_ name: StaticString, of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    member(name, of: bytes, in: 0..<bytes.count).map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
  }

  /// Whether a key has an escape in it.
  package static func hasEscape(_ text: UnsafeRawBufferPointer, _ key: Range<Int>) -> Bool {
    ByteScan.firstIndex(of: UInt8(ascii: "\\"), in: UnsafeRawBufferPointer(rebasing: text[key]), from: 0) != nil
  }

  private static func skipSpace(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start
    while index < text.count, text[index] <= UInt8(ascii: " ") { index &+= 1 }
    return index
  }

  /// Returns the offset after the value that starts at `start`.
  private static func endOfValue(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start
    var depth = 0
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""):
        index = endOfString(text, index)
        if depth == 0 { return index }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth &+= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return index }
        depth &-= 1
        if depth == 0 { return index &+ 1 }
      case UInt8(ascii: ","), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        if depth == 0 { return index }
      default: break
      }
      index &+= 1
    }
    return index
  }

  private static func endOfString(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start &+ 1
    while index < text.count {
      index = ByteScan.endOfPlainText(in: text, from: index)
      guard index < text.count else { break }
      switch text[index] {
      case UInt8(ascii: "\""): return index &+ 1
      case UInt8(ascii: "\\"): index &+= 2
      default: index &+= 1
      }
    }
    return text.count
  }
}
