/// Where the members of the outer object lie that every message is judged by (JSON-RPC 2.0, sections 4 and 5).
///
/// They are noted while the message is scanned: each is asked for several times on a message's way. Of a key that occurs
/// twice the last one counts, as in ``Frame/range(_:in:)``.
package struct OuterMembers: Sendable {
  package struct Keys: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let jsonrpc = Keys(rawValue: 1)
    package static let id = Keys(rawValue: 2)
    package static let method = Keys(rawValue: 4)
    package static let params = Keys(rawValue: 8)
    package static let result = Keys(rawValue: 16)
    package static let error = Keys(rawValue: 32)
  }

  package private(set) var jsonrpc: Range<Int>?
  package private(set) var id: Range<Int>?
  package private(set) var method: Range<Int>?
  package private(set) var params: Range<Int>?
  package private(set) var result: Range<Int>?
  package private(set) var error: Range<Int>?
  /// Those that occur twice: two readers of the message could disagree about them.
  package private(set) var repeated: Keys = []

  /// Returns which of the members a key stands for; nothing for any other key.
  static func key(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ outline: KeyOutline) -> Keys {
    // All names are so short that their outlines are the whole of them.
    switch outline {
    case KeyOutline("id"): .id
    case KeyOutline("jsonrpc"): .jsonrpc
    case KeyOutline("method"): .method
    case KeyOutline("params"): .params
    case KeyOutline("result"): .result
    case KeyOutline("error"): .error
    case .escaped: escapedKey(text, range)
    default: []
    }
  }

  private static func escapedKey(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Keys {
    let names: [(name: StaticString, key: Keys)] = [
      ("id", .id), ("jsonrpc", .jsonrpc), ("method", .method), ("params", .params), ("result", .result),
      ("error", .error),
    ]
    return names.first { JSONText.key(text, range, hasEscape: true, equals: $0.name) }?.key ?? []
  }

  mutating func note(_ key: Keys, _ value: Range<Int>) {
    let old: Range<Int>?
    switch key {
    case .jsonrpc: (old, jsonrpc) = (jsonrpc, value)
    case .id: (old, id) = (id, value)
    case .method: (old, method) = (method, value)
    case .params: (old, params) = (params, value)
    case .result: (old, result) = (result, value)
    case .error: (old, error) = (error, value)
    default: return
    }
    if old != nil { repeated.insert(key) }
  }
}
