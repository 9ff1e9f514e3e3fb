import TextEditing

/// The bytes of a file, able to say on which line and in which column a byte stands.
struct SourceText: Sendable {
  let path: String
  let bytes: [UInt8]

  /// Makes a problem at a byte offset.
  func problem(
    at offset: Int, _ message: String, server: String? = nil, severity: ConfigurationProblem.Severity = .error,
    kind: ConfigurationProblem.Kind = .other
  ) -> ConfigurationProblem {
    let (line, column) = position(of: offset)
    return ConfigurationProblem(
      file: path, line: line, column: column, severity: severity, kind: kind, message: message,
      server: server)
  }

  /// Returns line and column, both from 1, the column in characters. A byte order mark takes no column.
  func position(of offset: Int) -> (line: Int, column: Int) {
    let before = bytes[..<min(offset, bytes.count)]
    let line = before.count(where: { $0 == UInt8(ascii: "\n") }) + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? (hasByteOrderMark ? 3 : 0)
    guard start < before.endIndex else { return (line, 1) }
    return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
  }

  /// Makes a problem of each key that stands twice in one object, at any depth below `node`.
  func duplicates(in node: DocumentNode, server: String? = nil) -> [ConfigurationProblem] {
    node.duplicates.map { self.duplicate($0.member, first: $0.first, server: server) }
  }

  /// Makes a problem of a key that stood before in the same object.
  func duplicate(_ member: DocumentNode.Member, first: Int, server: String? = nil) -> ConfigurationProblem {
    problem(
      at: member.keyOffset,
      "the key '\(member.key)' stands twice in the same object, first in line \(position(of: first).line); remove one",
      server: server)
  }

  var hasByteOrderMark: Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }
}
