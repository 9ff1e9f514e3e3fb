import Testing

@testable import ConnectionPooling

@Suite struct EndpointStateTests {
  private let exit = EndpointFailure(.exit, message: "exit code 1")
  private var endpoint = EndpointState()

  /// Brings a fresh endpoint to readiness at 100.
  private func ready(_ settings: EndpointState.Settings = .init()) -> EndpointState {
    var endpoint = EndpointState(settings: settings)
    _ = endpoint.activate(at: 0)
    _ = endpoint.becameReady(generation: 1, at: 100)
    return endpoint
  }

  /// Loses the endpoint so often in a row that its breaker is open.
  private func broken() -> EndpointState {
    var endpoint = EndpointState()
    _ = endpoint.activate(at: 0)
    for _ in 0..<5 {
      _ = endpoint.lost(exit, generation: endpoint.generation, at: 1000, chance: 0.5)
      if endpoint.failures < 5 { _ = endpoint.wake(at: 1000) }
    }
    return endpoint
  }

  @Test mutating func aStartGoesThroughItsPhasesToReadiness() {
    #expect(endpoint.isSettled)
    let started = endpoint.activate(at: 5)
    #expect(
      started == [.start(generation: 1), .changed(.starting(attempt: 0, phase: .transportSetup))])
    #expect(!endpoint.isSettled)
    #expect(endpoint.admission(at: 5) == .wait(until: 10_005))
    let reached = endpoint.phaseReached(.listing, generation: 1, at: 6)
    #expect(reached == [.changed(.starting(attempt: 0, phase: .listing))])
    let late = endpoint.phaseReached(.handshake, generation: 1, at: 6)
    #expect(late == [])
    let ready = endpoint.becameReady(generation: 1, at: 9)
    #expect(ready == [.changed(.ready(since: 9))])
    #expect(endpoint.since == 9)
    #expect(endpoint.admission(at: 9) == .proceed)
    #expect(endpoint.health == .healthy)
    #expect(endpoint.deadline == nil)
    #expect(endpoint.reconnection == nil)
  }

  @Test func whatDiesAfterRealServiceIsRepairedAtOnce() {
    var endpoint = ready()
    let lost = endpoint.lost(exit, generation: 1, at: 10_100, chance: 0.9)
    #expect(lost == [.close(generation: 1), .changed(.backingOff(until: 10_100, attempt: 1, why: exit))])
    #expect(endpoint.deadline == 10_100)
    let started = endpoint.timePassed(at: 10_100)
    #expect(started == [.start(generation: 2), .changed(.starting(attempt: 1, phase: .transportSetup))])
    #expect(endpoint.reconnection?.attempt == 1)
    #expect(endpoint.isSettled)
  }

  @Test func whatDiesSoonerContinuesTheSequence() {
    var endpoint = ready()
    var waits: [UInt64] = []
    var now: UInt64 = 100
    for _ in 0..<9 {
      now += 9_999
      _ = endpoint.lost(exit, generation: endpoint.generation, at: now, chance: 0.5)
      guard let deadline = endpoint.deadline else { break }
      waits.append(deadline - now)
      now = deadline
      _ = endpoint.timePassed(at: now)
      _ = endpoint.becameReady(generation: endpoint.generation, at: now)
    }
    #expect(waits == [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000])
    _ = endpoint.lost(exit, generation: endpoint.generation, at: now + 10_000, chance: 0.5)
    #expect(endpoint.deadline == now + 10_000)
    #expect(endpoint.failures == 1)
  }

  @Test func aCallCutsTheWaitShort() {
    var endpoint = ready()
    _ = endpoint.lost(exit, generation: 1, at: 200, chance: 0.5)
    _ = endpoint.timePassed(at: 200)
    _ = endpoint.lost(exit, generation: 2, at: 300, chance: 0.5)
    #expect(endpoint.condition == .backingOff(until: 550, attempt: 2, why: exit))
    #expect(endpoint.admission(at: 310) == .wait(until: 10_310))
    let woken = endpoint.wake(at: 310)
    #expect(woken == [.start(generation: 3), .changed(.starting(attempt: 2, phase: .transportSetup))])
    let again = endpoint.wake(at: 311)
    #expect(again == [])
    let late = endpoint.timePassed(at: 550)
    #expect(late == [])
  }

  @Test func afterFiveFailuresCallsAreRefusedUntilOneTrialSucceeds() {
    var endpoint = broken()
    #expect(endpoint.condition == .backingOff(until: 3000, attempt: 5, why: exit))
    #expect(endpoint.breaker == .open(until: 3000))
    let woken = endpoint.wake(at: 1500)
    #expect(woken == [])
    #expect(endpoint.admission(at: 1500) == .refuse(exit, retryAt: 3000))
    let early = endpoint.timePassed(at: 2999)
    #expect(early == [])
    let tried = endpoint.timePassed(at: 3000)
    #expect(tried == [.start(generation: 6), .changed(.trial(attempt: 5, phase: .transportSetup))])
    #expect(endpoint.breaker == .halfOpen)
    #expect(endpoint.admission(at: 3000) == .refuse(exit, retryAt: nil))
    let lost = endpoint.lost(exit, generation: 6, at: 3100, chance: 0.5)
    #expect(
      lost == [
        .close(generation: 6), .refuseWaiters(exit, retryAt: 7100),
        .changed(.backingOff(until: 7100, attempt: 6, why: exit)),
      ])
    _ = endpoint.timePassed(at: 7100)
    let ready = endpoint.becameReady(generation: 7, at: 7200)
    #expect(ready == [.changed(.ready(since: 7200))])
    #expect(endpoint.breaker == .closed)
  }

  @Test func theFailureThatOpensTheBreakerRefusesThoseWhoWait() {
    var endpoint = EndpointState(settings: .init(breakerAfter: 1))
    _ = endpoint.activate(at: 0)
    let lost = endpoint.lost(exit, generation: 1, at: 10, chance: 0.5)
    #expect(lost.contains(.refuseWaiters(exit, retryAt: 10)))
  }

  @Test func aBreakerThatWasSwitchedOffNeverOpens() {
    var endpoint = EndpointState(
      settings: .init(backoff: Backoff(policy: .constant, base: 0), breakerAfter: nil))
    _ = endpoint.activate(at: 0)
    for now in UInt64(1)...10_000 {
      _ = endpoint.lost(exit, generation: endpoint.generation, at: now, chance: 0.5)
      #expect(endpoint.breaker == .closed)
      _ = endpoint.timePassed(at: now)
    }
    #expect(endpoint.generation == 10_001)
  }

  @Test func lateResultsChangeNothing() {
    var endpoint = ready()
    _ = endpoint.lost(exit, generation: 1, at: 200, chance: 0.5)
    _ = endpoint.timePassed(at: 200)
    let before = endpoint.condition
    let late =
      endpoint.becameReady(generation: 1, at: 201) + endpoint.lost(exit, generation: 1, at: 201, chance: 0.5)
      + endpoint.phaseReached(.listing, generation: 1, at: 201)
      + endpoint.vitalityChanged(to: .dead(exit), generation: 1, at: 201, chance: 0.5)
    #expect(late == [])
    #expect(endpoint.condition == before)
    let second = endpoint.lost(exit, generation: 2, at: 300, chance: 0.5)
    #expect(second.count == 2)
    let twice = endpoint.lost(exit, generation: 2, at: 300, chance: 0.5)
    #expect(twice == [])
  }

  @Test func aDegradedEndpointStillTakesCallsAndKeepsItsReadiness() {
    var endpoint = ready()
    let degraded = endpoint.vitalityChanged(to: .degraded(.busy), generation: 1, at: 5000, chance: 0.5)
    #expect(degraded == [.changed(.degraded(.busy, since: 100))])
    #expect(endpoint.health == .degraded(.busy))
    #expect(endpoint.admission(at: 5000) == .proceed)
    let same = endpoint.vitalityChanged(to: .degraded(.busy), generation: 1, at: 6000, chance: 0.5)
    #expect(same == [])
    let healthy = endpoint.vitalityChanged(to: .healthy, generation: 1, at: 7000, chance: 0.5)
    #expect(healthy == [.changed(.ready(since: 100))])
    let silence = EndpointFailure(.silence)
    let dead = endpoint.vitalityChanged(to: .dead(silence), generation: 1, at: 20_000, chance: 0.5)
    #expect(dead == [.close(generation: 1), .changed(.backingOff(until: 20_000, attempt: 1, why: silence))])
    #expect(endpoint.health == .unhealthy(silence))
  }

  @Test func aReplacementIsNoFailure() {
    var endpoint = ready()
    let replaced = endpoint.replace(at: 500)
    #expect(
      replaced == [
        .close(generation: 1), .start(generation: 2), .changed(.starting(attempt: 0, phase: .transportSetup)),
      ])
    #expect(endpoint.failures == 0)
    let late = endpoint.lost(exit, generation: 1, at: 501, chance: 0.5)
    #expect(late == [])
  }

  @Test func anIdleEndpointIsStartedByTheNextCall() {
    var endpoint = ready()
    let retired = endpoint.retire(at: 500)
    #expect(retired == [.close(generation: 1), .changed(.idle)])
    #expect(endpoint.admission(at: 600) == .wait(until: 10_600))
    let woken = endpoint.wake(at: 600)
    #expect(woken.first == .start(generation: 2))
  }

  @Test func theLastAttemptEndsInFailureUntilSomebodyAsksAgain() {
    var endpoint = ready(.init(maxAttempts: 1))
    _ = endpoint.lost(exit, generation: 1, at: 200, chance: 0.5)
    _ = endpoint.timePassed(at: 200)
    let lost = endpoint.lost(exit, generation: 2, at: 300, chance: 0.5)
    #expect(lost == [.close(generation: 2), .refuseWaiters(exit, retryAt: nil), .changed(.failed(exit))])
    let woken = endpoint.wake(at: 400)
    #expect(woken == [])
    #expect(endpoint.admission(at: 400) == .refuse(exit, retryAt: nil))
    let activated = endpoint.activate(at: 500)
    #expect(activated == [.start(generation: 3), .changed(.starting(attempt: 0, phase: .transportSetup))])
  }

  @Test func whatFailedBeforeTheMachineSleptSaysNothingAfterwards() {
    var endpoint = ready(.init(breakerAfter: 2))
    for generation in UInt64(1)...5 {
      _ = endpoint.lost(exit, generation: generation, at: 200, chance: 0.5)
      _ = endpoint.activate(at: 200)
    }
    _ = endpoint.lost(exit, generation: 6, at: 300, chance: 0.5)
    #expect(endpoint.wake(at: 300) == [], "the breaker is open")
    let woken = endpoint.machineWoke(at: 1_000, chance: 0.5)
    #expect(woken == [.changed(.backingOff(until: 2_500, attempt: 1, why: exit))])
    let started = endpoint.timePassed(at: 2_500)
    #expect(started == [.start(generation: 7), .changed(.starting(attempt: 1, phase: .transportSetup))])
    let starting = endpoint.machineWoke(at: 2_600, chance: 0.5)
    #expect(starting == [], "it is on its way")

    var givenUp = ready(.init(maxAttempts: 0))
    _ = givenUp.lost(exit, generation: 1, at: 200, chance: 0.5)
    #expect(givenUp.deadline == nil)
    _ = givenUp.machineWoke(at: 1_000, chance: 0)
    #expect(givenUp.deadline == 1_000)
  }

  @Test func afterShutdownNothingHappensAnyMore() {
    var endpoint = ready()
    let closed = endpoint.shutDown(at: 500)
    #expect(closed == [.close(generation: 1), .changed(.closed)])
    let late =
      endpoint.shutDown(at: 501) + endpoint.activate(at: 501) + endpoint.wake(at: 501) + endpoint.replace(at: 501)
      + endpoint.retire(at: 501) + endpoint.lost(exit, generation: 1, at: 501, chance: 0.5)
      + endpoint.timePassed(at: .max)
    #expect(late == [])
    #expect(endpoint.admission(at: 501) == .refuse(nil, retryAt: nil))
  }
}
