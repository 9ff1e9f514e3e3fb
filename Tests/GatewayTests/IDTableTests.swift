import TestSupport
import Testing

@testable import Gateway

@Suite struct IDTableTests {
  @Test func itHoldsWhatADictionaryHolds() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = SplitMix(seed)
      var table = IDTable<UInt64>()
      var model: [UInt64: UInt64] = [:]
      var last: UInt64 = 0
      for _ in 0..<3000 {
        // Some stay for long, so that later ids meet taken places.
        if Int.random(in: 0..<100, using: &random) < 51 {
          last += 1
          table[last] = last &* 3
          model[last] = last &* 3
          if last % 7 == 0 {
            table[last] = 1
            model[last] = 1
          }
        } else {
          let id = UInt64.random(in: 0...last + 2, using: &random)
          #expect(table[id] == model[id], "seed \(seed)")
          #expect(table.removeValue(forKey: id) == model.removeValue(forKey: id), "seed \(seed)")
          #expect(table[id] == nil, "seed \(seed)")
        }
      }
      let entries = Dictionary(uniqueKeysWithValues: table.entries.map { ($0.id, $0.value) })
      #expect(entries == model, "seed \(seed)")
    }
  }
}
