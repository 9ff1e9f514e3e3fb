import MCP
import Testing

@testable import Gateway

@Suite struct ListScheduleTests {
  @Test func aChangeIsReadAtOnceAndABurstOfThemOnceMoreAfterThat() {
    var schedule = ListSchedule()
    schedule.begins(.tools, at: 0)
    _ = schedule.ended(.tools, wasRead: true, at: 10)
    let first = schedule.changed(.tools, at: 10_000)
    #expect(first && schedule.isAnnounced(.tools))
    schedule.begins(.tools, at: 10_000)
    let others = (0..<9).map { _ in schedule.changed(.tools, at: 10_001) }
    #expect(!others.contains(true), "it is being read already")
    let again = schedule.ended(.tools, wasRead: true, at: 10_002)
    #expect(!again && schedule.isAnnounced(.tools) && schedule.deadline == 10_050, "and once more, a little later")
    #expect(schedule.timePassed(at: 10_050) == [.tools])
    schedule.begins(.tools, at: 10_050)
    let last = schedule.ended(.tools, wasRead: true, at: 10_060)
    #expect(!last && !schedule.isAnnounced(.tools) && schedule.deadline == nil)
  }

  @Test func aServerThatAnnouncesAChangeAfterEveryReadingIsListenedToLessAndLess() {
    var schedule = ListSchedule()
    var now: UInt64 = 0
    var waits: [UInt64] = []
    for _ in 0..<12 {
      schedule.begins(.tools, at: now)
      _ = schedule.ended(.tools, wasRead: true, at: now)
      if schedule.changed(.tools, at: now) { continue }
      guard let deadline = schedule.deadline else { break }
      waits.append(deadline - now)
      now = deadline
    }
    #expect(waits.suffix(2) == [5_000, 5_000] && waits.first == 50)
  }

  @Test func aListThatFailedIsAskedForAgainWithGrowingWaits() {
    var schedule = ListSchedule()
    var now: UInt64 = 0
    var waits: [UInt64] = []
    for _ in 0..<9 {
      schedule.begins(.prompts, at: now)
      _ = schedule.ended(.prompts, wasRead: false, at: now)
      #expect(schedule.hasFailed(.prompts))
      guard let deadline = schedule.deadline else { break }
      waits.append(deadline - now)
      now = deadline
      #expect(schedule.timePassed(at: now) == [.prompts])
    }
    #expect(waits == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
    schedule.begins(.prompts, at: now)
    _ = schedule.ended(.prompts, wasRead: true, at: now)
    #expect(!schedule.hasFailed(.prompts) && schedule.deadline == nil)
  }

  @Test func aFailedReadingHasSeenNoChange() {
    var schedule = ListSchedule()
    _ = schedule.changed(.tools, at: 0)
    schedule.begins(.tools, at: 0)
    _ = schedule.ended(.tools, wasRead: false, at: 1)
    #expect(schedule.isAnnounced(.tools))
  }

  @Test func whatMayHaveChangedWithoutAWordIsLookedAtWhenItIsOldEnough() {
    var schedule = ListSchedule()
    #expect(!schedule.mayHaveChanged(.tools, isPromised: false, at: 99_999), "it was never read")
    schedule.begins(.tools, at: 0)
    #expect(!schedule.mayHaveChanged(.tools, isPromised: false, at: 99_999), "it is being read")
    _ = schedule.ended(.tools, wasRead: true, at: 5)
    let looks = [(999, false), (1_000, false), (1_000, true), (60_000, true)].map { now, isPromised in
      schedule.mayHaveChanged(.tools, isPromised: isPromised, at: UInt64(now))
    }
    #expect(looks == [false, true, false, true])
  }
}
