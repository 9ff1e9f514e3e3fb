/// Public names of one name space (tools, or prompts), and whom each one means.
///
/// It remembers for as long as the process lives: a name that was ever given out keeps meaning the same item, is never
/// given to a second one, and items that ever clashed keep their suffixes. Apart from that memory the names depend on
/// the items alone, not on the order in which servers came up.
package struct NameTable: Sendable {
  /// One item of one server.
  package struct Item: Hashable, Sendable {
    package let server: ServerID
    /// The server's part of the public name.
    package let prefix: String
    /// The name that the server itself uses.
    package let original: String
    /// The name that it is given in its place.
    package let shown: String

    package init(server: ServerID, prefix: String, original: String, shown: String? = nil) {
      self.server = server
      self.prefix = prefix
      self.original = original
      self.shown = shown ?? original
    }
  }

  private enum Claim { case given, taken, exhausted }

  private let limit: Int
  private let namesPerServer: Int
  private let avoidsDashes: Bool
  /// Who has, or had, a name; by its identity, since names that some client takes for equal are one.
  private var owners: [String: Item] = [:]
  private var suffixed: Set<Item> = []
  /// The names that those were given which clashed, so that nothing is tried again.
  private var given: [Item: String] = [:]
  /// How many names each server has, or had.
  private var counts: [ServerID: Int] = [:]

  /// - Parameters:
  ///   - limit: the most characters of a public name.
  ///   - namesPerServer: names that one server can use up in the life of the process, since none is ever forgotten.
  ///   - avoidsDashes: whether a `-` in a name becomes `_`.
  package init(limit: Int, namesPerServer: Int, avoidsDashes: Bool = false) {
    self.limit = limit
    self.avoidsDashes = avoidsDashes
    self.namesPerServer = namesPerServer
  }

  /// Returns the public name of each item, in order; nil for a new one of a server that has used up its names, or whose
  /// suffixed names are all taken. Call it with all items that are listed now.
  package mutating func names(for items: [Item]) -> [String?] {
    var round = Round()
    let candidates = items.map { candidate($0, in: &round) }
    return candidates.map { name(of: $0) }
  }

  /// What is known of one naming of all items that are listed at a time.
  package struct Round: Sendable {
    /// Who wants a name first that nobody has.
    fileprivate var claimants: [String: Item] = [:]

    package init() {}
  }

  /// An item with the name that it would have if nothing clashed.
  package struct Candidate: Sendable {
    package let item: Item
    fileprivate let plain: String
    fileprivate let identity: String
  }

  /// The first half of a round, for one item after the other: whoever wants a name that another one wants or has is told
  /// apart from it from now on.
  package mutating func candidate(_ item: Item, in round: inout Round) -> Candidate {
    let plain = spelled(
      PublicName.plain(prefix: item.prefix, original: item.original, shown: item.shown, limit: limit(for: item)))
    let candidate = Candidate(item: item, plain: plain, identity: PublicName.identity(plain))
    let owner = owners[candidate.identity]
    guard !suffixed.contains(item), owner != item, !isExhausted(item.server) else { return candidate }
    guard let rival = owner ?? round.claimants[candidate.identity] else {
      round.claimants[candidate.identity] = item
      return candidate
    }
    if rival != item { suffixed.formUnion([rival, item]) }
    return candidate
  }

  /// The second half, when all have been candidates.
  package mutating func name(of candidate: Candidate) -> String? {
    let item = candidate.item
    if !suffixed.contains(item) {
      switch claim(candidate.identity, for: item) {
      case .given: return candidate.plain
      case .taken: break
      case .exhausted: return nil
      }
    }
    if let name = given[item] { return name }
    for round in 0..<Self.rounds {
      let name = spelled(
        PublicName.suffixed(
          prefix: item.prefix, original: item.original, shown: item.shown, limit: limit(for: item), round: round))
      switch claim(PublicName.identity(name), for: item) {
      case .given:
        given[item] = name
        return name
      case .taken: continue
      case .exhausted: return nil
      }
    }
    return nil
  }

  private func spelled(_ name: String) -> String {
    avoidsDashes ? String(decoding: name.utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self) : name
  }

  /// Without a prefix a name is the server's own, which clients take as it is when it is the server's alone.
  private func limit(for item: Item) -> Int { item.prefix.isEmpty ? max(limit, PublicName.longest) : limit }

  /// Suffixes that are tried for one item: each is taken by chance once in four thousand million, or because a server
  /// lists names that are the suffixed ones of others.
  private static let rounds = 8

  private mutating func claim(_ identity: String, for item: Item) -> Claim {
    if let owner = owners[identity] { return owner == item ? .given : .taken }
    guard !isExhausted(item.server) else { return .exhausted }
    counts[item.server, default: 0] += 1
    owners[identity] = item
    return .given
  }

  private func isExhausted(_ server: ServerID) -> Bool { counts[server, default: 0] >= namesPerServer }
}
