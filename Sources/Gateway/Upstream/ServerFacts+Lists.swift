package import Configuration
import JSONRPC
import MCP

/// The lists of a server on their way to the next run: each entry as it was served, so that the first list of that run is
/// the last of this one.
extension ServerFacts {
  /// Bytes of all entries together beyond which the lists of a server are not kept.
  static let listsLimit = 4 << 20

  /// Returns what of an offer is kept; nil when it is too long. What is quarantined is found again when it is read again.
  static func kept(_ offer: ServerOffer) -> ServerOffer? {
    var kept = ServerOffer()
    kept.items = offer.items
    let size = kept.items.values.joined().reduce(0) { $0 + $1.bytes.count }
    return size <= listsLimit ? kept : nil
  }

  /// What lists of a server hold for beside its command line, which the store knows: its environment, its headers and its
  /// limits of lists.
  ///
  /// Sixteen bits: enough to notice that one was edited, too few to guess a secret by.
  package static func mark(of server: ServerConfiguration) -> String {
    var parts: [String] = []
    switch server.launch {
    case .process(let launch): parts = launch.environment.flatMap { [$0.name, $0.value] }
    case .remote(let launch): parts = launch.headers.flatMap { [$0.name, $0.value] }
    case nil: break
    }
    parts += ["\(server.settings.maxPages)", "\(server.settings.maxItems)"]
    let hash = StableHash.of(parts.joined(separator: "\u{0}"))
    return String((hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) & 0xFFFF, radix: 16)
  }

  /// Returns the members of a file that hold an offer, behind a comma.
  static func members(of offer: ServerOffer) -> [UInt8] {
    var lists = Array("{".utf8)
    for kind in ListKind.allCases {
      guard let items = offer.items[kind] else { continue }
      lists += Array("\(lists.count == 1 ? "" : ",")\n\"\(kind.member)\":[".utf8)
      for (index, item) in items.enumerated() {
        lists += Array((index == 0 ? "\n" : ",\n").utf8)
        lists += item.bytes
      }
      lists += Array("]".utf8)
    }
    lists += Array("}".utf8)
    return Array(",\"hash\":\"\(String(StableHash.of(lists), radix: 16))\",\"lists\":".utf8) + lists
  }

  /// Reads the lists of a file; nil when they are not what was written.
  static func offer(_ lists: UnsafeRawBufferPointer, hash: String?, era: Era) -> ServerOffer? {
    guard hash == String(StableHash.of(lists), radix: 16) else { return nil }
    var offer = ServerOffer()
    for kind in ListKind.allCases {
      guard let list = JSONWalk.member(kind.member, of: lists) else { continue }
      var items: [ListItem] = []
      var position = 0
      while let element = JSONWalk.element(of: list, after: &position) {
        let bytes = UnsafeRawBufferPointer(rebasing: list[element])
        guard case .good(let item) = ListItem.judge(bytes, kind: kind, era: era) else { return nil }
        items.append(item)
      }
      offer.items[kind] = items
    }
    return offer
  }
}
