/// What an edit of a file puts in, for a person who has to agree to it.
///
/// Only new text is shown: what stands there already may hold secrets.
enum EditPreview {
  /// Returns what is new, each line with a plus sign in front. Of a line that was there before, only what was put into it
  /// is shown, and a comma alone is not.
  static func text(from old: [UInt8], to new: [UInt8]) -> String {
    let (before, after) = (lines(old), lines(new))
    let head = zip(before, after).prefix { $0 == $1 }.count
    let tail = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.count
    let rest = min(tail, min(before.count, after.count) - head)
    let (gone, came) = (before[head..<(before.count - rest)], after[head..<(after.count - rest)])
    let difference = Array(came).difference(from: Array(gone))
    var changed = difference.removals.compactMap { change -> String? in
      if case .remove(_, let line, _) = change { line } else { nil }
    }
    var shown: [String] = []
    for case .insert(_, let line, _) in difference.insertions {
      guard let index = changed.firstIndex(where: { isWithin($0, line) }) else {
        shown.append("  + \(line)")
        continue
      }
      let added = addition(to: changed.remove(at: index), in: line)
      if added.contains(where: { $0 != "," && !$0.isWhitespace }) { shown.append("  + … \(added) …") }
    }
    return shown.map { $0 + "\n" }.joined()
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self)
    }
  }

  /// Whether a line has become another one by an insertion.
  private static func isWithin(_ old: String, _ new: String) -> Bool {
    guard !old.allSatisfy(\.isWhitespace), new.count > old.count else { return false }
    return common(old, new) + common(String(old.reversed()), String(new.reversed())) >= old.count
  }

  private static func addition(to old: String, in new: String) -> String {
    let head = common(old, new)
    return String(new.dropFirst(head).dropLast(old.count - head))
  }

  private static func common(_ left: String, _ right: String) -> Int { zip(left, right).prefix { $0 == $1 }.count }
}
