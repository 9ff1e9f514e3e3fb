import Testing

@testable import Configuration

/// What a gateway that serves makes of a file that somebody is just editing.
@Suite struct KeepingTests {
  private func read(_ text: String) -> Configuration {
    Configuration.read(
      Array(text.utf8), path: Reading.path, in: Surroundings(environment: ["HOME": "/home/ada"]),
      with: SystemAccess(readFile: { _ in .failure(FileProblem("none")) }))
  }

  private let old = #"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}}, "junction": {"nameLimit": 60}}"#

  @Test func ofAFileThatCannotBeReadAllStaysInForce() {
    let before = read(old)
    for text in [#"{"mcpServers": {"a": {"#, "", "[]", #"{"mcpServers": 7}"#] {
      let after = read(text).keeping(before)
      #expect(after.servers == before.servers)
      #expect(after.settings == before.settings)
      #expect(!after.problems.isEmpty)
      #expect(after.isBroken)
    }
  }

  @Test func aServerWithAMistakeKeepsItsOldEntryAndTheRestApplies() {
    let before = read(old)
    let after = read(
      #"{"mcpServers": {"a": {"command": 7}, "b": {"command": "z"}, "c": {"command": "w"}}}"#
    ).keeping(before)
    #expect(after.servers.map(\.name) == ["a", "b", "c"])
    #expect(after.servers[0] == before.servers[0])
    #expect(after.servers[1].launch?.process?.command == "z")
    #expect(after.settings == GatewaySettings())
    #expect(after.problems.map(\.server) == ["a"])
  }

  @Test func aServerThatNeverHadAGoodEntryIsAsItIsWritten() {
    let before = read(#"{"mcpServers": {"a": {"command": 7}}}"#)
    let after = read(#"{"mcpServers": {"a": {"command": 8}, "n": {"command": true}}}"#).keeping(before)
    #expect(after.servers.allSatisfy { $0.problem != nil })
  }

  @Test func settingsWithAMistakeAreTheOldOnes() {
    let before = read(old)
    let after = read(
      #"{"mcpServers": {"b": {"command": "z"}}, "junction": {"nameLimit": 50, "logLevel": "warn"}}"#
    ).keeping(before)
    #expect(after.servers.map(\.name) == ["b"])
    #expect(after.settings == before.settings)
    #expect(after.problems.count == 1)
  }

  @Test func whatIsDisabledOrTakenOutDoesNotComeBack() {
    let after = read(#"{"mcpServers": {"a": {"command": 7, "disabled": true}}}"#).keeping(read(old))
    #expect(after.servers.map(\.isDisabled) == [true])
  }

  @Test func aFileWithoutAnyServerEndsThemAll() {
    #expect(read(#"{"mcpServers": {}}"#).keeping(read(old)).servers.isEmpty)
  }

  @Test func whatIsKeptOnceIsKeptAgainAndIsNoChange() {
    let before = read(old)
    let text = #"{"mcpServers": {"a": {"command": 7}, "b": {"command": "y"}}}"#
    let once = read(text).keeping(before)
    #expect(read(text).keeping(once) == once)
  }
}
