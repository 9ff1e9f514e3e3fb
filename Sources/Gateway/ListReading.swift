import Configuration
import JSONRPC
import MCP

/// The pages of one list while they are read, with guards against servers that never come to an end.
struct ListReading {
  let kind: ListKind
  private let maxPages: Int
  private let maxItems: Int
  private(set) var items: [ListItem] = []
  private(set) var quarantined: [ServerOffer.Quarantined] = []
  /// The raw cursor to ask for next.
  private(set) var cursor: String?
  /// Why reading ended before the server said so.
  private(set) var stoppedEarly: String?
  private var pages = 0
  private var seenCursors: Set<String> = []
  private var seenKeys = ByteTable<Bool>()

  init(kind: ListKind, limits: ServerSettings) {
    self.kind = kind
    maxPages = limits.maxPages
    maxItems = limits.maxItems
  }

  /// Takes a page. Returns whether there is another one to ask for.
  mutating func add(_ page: Frame) -> Bool {
    pages += 1
    if let range = page.range(kind.member, in: .result) { addItems(page, range) }
    guard let next = page.raw("nextCursor", in: .result), next.first == UInt8(ascii: "\"") else { return false }
    let raw = String(decoding: next, as: UTF8.self)
    cursor = raw
    if !seenCursors.insert(raw).inserted {
      stoppedEarly = "the server gave the same cursor twice"
    } else if pages >= maxPages {
      stoppedEarly = "there are more than \(maxPages) pages"
    } else if items.count >= maxItems {
      stoppedEarly = "there are more than \(maxItems) items"
    }
    return stoppedEarly == nil
  }

  private mutating func addItems(_ page: Frame, _ range: Range<Int>) {
    JSONWalk.elements(of: page.bytes, in: range) { element in
      guard items.count < maxItems else { return false }
      switch ListItem.judge(page[element], kind: kind) {
      case .good(let item):
        if seenKeys[item.key] == nil {
          seenKeys[item.key] = true
          items.append(item)
        } else {
          quarantined.append(.init(kind: kind, name: item.key, reason: "the server lists it twice"))
        }
      case .broken(let name, let reason):
        quarantined.append(.init(kind: kind, name: name, reason: reason))
      }
      return true
    }
  }
}
