/// A dictionary whose keys are ids of a counter that begins at 1.
///
/// Such ids spread evenly by themselves, so they are their own hashes: a fraction of what a hash that withstands hostile
/// keys costs, three times for each message.
struct IDTable<Value> {
  /// Open addressing with linear probing; 0 stands for a free place, and at most half of them are taken.
  private var ids = [UInt64](repeating: 0, count: 16)
  private var values = [Value?](repeating: nil, count: 16)
  private var count = 0

  /// All entries, in no order that means anything.
  var entries: [(id: UInt64, value: Value)] {
    zip(ids, values).compactMap { id, value in value.map { (id, $0) } }
  }

  subscript(id: UInt64) -> Value? {
    get { id == 0 ? nil : values[place(of: id)] }
    set {
      guard let newValue else {
        _ = removeValue(forKey: id)
        return
      }
      if (count + 1) * 2 > ids.count { grow() }
      let place = place(of: id)
      if ids[place] == 0 { count += 1 }
      ids[place] = id
      values[place] = newValue
    }
  }

  mutating func removeValue(forKey id: UInt64) -> Value? {
    guard id != 0 else { return nil }
    let place = place(of: id)
    guard let value = values[place].take() else { return nil }
    ids[place] = 0
    count -= 1
    closeGap(at: place)
    return value
  }

  private var mask: Int { ids.count - 1 }

  private func home(of id: UInt64) -> Int { Int(truncatingIfNeeded: id) & mask }

  /// Returns where an id is, or the free place where it would be put.
  private func place(of id: UInt64) -> Int {
    var place = home(of: id)
    while ids[place] != id, ids[place] != 0 { place = (place + 1) & mask }
    return place
  }

  /// Moves up what stands further on only because the place was taken.
  private mutating func closeGap(at start: Int) {
    var gap = start
    var next = (gap + 1) & mask
    while ids[next] != 0 {
      if (next - home(of: ids[next])) & mask >= (next - gap) & mask {
        ids.swapAt(gap, next)
        values.swapAt(gap, next)
        gap = next
      }
      next = (next + 1) & mask
    }
  }

  private mutating func grow() {
    let old = entries
    ids = Array(repeating: 0, count: ids.count * 2)
    values = Array(repeating: nil, count: ids.count)
    for (id, value) in old {
      let place = place(of: id)
      ids[place] = id
      values[place] = value
    }
  }
}
