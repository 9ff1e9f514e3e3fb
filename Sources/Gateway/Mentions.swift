import JSONRPC

/// Which server mentioned a URI last, for the latest ten thousand of them.
struct Mentions {
  private static let limit = 10_000
  /// Bytes of a URI beyond which it is not worth remembering.
  private static let lengthLimit = 4096

  private var current = ByteTable<Int>()
  private var previous = ByteTable<Int>()
  private var count = 0

  subscript(uri: String) -> Int? { current[uri] ?? previous[uri] }

  mutating func note(_ uri: String, server: Int) {
    guard uri.utf8.count <= Self.lengthLimit else { return }
    if current[uri] == nil {
      // Half of the memory is dropped at once: the older half.
      if count >= Self.limit / 2 {
        previous = current
        current = ByteTable()
        count = 0
      }
      count += 1
    }
    current[uri] = server
  }
}
