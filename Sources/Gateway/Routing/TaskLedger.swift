import JSONRPC

/// The tasks that one session made or was shown, the latest ten thousand of them with ids of a sensible length, and the
/// lane that has each.
struct TaskLedger {
  private static let limit = 10_000
  /// Bytes of an id beyond which it is not remembered; a request about the task goes to any lane of its server then.
  private static let longestID = 1_024

  private var lanes: [RawToken: Lane] = [:]
  /// In the order in which they were first seen.
  private var order: [RawToken] = []

  /// Notes which lane has a task, by the wrapped id.
  mutating func note(_ id: String, at lane: Lane) {
    guard id.utf8.count <= Self.longestID else { return }
    let id = RawToken(id)
    if lanes.updateValue(lane, forKey: id) == nil { order.append(id) }
    guard order.count > Self.limit else { return }
    for old in order.prefix(Self.limit / 2) { lanes[old] = nil }
    order.removeFirst(Self.limit / 2)
  }

  /// The lane that has a task, given by its wrapped id; nil when the session does not know it.
  subscript(id: String) -> Lane? { lanes[RawToken(id)] }
}
