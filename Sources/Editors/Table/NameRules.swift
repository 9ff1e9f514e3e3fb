/// What an editor makes of a tool's name before a model sees it.
package struct NameRules: Sendable {
  /// What it puts in front of a tool's name, with `KEY` for the key in its file.
  package var prefix = ""
  /// Characters that it takes in all; nil when no limit is known.
  package var limit: Int?

  /// Returns how long a public name may be for an entry under a key; nil when no limit is known.
  package func budget(forKey key: String) -> Int? { limit.map { $0 - prefix.replacing("KEY", with: key).count } }
}
