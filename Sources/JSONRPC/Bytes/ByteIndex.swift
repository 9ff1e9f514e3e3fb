/// Distinct byte strings, each at the position at which it was entered.
///
/// Open addressing over one run of bytes: looking up hashes the bytes once, allocates nothing and touches no reference
/// count but the table's own.
package struct ByteIndex: Sendable {
  private struct Place {
    var hash: UInt32 = 0
    /// One more than the position of the name; 0 for a free place.
    var number: UInt32 = 0
  }

  /// All names, one behind the other.
  private var names: [UInt8] = []
  private var ends: [Int] = []
  /// At most half of them are taken.
  private var places = [Place](repeating: Place(), count: 8)
  private var hasBackslash = false
  private let hashing = SeededHash()

  package init() {}

  package var count: Int { ends.count }

  /// Returns the position of a name; nil for one that was never entered.
  package func position(of bytes: UnsafeRawBufferPointer) -> Int? { find(bytes, hash(of: bytes)).position }

  /// Returns the position of a name given as a raw JSON string, quotes included; escapes are resolved.
  package func position(ofQuoted raw: UnsafeRawBufferPointer) -> Int? {
    guard raw.count >= 2, raw[0] == UInt8(ascii: "\"") else { return nil }
    let inner = UnsafeRawBufferPointer(rebasing: raw[1..<(raw.count - 1)])
    // What equals a name without a backslash has none itself, and so no escape.
    if !hasBackslash, let position = position(of: inner) { return position }
    guard ByteScan.firstIndex(of: UInt8(ascii: "\\"), in: inner, from: 0) != nil else { return position(of: inner) }
    guard var name = JSONText.string(raw) else { return nil }
    return name.withUTF8 { position(of: UnsafeRawBufferPointer($0)) }
  }

  /// Returns the position of a name, which it gets now if it has none.
  package mutating func enter(_ bytes: UnsafeRawBufferPointer) -> Int {
    let hash = hash(of: bytes)
    let found = find(bytes, hash)
    if let position = found.position { return position }
    names.append(contentsOf: bytes)
    ends.append(names.count)
    places[found.place] = Place(hash: hash, number: UInt32(count))
    if count * 2 > places.count { grow() }
    if ByteScan.firstIndex(of: UInt8(ascii: "\\"), in: bytes, from: 0) != nil { hasBackslash = true }
    return count - 1
  }

  /// Returns the position of a name, which it gets now if it has none.
  package mutating func enter(_ name: String) -> Int {
    var name = name
    return name.withUTF8 { enter(UnsafeRawBufferPointer($0)) }
  }

  /// Returns where a name is, or the place that it would take.
  @inline(__always)
  private func find(_ bytes: UnsafeRawBufferPointer, _ hash: UInt32) -> (position: Int?, place: Int) {
    places.withUnsafeBufferPointer { places in
      let mask = places.count &- 1
      var place = Int(hash) & mask
      while places[place].number != 0 {
        let position = Int(places[place].number) &- 1
        if places[place].hash == hash, isEqual(position, bytes) { return (position, place) }
        place = (place &+ 1) & mask
      }
      return (nil, place)
    }
  }

  @inline(__always)
  private func isEqual(_ position: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = position == 0 ? 0 : ends[position &- 1]
    guard ends[position] &- start == bytes.count else { return false }
    guard let base = bytes.baseAddress else { return true }
    return names.withUnsafeBytes { ByteScan.areEqual($0.baseAddress.unsafelyUnwrapped + start, base, bytes.count) }
  }

  @inline(__always)
  private func hash(of bytes: UnsafeRawBufferPointer) -> UInt32 { UInt32(truncatingIfNeeded: hashing.of(bytes)) }

  private mutating func grow() {
    let old = places
    let mask = old.count * 2 - 1
    places = [Place](repeating: Place(), count: mask + 1)
    for entry in old where entry.number != 0 {
      var place = Int(entry.hash) & mask
      while places[place].number != 0 { place = (place + 1) & mask }
      places[place] = entry
    }
  }
}
