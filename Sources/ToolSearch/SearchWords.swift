/// Takes text apart into the words that tools are found by: names split at case, digits and signs, in small letters, with
/// what inflection adds cut off.
enum SearchWords {
  /// Words that say nothing of a tool.
  private static let empty: Set<String> = [
    "a", "all", "an", "and", "any", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "given", "has",
    "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "one", "or", "our", "out",
    "please", "some", "such", "than", "that", "the", "their", "them", "there", "these", "this", "to", "tool", "up",
    "use", "used", "using", "want", "was", "we", "what", "when", "where", "which", "who", "will", "with", "you", "your",
  ]

  /// Returns the words of a text in their order, each as often as it stands there.
  static func of(_ text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var last = Kind.other
    func finish() {
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
      word = []
    }
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() {
      let kind = Kind(byte)
      switch kind {
      case .other: finish()
      case .capital:
        // A capital begins a word, also the last one of several: "listHTTPRoutes".
        let next = index + 1 < bytes.count ? Kind(bytes[index + 1]) : .other
        if last != .capital || next == .small { finish() }
        word.append(byte | 0x20)
      case .digit:
        if last != .digit { finish() }
        word.append(byte)
      case .small, .foreign:
        if last == .digit { finish() }
        word.append(byte)
      }
      last = kind
    }
    finish()
    return words.filter { !empty.contains($0) }.map { stem($0) }
  }

  private enum Kind {
    case small, capital, digit, foreign, other

    init(_ byte: UInt8) {
      switch byte {
      case 0x61...0x7A: self = .small
      case 0x41...0x5A: self = .capital
      case 0x30...0x39: self = .digit
      case 0x80...: self = .foreign
      default: self = .other
      }
    }
  }

  // MARK: - Stems

  /// Returns a word without what inflection adds, so that "issues", "creating" and "searched" meet their kin. It need be no
  /// word: "tables" and "table" only have to come to the same.
  static func stem(_ word: String) -> String {
    guard word.utf8.count > 3 else { return word }
    var stem = word
    for (ending, replacement, shortest) in endings where stem.hasSuffix(ending) {
      let rest = stem.dropLast(ending.count)
      guard rest.count >= shortest, rest.contains(where: { "aeiouy".contains($0) }) else { continue }
      stem = rest + replacement
      break
    }
    // "planned", "running".
    if stem.count > 3, word != stem, let last = stem.last, stem.dropLast().last == last, !"aeiouls".contains(last) {
      stem.removeLast()
    }
    if stem.count > 3, stem.hasSuffix("e") { stem.removeLast() }
    if stem.hasSuffix("y") { stem = stem.count > 5 ? String(stem.dropLast()) : stem.dropLast() + "i" }
    return stem
  }

  /// An ending, what takes its place, and how much has to stand before it; the first that fits counts.
  private static let endings: [(String, String, Int)] = [
    ("ations", "ate", 3), ("ation", "ate", 3), ("sses", "ss", 2), ("ies", "y", 2), ("ings", "", 3), ("ing", "", 3),
    ("ments", "", 4), ("ment", "", 4), ("ied", "y", 2), ("ers", "", 4), ("ed", "", 3), ("er", "", 4), ("ches", "ch", 2),
    ("shes", "sh", 2), ("xes", "x", 2), ("ss", "ss", 1), ("us", "us", 1), ("is", "is", 1), ("s", "", 3),
  ]
}
