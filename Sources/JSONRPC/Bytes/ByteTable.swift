/// A dictionary from names to values that is looked up with raw bytes, without making a `String` of them.
///
/// Not for what every message looks up: that has a ``ByteIndex`` and an array beside it (docs/hot-path.md).
package struct ByteTable<Value> {
  private var index = ByteIndex()
  /// By position in the index; nil for what was taken out.
  private var values: [Value?] = []

  package init() {}

  package subscript(name: String) -> Value? {
    get {
      var name = name
      return name.withUTF8 { value(for: UnsafeRawBufferPointer($0)) }
    }
    set {
      var name = name
      let position = name.withUTF8 { index.enter(UnsafeRawBufferPointer($0)) }
      if position == values.count { values.append(newValue) } else { values[position] = newValue }
    }
  }

  package func value(for bytes: UnsafeRawBufferPointer) -> Value? {
    guard let position = index.position(of: bytes) else { return nil }
    return values[position]
  }
}

extension ByteTable: Sendable where Value: Sendable {}
