import JSONRPC
import TestSupport
import Testing

@testable import Gateway

@Suite struct RequestTableTests {
  @Test func itHoldsWhatADictionaryHolds() { walk { $0 } }

  @Test func itHoldsKeysAsClientsSpellThem() {
    walk { $0 % 3 == 0 ? RawToken("\"a long id, beyond sixteen bytes \($0)\"") : RawToken("\($0)") }
  }

  private func walk<Key: RequestKey & Hashable>(_ key: (UInt64) -> Key) {
    for seed in 1...12 as ClosedRange<UInt64> {
      var random = SplitMix(seed)
      var table = RequestTable<Key, UInt64>()
      var model: [Key: UInt64] = [:]
      var last: UInt64 = 0
      for _ in 0..<2000 {
        // Some stay for long, so that later keys meet taken places.
        if Int.random(in: 0..<100, using: &random) < 51 {
          last += 1
          table[key(last)] = last &* 3
          model[key(last)] = last &* 3
        } else {
          let known = key(UInt64.random(in: 0...last + 2, using: &random))
          #expect(table[known] == model[known], "seed \(seed)")
          if Bool.random(using: &random), model[known] != nil {
            table[known] = 1
            model[known] = 1
          } else {
            #expect(table.removeValue(forKey: known) == model.removeValue(forKey: known), "seed \(seed)")
            #expect(table[known] == nil, "seed \(seed)")
          }
        }
      }
      #expect(table.count == model.count, "seed \(seed)")
      #expect(Dictionary(uniqueKeysWithValues: table.entries.map { ($0.key, $0.value) }) == model, "seed \(seed)")
    }
  }
}
