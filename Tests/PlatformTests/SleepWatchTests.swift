import EventLoop
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SleepWatchTests {
  /// A machine that sleeps when a test wants it.
  @GatewayActor
  private final class Machine {
    let clock = ManualClock()
    var asleep: UInt64 = 50_000
    private(set) var sleeps: [UInt64] = []
    private(set) var watch: SleepWatch?

    init() { watch = SleepWatch(clock: clock.clock, asleep: { self.asleep }, woke: { self.sleeps.append($0) }) }
  }

  @Test func aMachineThatHasSleptIsNoticedSoonAfterItWakes() async {
    await onLoop {
      let machine = Machine()
      machine.clock.advance(by: 3_600_000)
      #expect(machine.sleeps == [], "it was slept before anybody looked")
      machine.asleep += 8 * 3_600_000
      machine.clock.advance(by: 10_000)
      #expect(machine.sleeps == [8 * 3_600_000])
      machine.clock.advance(by: 60_000)
      #expect(machine.sleeps.count == 1)
      machine.watch?.stop()
    }
  }

  @Test func whoBeginsSomethingNeedNotWaitForTheNextLook() async {
    await onLoop {
      let machine = Machine()
      machine.asleep += 20_000
      machine.watch?.look()
      #expect(machine.sleeps == [20_000])
      machine.watch?.look()
      #expect(machine.sleeps.count == 1)
      machine.watch?.stop()
    }
  }

  @Test func aNapThatConnectionsSurviveIsNotTold() async {
    await onLoop {
      let machine = Machine()
      for _ in 0..<10 {
        machine.asleep += 2_000
        machine.clock.advance(by: 10_000)
      }
      #expect(machine.sleeps == [])
      machine.watch?.stop()
    }
  }
}
