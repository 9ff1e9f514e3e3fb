import EventLoop
import JSONRPC

/// Progress tokens of tasks, which stay good after the calls that made the tasks were answered.
@GatewayActor
struct TaskProgress {
  struct Entry {
    let caller: any Caller
    /// The caller's own token.
    let token: RawToken
  }

  /// The latest that are kept.
  private static let limit = 1024

  /// By the gateway's token.
  private var entries: [UInt64: Entry] = [:]

  mutating func keep(_ id: UInt64, caller: any Caller, token: RawToken) {
    if entries.count >= Self.limit, let oldest = entries.keys.min() { entries[oldest] = nil }
    entries[id] = Entry(caller: caller, token: token)
  }

  subscript(id: UInt64) -> Entry? { entries[id] }
}
