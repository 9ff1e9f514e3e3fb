/// Servers that stand in two files.
package enum ServerTwins {
  /// Returns the entries of an editor that start, or reach, what the gateway does.
  ///
  /// - Parameters:
  ///   - ours: what stands in the gateway's file.
  ///   - theirs: what stands in the editor's.
  package static func doubles(of ours: [EditorEntry], in theirs: [EditorEntry]) -> [EditorEntry] {
    theirs.filter { their in their.isOn && ours.contains { $0.isOn && isSame($0, their) } }
  }

  /// Whether two entries mean the same server: the same command line or address, or the same name for the same kind of
  /// thing.
  package static func isSame(_ one: EditorEntry, _ other: EditorEntry) -> Bool {
    if let address = one.address, let other = other.address, masked(address) == masked(other) { return true }
    guard let mine = one.words.first, let their = other.words.first else { return false }
    return masked(one.words) == masked(other.words) || one.key == other.key && name(mine) == name(their)
  }

  private static func name(_ command: String) -> Substring { command.split(separator: "/").last ?? "" }

  // MARK: - Secrets

  /// What stands for every secret: ours are references where an editor's stand in plain text.
  private static let mask = "${secret:}"

  private static func masked(_ address: String) -> String {
    PlainSecret(inAddress: address)?.replaced(in: address, by: mask) ?? withoutNames(address)
  }

  private static func masked(_ words: [String]) -> [String] {
    var words = words.map(withoutNames)
    for (index, secret) in PlainSecret.find(inArguments: words) {
      words[index] = secret.replaced(in: words[index], by: mask)
    }
    return words
  }

  /// Returns a text whose references to secrets do not say which.
  private static func withoutNames(_ text: String) -> String {
    guard text.contains("${secret:") else { return text }
    return text.split(separator: "${secret:", omittingEmptySubsequences: false).enumerated().map { index, piece in
      index == 0 ? String(piece) : mask + piece.drop { $0 != "}" }.dropFirst()
    }.joined()
  }
}
