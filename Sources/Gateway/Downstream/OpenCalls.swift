import EventLoop
import JSONRPC

/// The requests of one client that have no answer yet, by the client's ids.
@GatewayActor
struct OpenCalls: ~Copyable {
  private var table = RequestTable<RawToken, Call>()
  /// How many there may be.
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { table.count }
  var isFull: Bool { table.count >= limit }
  var all: [Call] { table.values }

  subscript(id: RawToken) -> Call? { table[id] }

  func contains(_ id: RawToken) -> Bool { table.contains(id) }

  mutating func add(_ call: Call) { table[call.id] = call }

  mutating func remove(_ call: Call) { table.remove(call, forKey: call.id) }

  mutating func removeAll() { table = RequestTable() }
}
