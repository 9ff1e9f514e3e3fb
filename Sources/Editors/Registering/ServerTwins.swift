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
    if let address = one.address, address == other.address { return true }
    guard let mine = one.words.first, let their = other.words.first else { return false }
    return one.words == other.words || one.key == other.key && name(mine) == name(their)
  }

  private static func name(_ command: String) -> Substring { command.split(separator: "/").last ?? "" }
}
