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

extension RawToken: RequestKey {}

/// Open requests by their ids: a dictionary with cheap hashes, for every message asks it several times.
///
/// The standard library's hashes withstand hostile keys and take six times as long. Here the keys are the gateway's own,
/// or those of one client, which hurts nobody else, and as few as the limit on what may be in flight. The table lies in
/// memory of its own, which nobody else refers to: it cannot be copied.
struct RequestTable<Key: RequestKey, Value>: ~Copyable {
  /// Two optionals rather than one, so that one half can be looked at without a copy of the other.
  private struct Place {
    /// The spread of the key; 0 for a free place.
    var spread: UInt64 = 0
    var key: Key?
    var value: Value?
  }

  /// Open addressing with linear probing; at most half of the places are taken. They are few at first: one call after the
  /// other shall not wander through much memory.
  private var places = Self.free(4)
  private(set) var count = 0

  init() {}

  deinit {
    places.deinitialize()
    places.deallocate()
  }

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
      if (count + 1) * 2 > places.count { grow() }
      let spread = key.spread
      let (place, isTaken) = place(of: key, spread)
      if !isTaken { count += 1 }
      places[place] = Place(spread: spread, key: key, value: newValue)
    }
  }

  func contains(_ key: Key) -> Bool { place(of: key, key.spread).isTaken }

  mutating func removeValue(forKey key: Key) -> Value? {
    let (place, isTaken) = place(of: key, key.spread)
    return isTaken ? remove(at: place) : nil
  }

  private mutating func remove(at place: Int) -> Value? {
    let value = places[place].value.take()
    places[place].key = nil
    places[place].spread = 0
    count -= 1
    closeGap(at: place)
    return value
  }

  private var mask: Int { places.count - 1 }

  private func home(of spread: UInt64) -> Int { Int(truncatingIfNeeded: spread &>> 32) & mask }

  /// Returns where a key is, or the free place where it would be put.
  private func place(of key: Key, _ spread: UInt64) -> (place: Int, isTaken: Bool) {
    var place = home(of: spread)
    while places[place].spread != 0 {
      if places[place].spread == spread, places[place].key == key { return (place, true) }
      place = (place + 1) & mask
    }
    return (place, false)
  }

  /// Moves up what stands further on only because the place was taken.
  private mutating func closeGap(at start: Int) {
    var gap = start
    var next = (gap + 1) & mask
    while places[next].spread != 0 {
      if (next - home(of: places[next].spread)) & mask >= (next - gap) & mask {
        places.swapAt(gap, next)
        gap = next
      }
      next = (next + 1) & mask
    }
  }

  private mutating func grow() {
    let old = places
    places = Self.free(old.count * 2)
    for entry in old {
      guard let key = entry.key else { continue }
      places[place(of: key, entry.spread).place] = entry
    }
    old.deinitialize()
    old.deallocate()
  }

  private static func free(_ count: Int) -> UnsafeMutableBufferPointer<Place> {
    let places = UnsafeMutableBufferPointer<Place>.allocate(capacity: count)
    places.initialize(repeating: Place())
    return places
  }
}

extension RequestTable where Value: AnyObject {
  /// Takes out an object that was put in with this key, which is cheaper than to compare keys.
  mutating func remove(_ value: Value, forKey key: Key) {
    let spread = key.spread
    var place = home(of: spread)
    while places[place].spread != 0 {
      if places[place].spread == spread, places[place].value === value {
        _ = remove(at: place)
        return
      }
      place = (place + 1) & mask
    }
  }
}
