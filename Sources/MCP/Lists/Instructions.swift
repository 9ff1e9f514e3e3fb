/// Merges what servers say about themselves into the one text that a client gets.
package enum Instructions {
  package struct Share: Equatable, Sendable {
    package let server: String
    package let text: String
    package let isShortened: Bool
  }

  /// Returns each server's share of the budget, in the order given. Short texts are whole; what they leave is shared
  /// equally by the longer ones. `budget` counts bytes of UTF-8, headings included.
  package static func shares(of texts: [(server: String, text: String)], budget: Int) -> [Share] {
    let texts = texts.filter { !$0.text.isEmpty }
    var lengths = texts.map { $0.text.utf8.count }
    let headings = texts.reduce(0) { $0 + heading($1.server).utf8.count + 2 }
    var rest = max(0, budget - headings)
    var open = Array(texts.indices)
    // Shortest first: each takes what it needs, at most its fair share of what is left.
    open.sort { (lengths[$0], $0) < (lengths[$1], $1) }
    for (position, index) in open.enumerated() {
      let fair = rest / (open.count - position)
      lengths[index] = min(lengths[index], fair)
      rest -= lengths[index]
    }
    return texts.enumerated().map { index, entry in
      let isShortened = lengths[index] < entry.text.utf8.count
      return Share(
        server: entry.server, text: isShortened ? cut(entry.text, to: lengths[index]) : entry.text,
        isShortened: isShortened)
    }
  }

  /// Returns the merged text; nil when no server says anything.
  package static func merged(_ shares: [Share]) -> String? {
    guard !shares.isEmpty else { return nil }
    return shares.map { heading($0.server) + $0.text }.joined(separator: "\n\n")
  }

  /// Returns the address under which a shortened text is offered whole.
  package static func resourceURI(for prefix: String) -> String { "junction://instructions/\(prefix)" }

  private static func heading(_ server: String) -> String { "# \(server)\n" }

  private static func cut(_ text: String, to bytes: Int) -> String {
    let mark = "…"
    guard bytes > mark.utf8.count else { return "" }
    var result = ""
    var length = mark.utf8.count
    for character in text {
      length += character.utf8.count
      if length > bytes { break }
      result.append(character)
    }
    return result + mark
  }
}
