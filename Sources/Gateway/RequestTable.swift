import JSONRPC

/// What open requests are looked up by.
protocol RequestKey: Equatable {
  /// A number that differs from key to key, mostly; never 0.
  var spread: UInt64 { get }
}

extension UInt64: RequestKey {
  /// Neighbours lie far apart, so that what is taken out leaves no long row to be moved up.
  var spread: UInt64 { self &* 0x9E37_79B9_7F4A_7C15 | 1 }
}

extension RawToken: RequestKey {
  var spread: UInt64 { hash | 1 }
}

/// Open requests by their ids: a dictionary with cheap hashes, for every message asks it several times.
///
/// The standard library's hashes withstand hostile keys and take six times as long. Here the keys are the gateway's own,
/// or those of one client, which hurts nobody else, and as few as the limit on what may be in flight.
struct RequestTable<Key: RequestKey, Value> {
  /// Two optionals rather than one, so that one half can be looked at without a copy of the other.
  private struct Place {
    var key: Key?
    var value: Value?
  }

  /// The spread of the key in each place, 0 for a free one. Open addressing with linear probing; at most half of the
  /// places are taken. They are few at first: one call after the other shall not wander through much memory.
  private var spreads = [UInt64](repeating: 0, count: 4)
  private var places = [Place](repeating: Place(), count: 4)
  private(set) var count = 0

  /// All entries, in no order that means anything.
  var entries: [(key: Key, value: Value)] {
    places.compactMap { place in place.key.flatMap { key in place.value.map { (key, $0) } } }
  }

  var values: [Value] { places.compactMap(\.value) }

  subscript(key: Key) -> Value? {
    get {
      let (place, isTaken) = place(of: key, key.spread)
      return isTaken ? places[place].value : nil
    }
    set {
      guard let newValue else {
        _ = removeValue(forKey: key)
        return
      }
      if (count + 1) * 2 > spreads.count { grow() }
      let spread = key.spread
      let (place, isTaken) = place(of: key, spread)
      if !isTaken {
        count += 1
        spreads[place] = spread
      }
      places[place] = Place(key: key, value: newValue)
    }
  }

  @inline(__always)
  func contains(_ key: Key) -> Bool { place(of: key, key.spread).isTaken }

  mutating func removeValue(forKey key: Key) -> Value? {
    let (place, isTaken) = place(of: key, key.spread)
    return isTaken ? remove(at: place) : nil
  }

  private mutating func remove(at place: Int) -> Value? {
    let value = places[place].value.take()
    places[place].key = nil
    spreads[place] = 0
    count -= 1
    closeGap(at: place)
    return value
  }

  private var mask: Int { spreads.count - 1 }

  private func home(of spread: UInt64) -> Int { Int(truncatingIfNeeded: spread &>> 32) & mask }

  /// Returns where a key is, or the free place where it would be put. Inlined, or else its table is retained for it.
  @inline(__always)
  private func place(of key: Key, _ spread: UInt64) -> (place: Int, isTaken: Bool) {
    var place = home(of: spread)
    while spreads[place] != 0 {
      if spreads[place] == spread, places[place].key == key { return (place, true) }
      place = (place + 1) & mask
    }
    return (place, false)
  }

  /// Moves up what stands further on only because the place was taken.
  private mutating func closeGap(at start: Int) {
    var gap = start
    var next = (gap + 1) & mask
    while spreads[next] != 0 {
      if (next - home(of: spreads[next])) & mask >= (next - gap) & mask {
        spreads.swapAt(gap, next)
        places.swapAt(gap, next)
        gap = next
      }
      next = (next + 1) & mask
    }
  }

  private mutating func grow() {
    let old = entries
    let size = spreads.count * 2
    spreads = Array(repeating: 0, count: size)
    places = Array(repeating: Place(), count: size)
    for (key, value) in old {
      let spread = key.spread
      let place = place(of: key, spread).place
      spreads[place] = spread
      places[place] = Place(key: key, value: value)
    }
  }
}

extension RequestTable where Value: AnyObject {
  /// Takes out an object that was put in with this key, which is cheaper than to compare keys.
  mutating func remove(_ value: Value, forKey key: Key) {
    let spread = key.spread
    var place = home(of: spread)
    while spreads[place] != 0 {
      if spreads[place] == spread, places[place].value === value {
        _ = remove(at: place)
        return
      }
      place = (place + 1) & mask
    }
  }
}
