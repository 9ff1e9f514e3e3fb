import JSONRPC

/// The members of a JSON object that somebody else has written, read by name. Of a name that stands twice the last counts.
package struct JSONFields: Sendable {
  private let text: [UInt8]

  /// Fails for what is no JSON object.
  package init?(_ text: [UInt8]) {
    guard text.withUnsafeBytes({ Self.isObject($0) }) else { return nil }
    self.text = text
  }

  private init(checked text: [UInt8]) { self.text = text }

  private static func isObject(_ text: UnsafeRawBufferPointer) -> Bool {
    var scanner = JSONScanner()
    do {
      guard try scanner.next(in: text) == .objectStart else { return false }
      while true {
        switch try scanner.next(in: text) {
        case .incomplete: return false
        case .end: return true
        default: continue
        }
      }
    } catch {
      return false
    }
  }

  package func string(_ name: StaticString) -> String? { value(name) { JSONText.string($0) } ?? nil }

  /// A whole number, however it is spelled: some write it as text, some with a fraction of zero.
  package func integer(_ name: StaticString) -> UInt64? { value(name) { JSONText.minted($0) } ?? nil }

  /// Whether the member is `true`.
  package func flag(_ name: StaticString) -> Bool { value(name) { $0.first == UInt8(ascii: "t") } ?? false }

  /// The texts of an array, without what is none; nil when there is no array.
  package func strings(_ name: StaticString) -> [String]? {
    value(name) { bytes in
      guard bytes.first == UInt8(ascii: "[") else { return nil }
      return Self.elements(bytes).compactMap { JSONText.string($0) }
    } ?? nil
  }

  package func object(_ name: StaticString) -> JSONFields? {
    value(name) { $0.first == UInt8(ascii: "{") ? JSONFields(checked: Array($0)) : nil } ?? nil
  }

  /// The objects of an array; none when there is no array.
  package func objects(_ name: StaticString) -> [JSONFields] {
    value(name) { bytes in
      Self.elements(bytes).filter { $0.first == UInt8(ascii: "{") }.map { JSONFields(checked: Array($0)) }
    } ?? []
  }

  private func value<Value>(_ name: StaticString, _ read: (UnsafeRawBufferPointer) -> Value) -> Value? {
    text.withUnsafeBytes { bytes in JSONWalk.member(name, of: bytes).map(read) }
  }

  private static func elements(_ bytes: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    var found: [UnsafeRawBufferPointer] = []
    JSONWalk.elements(of: bytes, in: 0..<bytes.count) { range in
      found.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
      return true
    }
    return found
  }
}
