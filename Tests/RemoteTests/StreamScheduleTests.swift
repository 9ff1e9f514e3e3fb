import Testing

@testable import Remote

struct StreamScheduleTests {
  @Test func aStreamThatIsCutIsOpenedAgainWhenTheServerSays() {
    var schedule = StreamSchedule()
    schedule.opened(at: 0)
    schedule.began()
    #expect(schedule.ended(status: 200, at: 60_000, chance: 0) == 1_000)
    schedule.asked(toWait: 3_000)
    schedule.opened(at: 61_000)
    schedule.began()
    #expect(schedule.ended(status: 200, at: 121_000, chance: 1) == 4_500)
  }

  @Test func aStreamThatIsCutAgainAndAgainIsLeftAlone() {
    var schedule = StreamSchedule()
    let waits = (0..<4).map { round in
      schedule.opened(at: UInt64(round) * 5_000)
      schedule.began()
      return schedule.ended(status: 200, at: UInt64(round) * 5_000 + 1_000, chance: 0)
    }
    #expect(waits == [1_000, 1_000, 300_000, 1_000])
  }

  @Test(arguments: [400, 401, 404, 405, 406, 200])
  func aStreamThatIsNotOfferedIsNotAskedForAgain(status: Int) {
    var schedule = StreamSchedule()
    schedule.opened(at: 0)
    #expect(schedule.ended(status: status, at: 10, chance: 0) == nil)
  }

  @Test(arguments: [0, 409, 429, 503])
  func aStreamThatCannotBeginNowIsAskedForLessAndLess(status: Int) {
    var schedule = StreamSchedule()
    let waits = (0..<12).map { _ in
      schedule.opened(at: 0)
      return schedule.ended(status: status, at: 10, chance: 0) ?? 0
    }
    #expect(waits.prefix(3) == [2_000, 4_000, 8_000])
    #expect(waits.last == 60_000)
  }
}
