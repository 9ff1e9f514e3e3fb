/// Which of a server's tools clients see, by the tools' own names.
package struct ToolFilter: Hashable, Sendable {
  /// Patterns of the only tools that are seen; nil for all.
  package var allow: [String]?
  /// Patterns of tools that are not seen, whatever ``allow`` says.
  package var deny: [String]

  package init(allow: [String]? = nil, deny: [String] = []) {
    self.allow = allow
    self.deny = deny
  }

  /// Whether every tool passes.
  package var isOpen: Bool { deny.isEmpty && (allow.map { $0.contains("*") } ?? true) }

  /// Whether a tool is seen.
  package func allows(_ name: String) -> Bool {
    !denies(name) && (allow.map { $0.contains { Self.matches($0, name) } } ?? true)
  }

  /// Whether a tool is named among those that are not seen.
  package func denies(_ name: String) -> Bool { deny.contains { Self.matches($0, name) } }

  /// Whether a name fits a pattern, in which `*` stands for any characters, also none.
  package static func matches(_ pattern: String, _ name: String) -> Bool {
    guard pattern.utf8.contains(UInt8(ascii: "*")) else { return pattern == name }
    let (pattern, name) = (Array(pattern.utf8), Array(name.utf8))
    var (place, position) = (0, 0)
    // The last star, and how much of the name it has taken.
    var star: (place: Int, position: Int)?
    while position < name.count {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        star = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == name[position] {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        place = last.place + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
