/// Why a document cannot be read, or not be edited.
package struct DocumentProblem: Error, Equatable, Sendable {
  /// Line, from 1.
  package let line: Int
  /// Column in characters, from 1.
  package let column: Int
  /// What is wrong, as the end of a sentence.
  package let message: String

  /// Makes the problem that is at a byte offset of a text.
  package init(at offset: Int, of bytes: [UInt8], _ message: String) {
    let before = bytes[..<min(offset, bytes.count)]
    line = before.count(where: { $0 == UInt8(ascii: "\n") }) + 1
    let start =
      before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    column = start < before.endIndex ? String(decoding: before[start...], as: UTF8.self).count + 1 : 1
    self.message = message
  }
}

extension DocumentProblem: CustomStringConvertible {
  /// `line:column: what is wrong`.
  package var description: String { "\(line):\(column): \(message)" }
}
