/// Public names of one name space (tools, or prompts), and whom each one means.
///
/// It remembers for as long as the process lives: a name that was ever given out keeps meaning the same item, is never
/// given to a second one, and items that ever clashed keep their suffixes. Apart from that memory the names depend on
/// the items alone, not on the order in which servers came up.
package struct NameTable: Sendable {
  /// One item of one server.
  package struct Item: Hashable, Sendable {
    /// The server's position in the configuration.
    package let server: Int
    /// The server's part of the public name.
    package let prefix: String
    /// The name that the server itself uses.
    package let original: String

    package init(server: Int, prefix: String, original: String) {
      self.server = server
      self.prefix = prefix
      self.original = original
    }
  }

  private let limit: Int
  /// Who has, or had, a name; by its identity, since names that some client takes for equal are one.
  private var owners: [String: Item] = [:]
  private var suffixed: Set<Item> = []
  private var given: [String: Item] = [:]

  /// - Parameter limit: the most characters of a public name.
  package init(limit: Int) { self.limit = limit }

  /// Returns the public name of each item, in order. Call it with all items that are listed now.
  package mutating func names(for items: [Item]) -> [String] {
    var claims: [String: Set<Item>] = [:]
    for item in items where !suffixed.contains(item) {
      let identity = PublicName.identity(plain(item))
      claims[identity, default: []].insert(item)
    }
    for (identity, claimants) in claims {
      let owner = owners[identity]
      guard claimants.count > 1 || (owner != nil && owner != claimants.first) else { continue }
      suffixed.formUnion(claimants)
      if let owner { suffixed.insert(owner) }
    }
    return items.map { name(for: $0) }
  }

  /// Returns the item that a public name means, now or earlier.
  package func item(named name: String) -> Item? { given[name] }

  private mutating func name(for item: Item) -> String {
    guard suffixed.contains(item) else { return claim(plain(item), for: item) ?? suffixedName(for: item) }
    return suffixedName(for: item)
  }

  private mutating func suffixedName(for item: Item) -> String {
    var round = 0
    while true {
      let name = PublicName.suffixed(prefix: item.prefix, original: item.original, limit: limit, round: round)
      if let name = claim(name, for: item) { return name }
      round += 1
    }
  }

  private mutating func claim(_ name: String, for item: Item) -> String? {
    let identity = PublicName.identity(name)
    if let owner = owners[identity], owner != item { return nil }
    owners[identity] = item
    given[name] = item
    return name
  }

  private func plain(_ item: Item) -> String {
    PublicName.plain(prefix: item.prefix, original: item.original, limit: limit)
  }
}
