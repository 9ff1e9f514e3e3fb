/// Distinct byte strings, each at the position at which it was entered.
///
/// Open addressing over one run of bytes: looking up hashes the bytes once, allocates nothing and touches no reference
/// count but the table's own.
package struct ByteIndex: Sendable {
  /// All names, one behind the other.
  private var names: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Positions, each one higher than it is, in places by hash; 0 for a free one. At most half of them are taken.
  private var places = [UInt32](repeating: 0, count: 8)

  package init() {}

  package var count: Int { ends.count }

  /// Returns the position of a name; nil for one that was never entered.
  package func position(of bytes: UnsafeRawBufferPointer) -> Int? { find(bytes, ByteHash.of(bytes)).position }

  /// Returns the position of a name given as a raw JSON string, quotes included; escapes are resolved.
  package func position(ofQuoted raw: UnsafeRawBufferPointer) -> Int? {
    guard raw.count >= 2, raw[0] == UInt8(ascii: "\"") else { return nil }
    let inner = UnsafeRawBufferPointer(rebasing: raw[1..<(raw.count - 1)])
    guard ByteScan.firstIndex(of: UInt8(ascii: "\\"), in: inner, from: 0) != nil else { return position(of: inner) }
    guard var name = JSONText.string(raw) else { return nil }
    return name.withUTF8 { position(of: UnsafeRawBufferPointer($0)) }
  }

  /// Returns the position of a name, which it gets now if it has none.
  package mutating func enter(_ bytes: UnsafeRawBufferPointer) -> Int {
    let hash = ByteHash.of(bytes)
    let found = find(bytes, hash)
    if let position = found.position { return position }
    names.append(contentsOf: bytes)
    ends.append(names.count)
    hashes.append(hash)
    places[found.place] = UInt32(count)
    if count * 2 > places.count { grow() }
    return count - 1
  }

  /// Returns where a name is, or the place that it would take.
  private func find(_ bytes: UnsafeRawBufferPointer, _ hash: UInt64) -> (position: Int?, place: Int) {
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place] != 0 {
      let position = Int(places[place]) - 1
      if hashes[position] == hash, isEqual(position, bytes) { return (position, place) }
      place = (place + 1) & mask
    }
    return (nil, place)
  }

  private func isEqual(_ position: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = position == 0 ? 0 : ends[position - 1]
    guard ends[position] - start == bytes.count else { return false }
    return names.withUnsafeBytes { names in
      for index in 0..<bytes.count where names[start &+ index] != bytes[index] { return false }
      return true
    }
  }

  /// Returns the position of a name, which it gets now if it has none.
  package mutating func enter(_ name: String) -> Int {
    var name = name
    return name.withUTF8 { enter(UnsafeRawBufferPointer($0)) }
  }

  private mutating func grow() {
    let mask = places.count * 2 - 1
    places = [UInt32](repeating: 0, count: mask + 1)
    for (position, hash) in hashes.enumerated() {
      var place = Int(truncatingIfNeeded: hash) & mask
      while places[place] != 0 { place = (place + 1) & mask }
      places[place] = UInt32(position + 1)
    }
  }
}
