import EventLoop
import JSONRPC

/// Progress tokens of tasks, which stay good after the calls that made the tasks were answered.
@GatewayActor
struct TaskProgress {
  struct Entry {
    let caller: any Caller
    /// The number of the session that made the task.
    let session: UInt64
    /// The caller's own token.
    let token: RawToken
  }

  /// The latest that are kept.
  private static let limit = 1024

  /// By the gateway's token.
  private var entries: [UInt64: Entry] = [:]

  mutating func keep(_ id: UInt64, of call: Call, token: RawToken) {
    if entries.count >= Self.limit, let oldest = entries.keys.min() { entries[oldest] = nil }
    entries[id] = Entry(caller: call.caller, session: call.session, token: token)
  }

  /// Nobody is there any more who could be told.
  mutating func sessionEnded(_ session: UInt64) { entries = entries.filter { $0.value.session != session } }

  subscript(id: UInt64) -> Entry? { entries[id] }
}
