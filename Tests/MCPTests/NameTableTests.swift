import MCP
import TestSupport
import Testing

@Suite struct NameTableTests {
  private func item(_ server: ServerID, _ prefix: String, _ original: String) -> NameTable.Item {
    NameTable.Item(server: server, prefix: prefix, original: original)
  }

  @Test func anOrdinaryNameIsServerAndToolWithTheSeparator() {
    var table = NameTable(limit: 48, namesPerServer: 100)
    #expect(table.names(for: [item(0, "time", "get_current_time")]) == ["time__get_current_time"])
  }

  @Test func charactersThatSomeClientRefusesAreReplaced() {
    var table = NameTable(limit: 48, namesPerServer: 100)
    let names = table.names(for: [item(0, "", "9.lives/ä"), item(0, "", "x")])
    #expect(names == ["s9_lives__", "x"])
  }

  @Test func withoutAPrefixANameIsItsServersOwnUpToWhatEveryModelTakes() {
    var table = NameTable(limit: 48, namesPerServer: 100)
    let (long, tooLong) = (String(repeating: "x", count: 64), String(repeating: "x", count: 65))
    let names = table.names(for: [item(0, "", long), item(1, "", tooLong)])
    #expect(names[0] == long)
    #expect(names[1]?.count == 64 && names[1] != long)
  }

  @Test func aLongNameKeepsAReadableHeadAndAStableHash() {
    var table = NameTable(limit: 48, namesPerServer: 100)
    let original = String(repeating: "very_long_", count: 8)
    let name = table.names(for: [item(0, "server", original)])[0] ?? ""
    #expect(name.count <= 48)
    #expect(name.hasPrefix("server__very_long_"))
    var again = NameTable(limit: 48, namesPerServer: 100)
    #expect(again.names(for: [item(3, "server", original)]) == [name])
  }

  @Test func clashesSuffixBothSidesWhateverTheOrder() {
    let one = item(0, "a", "b__c")
    let other = item(1, "a__b", "c")
    var forward = NameTable(limit: 48, namesPerServer: 100)
    var backward = NameTable(limit: 48, namesPerServer: 100)
    let names = forward.names(for: [one, other])
    #expect(names[0] != names[1])
    #expect(backward.names(for: [other, one]) == names.reversed())
    for name in names { #expect(name != "a__b__c") }
  }

  @Test func aNameIsNeverGivenToASecondToolAndAClashKeepsItsSuffixes() {
    let one = item(0, "a", "x")
    let other = item(1, "a", "X")
    var table = NameTable(limit: 48, namesPerServer: 100)
    #expect(table.names(for: [one]) == ["a__x"])
    let both = table.names(for: [one, other])
    #expect(!both.contains("a__x"))
    #expect(table.names(for: [other]) == [both[1]], "the other one is gone, the suffix stays")
  }

  @Test func aServerThatListsTheSuffixedNamesOfOthersTakesTheNamesOnlyOfThese() {
    var table = NameTable(limit: 48, namesPerServer: 100)
    let stolen = (0..<20).map { PublicName.suffixed(prefix: "a", original: "x", limit: 48, round: $0) }
    #expect(table.names(for: stolen.map { item(2, "", $0) }) == stolen)
    let names = table.names(for: [item(0, "a", "x"), item(1, "a", "X"), item(0, "a", "y")])
    #expect(names[0] == nil)
    #expect(names[1] != nil)
    #expect(names[2] == "a__y")
    #expect(table.names(for: [item(0, "a", "x"), item(1, "a", "X"), item(0, "a", "y")]) == names)
  }

  @Test func randomNamesAreLegalUniqueAndStable() {
    for seed in 1...200 as ClosedRange<UInt64> {
      var random = SplitMix(seed)
      var items: [NameTable.Item] = []
      for server in 0..<4 {
        let prefix = ["", "a", "A", "a_", "a__b", "server"].randomElement(using: &random)!
        for _ in 0..<8 { items.append(item(ServerID(number: server), prefix, random.text(1...70, of: "aA_-.b/é "))) }
      }
      items = Array(Set(items))
      var table = NameTable(limit: 48, namesPerServer: 100)
      let names = table.names(for: items).compactMap { $0 }
      #expect(names.count == items.count)
      #expect(Set(names.map { PublicName.identity($0) }).count == names.count, "seed \(seed)")
      for (item, name) in zip(items, names) {
        let isLegal = name.utf8.allSatisfy { byte in
          byte == 0x5F || byte == 0x2D || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
        }
        #expect(
          isLegal && name.count <= (item.prefix.isEmpty ? 64 : 48) && name.first!.isLetter, "seed \(seed): \(name)")
      }
      var later = table
      let kept = items.shuffled(using: &random).dropLast(5)
      let again = later.names(for: Array(kept))
      for (item, name) in zip(kept, again) { #expect(names[items.firstIndex(of: item)!] == name, "seed \(seed)") }
    }
  }

  @Test func aServerThatRenamesItsToolsForEverUsesUpItsOwnNamesOnly() {
    var table = NameTable(limit: 48, namesPerServer: 10)
    for round in 0..<1_000 {
      let names = table.names(for: [item(0, "a", "x\(round)"), item(0, "a", "X\(round)"), item(1, "b", "y")])
      #expect(names[2] == "b__y")
      #expect((names[0] == nil) == (round >= 5), "two names a round")
    }
    #expect(table.names(for: [item(0, "a", "x0")])[0] != nil, "what had a name keeps it")
  }
}
