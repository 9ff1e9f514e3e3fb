import Testing

@testable import Platform

@Suite struct LadderTests {
  @Test func patienceThenTermThenKillUntilItGivesUp() {
    var ladder = Ladder()
    #expect(ladder.begin(urgent: false, at: 0) == nil)
    #expect(ladder.elapsed(999) == nil)
    #expect(ladder.elapsed(1000) == .terminate)
    #expect(ladder.begin(urgent: true, at: 1001) == nil)
    #expect(ladder.elapsed(1699) == nil)
    #expect(ladder.elapsed(1700) == .kill)
    #expect(ladder.deadline == 1720)
    #expect(ladder.elapsed(1720) == .kill)
    #expect(ladder.elapsed(2700) == .giveUp)
    #expect(ladder.elapsed(9999) == nil)
    #expect(ladder.deadline == nil)
  }

  @Test func aProcessMayBeGivenMoreTimeToEndByItself() {
    var ladder = Ladder(patience: 5000)
    #expect(ladder.begin(urgent: false, at: 0) == nil)
    #expect(ladder.elapsed(4999) == nil)
    #expect(ladder.elapsed(5000) == .terminate)
    #expect(ladder.deadline == 5700)
    var hurried = Ladder(patience: 5000)
    #expect(hurried.begin(urgent: false, at: 0) == nil)
    #expect(hurried.begin(urgent: true, at: 10) == .terminate)
  }

  @Test func urgencySkipsThePatience() {
    var ladder = Ladder()
    #expect(ladder.begin(urgent: true, at: 5) == .terminate)
    #expect(ladder.deadline == 705)
    var waiting = Ladder()
    #expect(waiting.begin(urgent: false, at: 0) == nil)
    #expect(waiting.begin(urgent: true, at: 300) == .terminate)
    #expect(waiting.deadline == 1000)
  }

  @Test func aLeaderGoneHurriesOnlyOnce() {
    var ladder = Ladder()
    #expect(ladder.leaderGone(at: 0) == .terminate)
    #expect(ladder.leaderGone(at: 1) == nil)
    #expect(ladder.begin(urgent: true, at: 2) == nil)
    #expect(ladder.elapsed(700) == .kill)
  }
}
