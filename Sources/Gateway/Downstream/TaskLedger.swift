import JSONRPC

/// The tasks that one session made or was shown, the latest ten thousand of them, and the endpoint that has each.
struct TaskLedger {
  private static let limit = 10_000

  private var endpoints: [RawToken: Endpoint] = [:]
  /// In the order in which they were first seen.
  private var order: [RawToken] = []

  /// - Parameter id: the wrapped id.
  mutating func note(_ id: String, at endpoint: Endpoint) {
    let id = RawToken(id)
    if endpoints.updateValue(endpoint, forKey: id) == nil { order.append(id) }
    guard order.count > Self.limit else { return }
    for old in order.prefix(Self.limit / 2) { endpoints[old] = nil }
    order.removeFirst(Self.limit / 2)
  }

  /// The endpoint that has a task, given by its wrapped id; nil when the session does not know it.
  subscript(id: String) -> Endpoint? { endpoints[RawToken(id)] }
}
