/// Where the members of the outer object lie that every message is judged by (JSON-RPC 2.0, sections 4 and 5).
///
/// They are noted while the message is scanned: each is asked for several times on a message's way. Of a key that occurs
/// twice the last one counts, as in ``Frame/range(_:in:)``.
@usableFromInline
package struct OuterMembers: Sendable {
  /// A set of them: no `OptionSet`, whose generic code other modules would call.
  @usableFromInline
  package struct Keys: Sendable {
    @usableFromInline var bits: UInt8

    @inlinable
    init(bits: UInt8) { self.bits = bits }

    @inlinable package static var jsonrpc: Keys { Keys(bits: 1) }
    @inlinable package static var id: Keys { Keys(bits: 2) }
    @inlinable package static var method: Keys { Keys(bits: 4) }
    @inlinable package static var params: Keys { Keys(bits: 8) }
    @inlinable package static var result: Keys { Keys(bits: 16) }
    @inlinable package static var error: Keys { Keys(bits: 32) }

    @inlinable
    package func contains(_ key: Keys) -> Bool { bits & key.bits != 0 }
  }

  @usableFromInline private(set) var jsonrpcExtent = Extent.none
  @usableFromInline private(set) var idExtent = Extent.none
  @usableFromInline private(set) var methodExtent = Extent.none
  @usableFromInline private(set) var paramsExtent = Extent.none
  @usableFromInline private(set) var resultExtent = Extent.none
  @usableFromInline private(set) var errorExtent = Extent.none
  private var present = Keys(bits: 0)
  /// Those that occur twice: two readers of the message could disagree about them.
  package private(set) var repeated = Keys(bits: 0)

  /// Whether a member of the outer object is null.
  package internal(set) var hasNull = false
  /// Whether there are members that JSON-RPC gives no meaning.
  package private(set) var hasOthers = false

  @inlinable package var jsonrpc: Range<Int>? { jsonrpcExtent.ifAny }
  @inlinable package var id: Range<Int>? { idExtent.ifAny }
  @inlinable package var method: Range<Int>? { methodExtent.ifAny }
  @inlinable package var params: Range<Int>? { paramsExtent.ifAny }
  @inlinable package var result: Range<Int>? { resultExtent.ifAny }
  @inlinable package var error: Range<Int>? { errorExtent.ifAny }

  /// Whether there are the three members of a successful answer, each once, and no others.
  @inline(__always)
  package var areOfPlainResult: Bool {
    present.bits == Keys.jsonrpc.bits | Keys.id.bits | Keys.result.bits && repeated.bits == 0 && !hasOthers
  }

  /// Whether there are the three members of an error, each once, and no others.
  package var areOfPlainError: Bool {
    present.bits == Keys.jsonrpc.bits | Keys.id.bits | Keys.error.bits && repeated.bits == 0 && !hasOthers
  }

  /// Notes a member of the outer object.
  @inline(__always)
  mutating func note(_ member: Frame.Member, of text: UnsafeRawBufferPointer) {
    // All names are so short that their outlines are the whole of them.
    switch member.outline {
    case KeyOutline("id", in: .message): note(.id, member)
    case KeyOutline("jsonrpc", in: .message): note(.jsonrpc, member)
    case KeyOutline("method", in: .message): note(.method, member)
    case KeyOutline("params", in: .message): note(.params, member)
    case KeyOutline("result", in: .message): note(.result, member)
    case KeyOutline("error", in: .message): note(.error, member)
    case .escaped(in: .message): noteEscaped(member, of: text)
    default: hasOthers = true
    }
  }

  private mutating func noteEscaped(_ member: Frame.Member, of text: UnsafeRawBufferPointer) {
    let names: [(name: StaticString, key: Keys)] = [
      ("id", .id), ("jsonrpc", .jsonrpc), ("method", .method), ("params", .params), ("result", .result),
      ("error", .error),
    ]
    let known = names.first { JSONText.key(text, member.key, hasEscape: true, equals: $0.name) }
    if let known { note(known.key, member) } else { hasOthers = true }
  }

  @inline(__always)
  private mutating func note(_ key: Keys, _ member: Frame.Member) {
    switch key.bits {
    case Keys.jsonrpc.bits: jsonrpcExtent = member.valueExtent
    case Keys.id.bits: idExtent = member.valueExtent
    case Keys.method.bits: methodExtent = member.valueExtent
    case Keys.params.bits: paramsExtent = member.valueExtent
    case Keys.result.bits: resultExtent = member.valueExtent
    default: errorExtent = member.valueExtent
    }
    repeated.bits |= present.bits & key.bits
    present.bits |= key.bits
  }
}
