/// One page of a list (2025-11-25, server/utilities/pagination).
///
/// A client sends back the `nextCursor` of a page to get the next one, and makes nothing of its contents.
struct Page {
  private let items: [JSON]
  private let next: String?

  /// Cuts the page that `cursor` stands for; the first one without a cursor.
  init(of all: [JSON], cursor: JSON?, size: Int?) throws(ProtocolError) {
    var start = 0
    if let cursor {
      guard let offset = cursor.string.flatMap({ Int($0) }), (0...all.count).contains(offset) else {
        throw .invalidParams("Unknown cursor")
      }
      start = offset
    }
    let end = min(all.count, start + min(size ?? all.count, all.count))
    items = Array(all[start..<end])
    next = end < all.count ? String(end) : nil
  }

  /// The result of a list request, with the items under their name.
  func result(_ name: String) -> JSON {
    var result: JSON = .object([JSON.Member(key: name, value: .array(items))])
    result["nextCursor"] = next.map { .string($0) }
    return result
  }
}
