import Testing

@testable import Configuration

@Suite struct ServerPrefixTests {
  private func assign(_ names: String...) -> [String] { ServerPrefix.assign(names.map { ($0, nil) }) }

  @Test(arguments: [
    ("time", "time"), ("git hub/é", "git_hub__"), ("9lives", "s9lives"), ("", "s"), ("_x", "s_x"), ("-x", "s-x"),
    ("服务器", "s___"), ("abcdefghijklmnopqrst", "abcdefghijklmnopqrst"),
  ]) func aPrefixIsMadeOfTheName(_ name: String, _ prefix: String) { #expect(assign(name) == [prefix]) }

  @Test func aLongNameKeepsItsHeadAndEndsInAHash() {
    let prefix = assign("abcdefghijklmnopqrstu")[0]
    #expect(prefix.hasPrefix("abcdefghijklmno_"))
    #expect(prefix.count == 20)
    #expect(prefix == assign("other", "abcdefghijklmnopqrstu")[1])
  }

  @Test func clashingNamesAllGetAHashWhateverTheirOrder() {
    let forward = assign("a.b", "A b", "plain", "a__b")
    #expect(forward[2] == "plain")
    for prefix in [forward[0], forward[1], forward[3]] { #expect(prefix.count >= 8, "\(prefix)") }
    #expect(Set(forward.map { $0.lowercased() }).count == 4)
    #expect(assign("a__b", "plain", "A b", "a.b") == [forward[3], "plain", forward[1], forward[0]])
  }

  @Test func aConfiguredPrefixStaysAndTheOtherGivesWay() {
    let prefixes = ServerPrefix.assign([("a", nil), ("b", "A"), ("c", ""), ("d", "")])
    #expect(prefixes[0].hasPrefix("a_"))
    #expect(Array(prefixes[1...]) == ["A", "", ""])
  }

  @Test func thousandsOfNamesStayApart() {
    let names =
      (0..<3000).map { "a server with a long name \($0)" } + (0..<50).map { String(repeating: "é", count: $0) }
    let prefixes = ServerPrefix.assign(names.map { ($0, nil) })
    #expect(Set(prefixes.map { $0.lowercased() }).count == names.count)
    #expect(prefixes.allSatisfy { ServerPrefix.isLegal($0) && !$0.isEmpty })
  }
}
