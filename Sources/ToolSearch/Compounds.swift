/// Words that are put together of two others which stand somewhere by themselves: "worklog", "changelog".
struct Compounds {
  private static let shortestPart = 3
  /// Bytes beyond which a word is no compound, and nobody has the time to look at every cut of it.
  private static let longestWord = 40

  private let words: Set<String>

  init(of words: Set<String>) { self.words = words }

  /// Returns the two halves of a word; none when it is no compound.
  func parts(of word: String) -> [String] {
    guard (2 * Self.shortestPart...Self.longestWord).contains(word.utf8.count), word.utf8.allSatisfy({ $0 < 0x80 })
    else { return [] }
    let bytes = Array(word.utf8)
    for cut in Self.shortestPart...(bytes.count - Self.shortestPart) {
      let head = SearchWords.stem(String(decoding: bytes[..<cut], as: UTF8.self))
      let tail = SearchWords.stem(String(decoding: bytes[cut...], as: UTF8.self))
      if words.contains(head), words.contains(tail) { return [head, tail] }
    }
    return []
  }
}
