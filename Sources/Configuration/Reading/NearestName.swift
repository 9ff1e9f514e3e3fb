/// Finds what someone probably meant to write.
package enum NearestName {
  /// Returns the candidate with the smallest edit distance to `name`, case aside, when it is near enough to be a slip.
  package static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let limit = (min(wanted.count, candidate.count) + 2) / 3
      guard abs(wanted.count - candidate.count) <= limit else { continue }
      let distance = distance(wanted, Array(candidate.lowercased()))
      guard distance <= limit else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Returns the number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var older: [Int] = []
    var previous = Array(0...right.count)
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
        var least = min(replaced, previous[column] + 1, current[column - 1] + 1)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          least = min(least, older[column - 2] + 1)
        }
        current.append(least)
      }
      older = previous
      previous = current
    }
    return previous[right.count]
  }
}
