import TextEditing

/// The members of a server's entry under the names that we give them.
struct EntryFields: Sendable {
  /// Every key that the entry has, as it is written.
  let keys: Set<String>
  /// What means nothing to us or to any program that is known.
  private(set) var unknown: [DocumentNode.Member] = []
  private var known: [String: DocumentNode.Member] = [:]

  /// Takes an entry's members; `null` means absent, and of two spellings of one key the first counts.
  init(_ members: [DocumentNode.Member]) {
    keys = Set(members.map(\.key))
    for member in members { add(member) }
  }

  subscript(_ key: String) -> DocumentNode.Member? { known[key] }

  /// Whether the entry is written as OpenCode writes it.
  var isOpenCode: Bool {
    if case .array? = known["command"]?.value.content { return true }
    if case .string(let type)? = known["type"]?.value.content { return type == "local" || type == "remote" }
    return false
  }

  /// Returns the fields with others in their place.
  func replacing(with others: EntryFields) -> EntryFields {
    var result = self
    result.known.merge(others.known) { $1 }
    return result
  }

  /// Returns the fields without some of them.
  func without(_ keys: Set<String>) -> EntryFields {
    var result = self
    result.known = known.filter { !keys.contains($0.key) }
    return result
  }

  private mutating func add(_ member: DocumentNode.Member) {
    if case .null = member.value.content { return }
    switch (member.key, member.value.content) {
    // Cline nests the transport, Zed once nested the command, Continue the headers.
    case ("transport", .object(let inner)), ("requestOptions", .object(let inner)):
      for member in inner { add(member) }
    case ("command", .object(let inner)):
      for member in inner {
        add(
          member.key == "path"
            ? DocumentNode.Member(key: "command", keyOffset: member.keyOffset, value: member.value) : member)
      }
    case ("tools", .object): return
    default:
      guard let key = EntryKey.name(for: member.key) else {
        if !ForeignKey.isKnown(member.key) { unknown.append(member) }
        return
      }
      if known[key] == nil { known[key] = member }
    }
  }
}
