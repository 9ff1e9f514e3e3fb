import JSONRPC

/// What was noted last about each of the latest URIs.
struct RecentURIs<Value> {
  /// Bytes of a URI beyond which it is not worth remembering.
  private static var lengthLimit: Int { 4096 }

  private let limit: Int
  private var current = ByteTable<Value>()
  private var previous = ByteTable<Value>()
  private var count = 0

  /// - Parameter limit: how many URIs are remembered at most; at least half as many are.
  init(limit: Int) { self.limit = limit }

  subscript(uri: String) -> Value? { current[uri] ?? previous[uri] }

  mutating func note(_ uri: String, _ value: Value) {
    guard uri.utf8.count <= Self.lengthLimit else { return }
    if current[uri] == nil {
      // Half of the memory is dropped at once: the older half.
      if count >= limit / 2 {
        previous = current
        current = ByteTable()
        count = 0
      }
      count += 1
    }
    current[uri] = value
  }
}
