import Testing

@testable import Gateway

@Suite struct ReadingDutyTests {
  @Test func whoReadsALittleIsWaitedForAndWhoReadsNothingIsLetGo() {
    var duty = ReadingDuty(unread: 9_000_000, at: 0)
    var verdicts = [duty.looked(unread: 9_500_000, at: 29_999), duty.looked(unread: 8_999_999, at: 30_000)]
    #expect(verdicts == [nil, nil], "it has read a byte")
    verdicts = [duty.looked(unread: 8_999_999, at: 59_999), duty.looked(unread: 8_999_999, at: 60_000)]
    #expect(verdicts == [nil, "it has read nothing for 30 s"])
  }

  @Test func whoLeavesFarTooMuchUnreadIsLetGoAtOnce() {
    var duty = ReadingDuty(unread: 0, at: 0)
    let verdict = duty.looked(unread: ReadingDuty.most + 1, at: 1)
    #expect(verdict == "it left 134217729 bytes unread")
  }
}
