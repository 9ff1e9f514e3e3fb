/// One change of a text: bytes of it, and what stands there afterwards.
struct TextEdit: Equatable, Sendable {
  /// Offsets in the text before the change.
  let range: Range<Int>
  let replacement: String

  static func insert(_ text: String, at offset: Int) -> TextEdit { TextEdit(range: offset..<offset, replacement: text) }

  static func delete(_ range: Range<Int>) -> TextEdit { TextEdit(range: range, replacement: "") }

  /// Returns a text with all changes made, of several at one place the first first; nil when they overlap.
  static func apply(_ edits: [TextEdit], to bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var position = 0
    let ordered = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    for (_, edit) in ordered {
      guard edit.range.lowerBound >= position else { return nil }
      result += bytes[position..<edit.range.lowerBound]
      result += edit.replacement.utf8
      position = edit.range.upperBound
    }
    return result + bytes[position...]
  }
}
