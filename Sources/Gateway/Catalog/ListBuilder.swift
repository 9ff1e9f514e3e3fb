import JSONRPC
import MCP

/// Assembles the result of one list request, for all profiles of clients at once.
struct ListBuilder {
  private struct List {
    let bytes: ByteBuffer
    var isEmpty = true
  }

  private let kind: ListKind
  /// One list for all profiles, as long as they see the same; then one for each.
  private var lists: [List]

  init(_ kind: ListKind) {
    self.kind = kind
    let bytes = ByteBuffer(capacity: 4096)
    Self.append("{\"\(kind.member)\":[", to: bytes)
    lists = [List(bytes: bytes)]
  }

  /// Adds an item.
  ///
  /// `key` takes the place of its name or URI, and `description` of its description. `publicForm` returns the URI under which a resource that it links to is
  /// listed; nil when that is the same.
  mutating func add(
    _ item: ListItem, key: String?, description: String? = nil, publicForm: (String) -> String? = { _ in nil }
  ) {
    if item.differs, lists.count == 1 { separate() }
    var replaced = key.map { [(range: item.keyRange, bytes: Array(JSONText.quote($0).utf8))] } ?? []
    if let description { replaced.append(Self.edit(item, description)) }
    for link in item.appLinks {
      if let form = publicForm(link.uri) { replaced.append((link.range, Array(JSONText.quote(form).utf8))) }
    }
    for index in lists.indices {
      let profile = lists.count == 1 ? nil : ListProfile.all[index]
      if item.isForAppsOnly, profile?.showsApps == false { continue }
      if item.legacyFault != nil, profile?.era == .legacy { continue }
      if !lists[index].isEmpty { Self.append(",", to: lists[index].bytes) }
      lists[index].isEmpty = false
      let cut = profile.flatMap { $0.era == .legacy ? item.modernOnly : item.legacyOnly }
      Self.add(item, replaced + (cut.map { [($0, [])] } ?? []), to: lists[index].bytes)
    }
  }

  /// A description in the place of the item's own, or behind its name.
  private static func edit(_ item: ListItem, _ description: String) -> (range: Range<Int>, bytes: [UInt8]) {
    let text = JSONText.quote(description)
    let own = item.bytes.withUnsafeBytes { JSONWalk.member("description", of: $0, in: 0..<$0.count) }
    let end = item.keyRange.upperBound
    return own.map { ($0, Array(text.utf8)) } ?? (end..<end, Array(",\"description\":\(text)".utf8))
  }

  private mutating func separate() {
    let common = lists[0]
    lists = ListProfile.all.map { _ in
      let copy = ByteBuffer(capacity: max(common.bytes.count * 2, 4096))
      copy.append(common.bytes.bytes)
      return List(bytes: copy, isEmpty: common.isEmpty)
    }
  }

  private static func add(
    _ item: ListItem, _ edits: [(range: Range<Int>, bytes: [UInt8])], to buffer: ByteBuffer
  ) {
    let edits = edits.count < 2 ? edits : edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
    item.bytes.withUnsafeBytes { bytes in
      var position = 0
      for edit in edits {
        buffer.append(UnsafeRawBufferPointer(rebasing: bytes[position..<edit.range.lowerBound]))
        edit.bytes.withUnsafeBytes { buffer.append($0) }
        position = edit.range.upperBound
      }
      buffer.append(UnsafeRawBufferPointer(rebasing: bytes[position...]))
    }
  }

  /// Returns the lists by the index of the profile; equal ones are the same object.
  func finish() -> [ByteBuffer] {
    for list in lists { Self.append("]}", to: list.bytes) }
    var distinct: [ByteBuffer] = []
    return ListProfile.all.map { profile in
      let bytes = lists[lists.count == 1 ? 0 : profile.index].bytes
      if let same = distinct.first(where: { $0 === bytes || ByteScan.areEqual($0.bytes, bytes.bytes) }) { return same }
      distinct.append(bytes)
      return bytes
    }
  }

  private static func append(_ text: String, to buffer: ByteBuffer) {
    var text = text
    text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
  }
}
