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
  /// The spread of the key in each place, 0 for a free one. Open addressing with linear probing; at most half of the
  /// places are taken.
  private var spreads = [UInt64](repeating: 0, count: 16)
  private var keys = [Key?](repeating: nil, count: 16)
  private var slots = [Value?](repeating: nil, count: 16)
  private(set) var count = 0

  /// All entries, in no order that means anything.
  var entries: [(key: Key, value: Value)] {
    zip(keys, slots).compactMap { key, value in key.flatMap { key in value.map { (key, $0) } } }
  }

  var values: [Value] { slots.compactMap { $0 } }

  subscript(key: Key) -> Value? {
    get { slots[place(of: key)] }
    set {
      guard let newValue else {
        _ = removeValue(forKey: key)
        return
      }
      if (count + 1) * 2 > spreads.count { grow() }
      let place = place(of: key)
      if spreads[place] == 0 { count += 1 }
      put(key, newValue, at: place)
    }
  }

  mutating func removeValue(forKey key: Key) -> Value? {
    let place = place(of: key)
    guard let value = slots[place].take() else { return nil }
    spreads[place] = 0
    keys[place] = nil
    count -= 1
    closeGap(at: place)
    return value
  }

  private var mask: Int { spreads.count - 1 }

  private func home(of spread: UInt64) -> Int { Int(truncatingIfNeeded: spread &>> 32) & mask }

  /// Returns where a key is, or the free place where it would be put.
  private func place(of key: Key) -> Int {
    let spread = key.spread
    var place = home(of: spread)
    while spreads[place] != 0, spreads[place] != spread || keys[place] != key { place = (place + 1) & mask }
    return place
  }

  private mutating func put(_ key: Key, _ value: Value, at place: Int) {
    spreads[place] = key.spread
    keys[place] = key
    slots[place] = value
  }

  /// Moves up what stands further on only because the place was taken.
  private mutating func closeGap(at start: Int) {
    var gap = start
    var next = (gap + 1) & mask
    while spreads[next] != 0 {
      if (next - home(of: spreads[next])) & mask >= (next - gap) & mask {
        spreads.swapAt(gap, next)
        keys.swapAt(gap, next)
        slots.swapAt(gap, next)
        gap = next
      }
      next = (next + 1) & mask
    }
  }

  private mutating func grow() {
    let old = entries
    let size = spreads.count * 2
    spreads = Array(repeating: 0, count: size)
    keys = Array(repeating: nil, count: size)
    slots = Array(repeating: nil, count: size)
    for (key, value) in old { put(key, value, at: place(of: key)) }
  }
}
