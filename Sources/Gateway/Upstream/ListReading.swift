import Configuration
import EventLoop
import JSONRPC
import MCP

/// The pages of one list while they are read, with guards against servers that never come to an end.
struct ListReading {
  let kind: ListKind
  private let era: Era
  private let wantsHeaders: Bool
  private let maxPages: Int
  private let maxItems: Int
  private(set) var items: [ListItem] = []
  /// What a modern server says about keeping the list; the strictest of its pages.
  private(set) var hints: CacheHints?
  private(set) var quarantined: [ServerOffer.Quarantined] = []
  private var brokenCount = 0
  /// The raw cursor to ask for next.
  private(set) var cursor: String?
  /// Why reading ended before the server said so.
  private(set) var stoppedEarly: String?
  private var pages = 0
  /// Bytes of all items.
  private var size = 0
  private var seenCursors: Set<String> = []
  private var seenKeys = ByteTable<Bool>()

  /// `wantsHeaders` says that arguments go into header fields where a tool wants that.
  init(kind: ListKind, era: Era, wantsHeaders: Bool, limits: ServerSettings) {
    self.kind = kind
    self.era = era
    self.wantsHeaders = wantsHeaders
    maxPages = limits.maxPages
    maxItems = limits.maxItems
  }

  /// Takes a page, a long one in several turns of the loop. Returns whether there is another one to ask for.
  @GatewayActor
  mutating func add(_ page: StoredFrame) async -> Bool {
    pages += 1
    if era == .modern {
      let next = CacheHints(resultOf: page)
      hints = hints.map { $0.merged(with: next) } ?? next
    }
    if let range = page.range(kind.member, in: .result) { await addItems(page, range) }
    guard let next = page.raw("nextCursor", in: .result), next.first == UInt8(ascii: "\"") else { return false }
    guard next.count <= ListBudget.cursor else {
      stoppedEarly = "a cursor has more than \(ListBudget.cursor) bytes"
      return false
    }
    let raw = String(decoding: next, as: UTF8.self)
    cursor = raw
    if !seenCursors.insert(raw).inserted {
      stoppedEarly = "the server gave the same cursor twice"
    } else if pages >= maxPages {
      stoppedEarly = "there are more than \(maxPages) pages"
    } else if items.count >= maxItems {
      stoppedEarly = "there are more than \(maxItems) items"
    } else if size >= ListBudget.list {
      stoppedEarly = "there are more than \(ListBudget.list) bytes of items"
    }
    return stoppedEarly == nil
  }

  /// Keeps a few of the broken items by name; the rest are counted.
  private mutating func quarantine(_ name: String, _ reason: String) {
    brokenCount += 1
    guard brokenCount <= Self.quarantineLimit else { return }
    quarantined.append(.init(kind: kind, name: String(name.prefix(200)), reason: reason))
    if brokenCount == Self.quarantineLimit {
      quarantined.append(.init(kind: kind, name: "", reason: "there may be more: only \(brokenCount) are named"))
    }
  }

  private static let quarantineLimit = 50

  @GatewayActor
  private mutating func addItems(_ page: StoredFrame, _ range: Range<Int>) async {
    var turns = Turns()
    var position = 0
    while items.count + brokenCount < maxItems, size < ListBudget.list,
      let element = JSONWalk.element(of: page[range], after: &position)
    {
      add(UnsafeRawBufferPointer(rebasing: page[range][element]))
      await turns.step(1 + element.count / Self.bytesPerStep)
    }
  }

  /// Bytes of an item whose check takes a step more.
  private static let bytesPerStep = 256

  private mutating func add(_ element: UnsafeRawBufferPointer) {
    switch ListItem.judge(element, kind: kind, era: era, wantsHeaders: wantsHeaders) {
    case .good(let item):
      if seenKeys[item.key] == nil {
        seenKeys[item.key] = true
        items.append(item)
        size += item.bytes.count
        if let fault = item.legacyFault { quarantine(item.key, "for clients of the older protocol: \(fault)") }
      } else {
        quarantine(item.key, "the server lists it twice")
      }
    case .broken(let name, let reason):
      quarantine(name, reason)
    }
  }
}
