/// A dictionary from names to values that is looked up with raw bytes, without making a `String` of them.
package struct ByteTable<Value> {
  fileprivate struct Entry {
    var name: [UInt8]
    var value: Value
  }

  private var buckets: [UInt64: [Entry]] = [:]

  package init() {}

  /// FNV-1a, 64 bits: stable between runs and platforms.
  package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }

  package subscript(name: String) -> Value? {
    get {
      var name = name
      return name.withUTF8 { value(for: UnsafeRawBufferPointer($0)) }
    }
    set {
      let bytes = Array(name.utf8)
      let hash = Self.hash(bytes)
      var bucket = buckets[hash, default: []]
      bucket.removeAll { $0.name == bytes }
      if let newValue { bucket.append(Entry(name: bytes, value: newValue)) }
      buckets[hash] = bucket.isEmpty ? nil : bucket
    }
  }

  package func value(for bytes: UnsafeRawBufferPointer) -> Value? {
    guard let bucket = buckets[Self.hash(bytes)] else { return nil }
    for entry in bucket where entry.name.count == bytes.count {
      if entry.name.withUnsafeBytes({ $0.elementsEqual(bytes) }) { return entry.value }
    }
    return nil
  }

  /// Looks up a raw JSON string, quotes included; escapes are resolved.
  package func value(forQuoted raw: UnsafeRawBufferPointer) -> Value? {
    guard raw.count >= 2, raw[0] == UInt8(ascii: "\"") else { return nil }
    let inner = UnsafeRawBufferPointer(rebasing: raw[1..<(raw.count - 1)])
    if ByteScan.firstIndex(of: UInt8(ascii: "\\"), in: inner, from: 0) == nil { return value(for: inner) }
    return JSONText.string(raw).flatMap { self[$0] }
  }
}

extension ByteTable: Sendable where Value: Sendable {}
extension ByteTable.Entry: Sendable where Value: Sendable {}
