/// One JSON-RPC message: its bytes as they arrived, and where its outer members lie in them.
///
/// The reader owns one instance and fills it again for every message, so that a message costs no allocation. Bytes and
/// ranges are valid only until the callback that received the frame returns; ``copy()`` keeps one longer.
package final class Frame {
  /// A member of the outer object, of `params`, `result` or `error`, or of the `_meta` of the first two.
  package struct Member: Sendable {
    package let parent: Parent
    /// The key without its quotes.
    package let key: Range<Int>
    /// The value's bytes, quotes included.
    package let value: Range<Int>
    package let hasEscapedKey: Bool

    init(parent: Parent, key: Range<Int>, value: Range<Int>, hasEscapedKey: Bool) {
      self.parent = parent
      self.key = key
      self.value = value
      self.hasEscapedKey = hasEscapedKey
    }
  }

  package enum Parent: UInt8, Sendable {
    case message, params, result, error, paramsMeta, resultMeta
  }

  /// What the outer members make of a message (JSON-RPC 2.0, sections 4 and 5).
  package enum Kind: Sendable {
    case request, notification, response
    /// An object that is none of them.
    case invalid
    /// An array, which JSON-RPC calls a batch.
    case batch
  }

  /// The message without its line ending.
  package internal(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The buffer that the bytes lie in, when they can be shared instead of copied.
  package internal(set) var storage: ByteBuffer?
  var storageOffset = 0
  package internal(set) var members: [Member] = []
  package internal(set) var kind = Kind.invalid

  init() {}

  /// A message of no bytes.
  package static var empty: Frame { Frame() }

  // MARK: - Looking up

  /// Returns where the value of a member lies, or nil when there is none. Of duplicate keys the last one counts, as in
  /// most parsers; see ``hasDuplicate(_:in:)``.
  package func range(_ key: StaticString, in parent: Parent = .message) -> Range<Int>? {
    let bytes = bytes
    return members.withUnsafeBufferPointer { members in
      var index = members.count
      while index > 0 {
        index &-= 1
        guard members[index].parent == parent else { continue }
        let member = members[index]
        if JSONText.key(bytes, member.key, hasEscape: member.hasEscapedKey, equals: key) { return member.value }
      }
      return nil
    }
  }

  /// Calls `body` with each member of the object that `parent` stands for, in their order. Of duplicate objects it is the
  /// last one.
  package func forEachMember(of parent: Parent, _ body: (Member) -> Void) {
    guard let object = self.object(parent) else { return }
    for member in members where member.parent == parent && object.contains(member.key.lowerBound) { body(member) }
  }

  /// Returns where the object lies whose members have this parent; nil when there is none.
  package func object(_ parent: Parent) -> Range<Int>? {
    let range: Range<Int>? =
      switch parent {
      case .message: 0..<bytes.count
      case .params: range("params")
      case .result: range("result")
      case .error: range("error")
      case .paramsMeta: range("_meta", in: .params)
      case .resultMeta: range("_meta", in: .result)
      }
    guard let range, bytes[range.lowerBound] == UInt8(ascii: "{") else { return nil }
    return range
  }

  /// Whether a member has this key, escapes resolved.
  package func has(_ member: Member, key: StaticString) -> Bool { matches(member, key) }

  /// Returns a member's raw bytes.
  package func raw(_ key: StaticString, in parent: Parent = .message) -> UnsafeRawBufferPointer? {
    range(key, in: parent).map { self[$0] }
  }

  /// Returns a member's value as text, when it is a string.
  package func string(_ key: StaticString, in parent: Parent = .message) -> String? {
    raw(key, in: parent).flatMap { JSONText.string($0) }
  }

  /// Whether a key occurs twice: then two readers of the message could disagree about it.
  package func hasDuplicate(_ key: StaticString, in parent: Parent = .message) -> Bool {
    var seen = false
    for member in members where member.parent == parent && matches(member, key) {
      if seen { return true }
      seen = true
    }
    return false
  }

  package subscript(range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

  private func matches(_ member: Member, _ key: StaticString) -> Bool {
    JSONText.key(bytes, member.key, hasEscape: member.hasEscapedKey, equals: key)
  }

  func classify() {
    if range("method") != nil {
      kind = range("id") != nil ? .request : .notification
    } else {
      kind = range("result") != nil || range("error") != nil ? .response : .invalid
    }
  }

  // MARK: - Keeping

  /// Returns a frame that owns its bytes; a large one shares them.
  package func copy() -> Frame {
    let copy = Frame()
    if let storage, bytes.count >= OutputBuffer.shareFrom {
      copy.storage = storage
      copy.storageOffset = storageOffset
      copy.bytes = bytes
    } else {
      let owned = ByteBuffer(capacity: bytes.count)
      owned.append(bytes)
      copy.storage = owned
      copy.bytes = owned.bytes
    }
    copy.members = members
    copy.kind = kind
    return copy
  }

  /// Returns the frame in `bytes`, or says why they are none; the result owns its bytes.
  package static func parse(_ bytes: UnsafeRawBufferPointer) -> Result<Frame, JSONSyntaxError> {
    let storage = ByteBuffer(capacity: max(1, bytes.count))
    storage.append(bytes)
    var scanner = EnvelopeScanner()
    let frame = Frame()
    frame.storage = storage
    do throws(JSONSyntaxError) {
      try scanner.scan(storage.bytes)
      try scanner.finish(frame, storage.bytes)
      return .success(frame)
    } catch {
      return .failure(error)
    }
  }
}
