/// One JSON-RPC message: its bytes as they arrived, and where its outer members lie in them.
///
/// The reader owns one instance and fills it again for every message, so that a message costs no allocation. Bytes and
/// ranges are valid only until the callback that received the frame returns. What keeps a message longer has a
/// ``StoredFrame``, which ``copy()`` makes: no stored property has this type.
///
/// All but the storage stands in extensions, where nothing can be overridden, so that every call is a direct one.
@usableFromInline
package class Frame {
  /// The most bytes of a message: so many that an ``Extent`` can tell of them, and of what is read before it is noticed
  /// that they are too many.
  static let longest = (4 << 30) - (1 << 20)

  /// A member of the outer object, of `params`, `result` or `error`, or of the `_meta` of the first two.
  package struct Member: Sendable {
    let outline: KeyOutline
    let keyExtent: Extent
    let valueExtent: Extent

    package var parent: Parent { outline.parent }
    /// The key without its quotes.
    package var key: Range<Int> { keyExtent.range }
    /// The value's bytes, quotes included.
    package var value: Range<Int> { valueExtent.range }
    package var hasEscapedKey: Bool { outline.isEscaped }
  }

  @usableFromInline
  package enum Parent: UInt8, Sendable {
    case message, params, result, error, paramsMeta, resultMeta

    /// Returns what an object inside stands for, by its key; nil for one whose members are not recorded.
    static func child(_ outline: KeyOutline, _ key: Extent, of text: UnsafeRawBufferPointer) -> Parent? {
      switch outline {
      case KeyOutline("params", in: .message): .params
      case KeyOutline("result", in: .message): .result
      case KeyOutline("error", in: .message): .error
      case KeyOutline("_meta", in: .params): .paramsMeta
      case KeyOutline("_meta", in: .result): .resultMeta
      case _ where outline.isEscaped: escapedChild(outline.parent, key.range, of: text)
      default: nil
      }
    }

    private static func escapedChild(
      _ parent: Parent, _ key: Range<Int>, of text: UnsafeRawBufferPointer
    ) -> Parent? {
      func isKey(_ name: StaticString) -> Bool { JSONText.key(text, key, hasEscape: true, equals: name) }
      return switch parent {
      case .message: isKey("params") ? .params : isKey("result") ? .result : isKey("error") ? .error : nil
      case .params: isKey("_meta") ? .paramsMeta : nil
      case .result: isKey("_meta") ? .resultMeta : nil
      case .error, .paramsMeta, .resultMeta: nil
      }
    }
  }

  /// What the outer members make of a message (JSON-RPC 2.0, sections 4 and 5).
  package enum Kind: Sendable {
    case request, notification, response
    /// An object that is none of them.
    case invalid
    /// An array, which JSON-RPC calls a batch.
    case batch
  }

  // What every message needs comes first (docs/hot-path.md).

  /// The message without its line ending.
  @usableFromInline
  package final internal(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The members of the outer object that every message is judged by.
  package final private(set) var outer = OuterMembers()
  package final private(set) var kind = Kind.invalid
  /// The ``KeyOutline/bit`` of each member, and all bits when a key has escapes, which may be any: where one is not set
  /// there is no such member, and nothing to search.
  @usableFromInline final private(set) var present: UInt64 = 0
  /// The bits that more than one member has set.
  @usableFromInline final private(set) var repeated: UInt64 = 0
  private final var count = 0
  /// A plain allocation: an array would be retained and released for each of the many look-ups of a message.
  private final var table: UnsafeMutableBufferPointer<Member>
  /// Whether words stood before the message on its line: what echoes a message looks like that as well.
  package final internal(set) var isBehindWords = false
  /// The buffer that the bytes lie in, when they can be shared instead of copied.
  package final internal(set) var storage: ByteBuffer?
  final var storageOffset = 0

  init(capacity: Int = 16) { table = .allocate(capacity: max(1, capacity)) }

  deinit { table.deallocate() }

}

// MARK: - Looking up

extension Frame {
  package var members: UnsafeBufferPointer<Member> { UnsafeBufferPointer(rebasing: table[..<count]) }

  /// Returns where the value of a member lies, or nil when there is none. Of duplicate keys the last one counts, as in
  /// most parsers; see ``hasDuplicate(_:in:)``.
  @inlinable @inline(__always)
  package func range(_ key: StaticString, in parent: Parent = .message) -> Range<Int>? {
    let outline = KeyOutline(key, in: parent)
    return present & outline.bit == 0 ? nil : value(of: key, outline)
  }

  @usableFromInline
  func value(of key: StaticString, _ outline: KeyOutline) -> Range<Int>? {
    last(key, outline, before: end)?.pointee.value
  }

  /// Calls `body` with each member of the object that `parent` stands for, in their order. Of duplicate objects it is the
  /// last one.
  package func forEachMember(of parent: Parent, _ body: (Member) -> Void) {
    guard let object = self.object(parent) else { return }
    for member in members where member.parent == parent && object.range.contains(member.key.lowerBound) { body(member) }
  }

  /// Returns where the object lies whose members have this parent; nil when there is none.
  package func object(_ parent: Parent) -> JSONObject? {
    let range: Range<Int>? =
      switch parent {
      case .message: 0..<bytes.count
      case .params: outer.params
      case .result: outer.result
      case .error: outer.error
      case .paramsMeta: range("_meta", in: .params)
      case .resultMeta: range("_meta", in: .result)
      }
    return range.flatMap { JSONObject($0, of: bytes) }
  }

  /// Whether a member has this key, escapes resolved.
  @inline(never)
  package func has(_ member: Member, key: StaticString) -> Bool {
    JSONText.key(bytes, member.key, hasEscape: member.hasEscapedKey, equals: key)
  }

  /// Returns a member's raw bytes.
  @inlinable @inline(__always)
  package func raw(_ key: StaticString, in parent: Parent = .message) -> UnsafeRawBufferPointer? {
    range(key, in: parent).map { self[$0] }
  }

  /// Returns a member's value as text, when it is a string.
  package func string(_ key: StaticString, in parent: Parent = .message) -> String? {
    raw(key, in: parent).flatMap { JSONText.string($0) }
  }

  /// Whether a key occurs twice: then two readers of the message could disagree about it.
  @inlinable @inline(__always)
  package func hasDuplicate(_ key: StaticString, in parent: Parent = .message) -> Bool {
    let outline = KeyOutline(key, in: parent)
    return repeated & outline.bit != 0 && hasDuplicate(of: key, outline)
  }

  @usableFromInline
  func hasDuplicate(of key: StaticString, _ outline: KeyOutline) -> Bool {
    guard let last = last(key, outline, before: end) else { return false }
    return self.last(key, outline, before: last) != nil
  }

  private var end: UnsafeMutablePointer<Member> { table.baseAddress.unsafelyUnwrapped + count }

  /// Returns the last member with that key before a place in the table.
  @inline(never)
  private func last(
    _ key: StaticString, _ outline: KeyOutline, before end: UnsafeMutablePointer<Member>
  ) -> UnsafeMutablePointer<Member>? {
    let first = table.baseAddress.unsafelyUnwrapped
    let escaped = outline.escaped
    var member = end
    while member > first {
      member -= 1
      let found = member.pointee.outline
      guard found == outline || found == escaped else { continue }
      if outline.isWhole && found == outline || has(member.pointee, key: key) { return member }
    }
    return nil
  }

  /// Whether `jsonrpc` is `"2.0"`, spelled without escapes: four bytes and one, compared at once.
  package var isVersionTwo: Bool {
    guard let version = outer.jsonrpc, version.count == 5, let base = bytes.baseAddress else { return false }
    let beginning = base.loadUnaligned(fromByteOffset: version.lowerBound, as: UInt32.self)
    return beginning == UInt32(littleEndian: 0x302E_3222) && bytes[version.upperBound - 1] == UInt8(ascii: "\"")
  }

  /// The id as it was spelled; nil when it is neither a string nor a number.
  package var id: RawToken? { outer.id.flatMap { RawToken(identifier: self[$0]) } }

  /// The id, when it is one that the gateway can have minted, as ``JSONText/minted(_:)`` reads it.
  package var mintedID: UInt64? { outer.id.flatMap { JSONText.minted(self[$0]) } }

  @inlinable
  package subscript(range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
}

// MARK: - Filling

extension Frame {
  func removeMembers() {
    count = 0
    present = 0
    repeated = 0
    outer = OuterMembers()
  }

  /// Records a member of an object. Returns false when there are too many.
  @inline(__always)
  func append(_ member: Member, of parent: Parent) -> Bool {
    if count == table.count, !grow() { return false }
    end.initialize(to: member)
    count &+= 1
    let bit = member.outline.bit
    repeated |= present & bit
    present |= bit
    if parent == .message { outer.note(member, of: bytes) }
    return true
  }

  /// A member of the outer object is null.
  func noteNull() { outer.hasNull = true }

  /// Expects a key with escapes to be any key.
  func noteEscapedKey() {
    present = .max
    repeated = .max
  }

  private func grow() -> Bool {
    guard count < EnvelopeScanner.memberLimit else { return false }
    let larger = UnsafeMutableBufferPointer<Member>.allocate(capacity: table.count * 2)
    _ = larger.initialize(fromContentsOf: members)
    table.deallocate()
    table = larger
    return true
  }

  /// Says what the message is, after its outermost value.
  func classify(_ outermost: JSONScanner.Token?) {
    switch outermost {
    case .objectStart: classifyObject()
    case .arrayStart: kind = .batch
    default: kind = .invalid
    }
  }

  /// Says what an object is.
  func classifyObject() {
    if outer.method != nil {
      kind = outer.id != nil ? .request : .notification
    } else {
      kind = outer.result != nil || outer.error != nil ? .response : .invalid
    }
  }
}

// MARK: - Keeping

extension Frame {
  /// Returns a frame that owns its bytes, or shares those of a large one; itself when it does already.
  package func copy() -> StoredFrame {
    if let stored = self as? StoredFrame { return stored }
    let copy = StoredFrame(capacity: count)
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
    _ = copy.table.initialize(fromContentsOf: members)
    copy.count = count
    copy.present = present
    copy.repeated = repeated
    copy.outer = outer
    copy.kind = kind
    return copy
  }

  /// Returns the frame in `bytes`, or says why they are none; the result owns its bytes.
  package static func parse(_ bytes: UnsafeRawBufferPointer) -> Result<StoredFrame, JSONSyntaxError> {
    let storage = ByteBuffer(capacity: bytes.count + 1)
    storage.append(bytes)
    // The end of a line, which is no part of the message.
    storage.append(UInt8(ascii: "\n"))
    let frame = StoredFrame()
    frame.storage = storage
    if WholeMessageScanner.scan(storage.bytes, into: frame) == bytes.count { return .success(frame) }
    var scanner = EnvelopeScanner()
    scanner.reset(frame)
    do throws(JSONSyntaxError) {
      try scanner.scan(UnsafeRawBufferPointer(rebasing: storage.bytes.dropLast()), into: frame)
      try scanner.finish(frame)
      return .success(frame)
    } catch {
      return .failure(error)
    }
  }
}
