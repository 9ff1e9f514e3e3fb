import Testing

@testable import ConnectionPooling

@Suite struct ProbeStateTests {
  /// Lets time pass until `end`, polling at every deadline, and returns what was ordered and when.
  private func run(_ probe: inout ProbeState, to end: UInt64) -> [(UInt64, ProbeState.Action)] {
    var orders: [(UInt64, ProbeState.Action)] = []
    while let deadline = probe.deadline, deadline <= end {
      let polls = probe.timePassed(at: deadline)
      guard polls == [.pollAgain] else { break }
      orders += probe.polled(at: deadline).map { (deadline, $0) }
    }
    return orders
  }

  private func texts(_ orders: [(UInt64, ProbeState.Action)]) -> [String] { orders.map { "\($0.0) \($0.1)" } }

  private func dead(_ seconds: Int, _ calls: String = "") -> ProbeState.Action {
    .report(
      .dead(EndpointFailure(.silence, message: "it did not answer a probe: no sign of life for \(seconds) s\(calls)")))
  }

  @Test func aSilentServerIsProbedAndDiesAfterThreeMisses() {
    var probe = ProbeState(at: 0)
    let orders = run(&probe, to: 100_000)
    #expect(
      texts(orders)
        == texts([
          (30_000, .probe), (35_000, .report(.degraded(.silent(misses: 1)))), (35_000, .inspectProcesses),
          (36_000, .report(.degraded(.silent(misses: 2)))), (36_000, .inspectProcesses), (37_000, dead(37)),
        ]))
    #expect(probe.deadline == nil)
  }

  @Test func whoeverTalksIsNotProbed() {
    var probe = ProbeState(at: 0)
    for now in stride(from: UInt64(0), to: 300_000, by: 29_000) {
      let orders = run(&probe, to: now)
      #expect(orders.isEmpty)
      let heard = probe.heard(at: now)
      #expect(heard == [])
    }
  }

  @Test func anAnswerEndsTheSilence() {
    var probe = ProbeState(at: 0)
    _ = run(&probe, to: 36_500)
    let answered = probe.probeAnswered(at: 36_500)
    #expect(answered == [.report(.degraded(.slow(milliseconds: 6500)))])
    #expect(probe.deadline == 66_500)
    _ = run(&probe, to: 66_500)
    let quickly = probe.probeAnswered(at: 66_510)
    #expect(quickly == [.report(.healthy)])
  }

  @Test func anyFrameEndsTheSilenceButTheProbeStaysOutstanding() {
    var probe = ProbeState(at: 0)
    _ = run(&probe, to: 35_000)
    let heard = probe.heard(at: 35_500)
    #expect(heard == [.report(.healthy)])
    let orders = run(&probe, to: 42_500)
    #expect(orders.allSatisfy { $0.1 != .probe })
    #expect(orders.last?.1 == dead(7))
  }

  @Test func aCallThatHearsNothingIsProbedSoon() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 10_000)
    #expect(probe.deadline == 15_000)
    let orders = run(&probe, to: 15_000)
    #expect(texts(orders) == texts([(15_000, .probe)]))
  }

  @Test func aBusyServerLivesForTenMinutes() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 2, at: 0)
    let orders = run(&probe, to: 599_999)
    #expect(orders.filter { $0.1 == .probe }.count == 1)
    #expect(orders.filter { $0.1 == .report(.degraded(.busy)) }.count == 1)
    #expect(orders.count(where: { $0.1 == .inspectProcesses }) < 130)
    #expect(probe.vitality == .degraded(.busy))
    let ending = run(&probe, to: 600_000)
    #expect(texts(ending) == texts([(600_000, dead(600, " with calls in flight"))]))
  }

  @Test func aServerThatWasBusyIsHealthyAtItsFirstWord() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 0)
    _ = run(&probe, to: 60_000)
    let heard = probe.heard(at: 60_000)
    #expect(heard == [.report(.healthy)])
    probe.loadChanged(to: 0, at: 60_000)
    let answered = probe.probeAnswered(at: 60_020)
    #expect(answered == [])
    #expect(probe.vitality == .healthy)
  }

  @Test func anAbandonedCallCountsForAMinuteMore() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 0)
    _ = run(&probe, to: 20_000)
    probe.loadChanged(to: 0, at: 20_000)
    probe.callAbandoned(at: 20_000)
    let orders = run(&probe, to: 79_999)
    #expect(orders.allSatisfy { $0.1 == .inspectProcesses })
    let ending = run(&probe, to: 81_000)
    #expect(ending.last?.1 == dead(80))
  }

  @Test func theEndOfTheLastCallEndsTheExcuse() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 0)
    _ = run(&probe, to: 60_000)
    probe.loadChanged(to: 0, at: 64_000)
    let polls = probe.timePassed(at: 64_000)
    #expect(polls == [.pollAgain])
    let decided = probe.polled(at: 64_000)
    #expect(decided == [dead(64)])
  }

  @Test func aStoppedServerDiesAfterTwoSecondsCallsOrNot() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 0)
    let stopped = probe.processStopped(at: 1000)
    #expect(stopped == [.report(.degraded(.stopped))])
    let orders = run(&probe, to: 3000)
    #expect(
      texts(orders)
        == texts([(3000, .report(.dead(EndpointFailure(.stopped, message: "it was stopped"))))]))
  }

  @Test func aSecondReportOfTheStopDoesNotDecideBeforeThePoll() {
    var probe = ProbeState(at: 0)
    _ = probe.processStopped(at: 1000)
    let inspected = probe.inspected(isStopped: true, at: 3500)
    #expect(inspected == [])
    #expect(probe.deadline == 3000)
  }

  @Test func aServerThatGoesOnInTimeLives() {
    var probe = ProbeState(at: 0)
    _ = probe.processStopped(at: 1000)
    let continued = probe.processContinued(at: 2900)
    #expect(continued == [.report(.healthy)])
    let orders = run(&probe, to: 29_999)
    #expect(orders.isEmpty)
  }

  @Test func aStoppedGrandchildIsFoundAtTheFirstMiss() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 0)
    let orders = run(&probe, to: 10_000)
    #expect(orders.last?.1 == .inspectProcesses)
    let inspected = probe.inspected(isStopped: true, at: 10_001)
    #expect(inspected == [.report(.degraded(.stopped))])
    let ending = run(&probe, to: 12_001)
    #expect(ending.last?.1 == .report(.dead(EndpointFailure(.stopped, message: "it was stopped"))))
  }

  @Test func anAnswerThatWasWaitingIsReadBeforeADeadlineIsDecided() {
    var probe = ProbeState(at: 0)
    _ = run(&probe, to: 36_000)
    let polls = probe.timePassed(at: 37_000)
    #expect(polls == [.pollAgain])
    #expect(probe.deadline == nil)
    _ = probe.probeAnswered(at: 37_000)
    let decided = probe.polled(at: 37_000)
    #expect(decided == [])
    #expect(probe.deadline == 67_000)
  }

  @Test func timeInWhichTheGatewayWasStoppedIsNoSilence() {
    var probe = ProbeState(at: 0)
    _ = run(&probe, to: 30_000)
    let polls = probe.timePassed(at: 900_000)
    #expect(polls == [.pollAgain])
    let decided = probe.polled(at: 900_000)
    #expect(decided == [.report(.degraded(.silent(misses: 1))), .inspectProcesses])
    #expect(probe.deadline == 901_000)
  }

  @Test func aBusyServerSurvivesAStoppedGateway() {
    var probe = ProbeState(at: 0)
    probe.loadChanged(to: 1, at: 0)
    _ = run(&probe, to: 20_000)
    _ = probe.timePassed(at: 3_600_000)
    _ = probe.polled(at: 3_600_000)
    #expect(probe.vitality == .degraded(.busy))
  }

  @Test func aConnectionThatIsNotReadIsNotBlamed() {
    var probe = ProbeState(at: 0)
    _ = run(&probe, to: 30_000)
    probe.readingPaused(at: 31_000)
    #expect(probe.deadline == nil)
    probe.readingResumed(at: 131_000)
    #expect(probe.deadline == 135_000)
    let stopped = probe.processStopped(at: 132_000)
    #expect(stopped == [.report(.degraded(.stopped))])
    probe.readingPaused(at: 132_500)
    #expect(probe.deadline == 134_000)
  }

  @Test func aConnectionThatIsDoubtedIsProbedAtOnceAndOnce() {
    var probe = ProbeState(settings: .init(interval: 600_000), at: 1_000_000)
    probe.doubted(at: 1_010_000)
    #expect(texts(run(&probe, to: 1_012_000)) == texts([(1_010_000, .probe)]))
    probe.doubted(at: 1_012_000)
    #expect(texts(run(&probe, to: 1_014_999)) == [], "it has been asked")
    _ = probe.probeAnswered(at: 1_014_999)
    #expect(probe.deadline == 1_614_999)
    probe.loadChanged(to: 1, at: 1_020_000)
    probe.doubted(at: 1_021_000)
    #expect(probe.deadline == 1_025_000, "calls in flight are looked after anyway")
  }

  @Test func aSluggishServerIsDegradedUntilItIsNearlyItselfAgain() {
    var probe = ProbeState(at: 0)
    let fine = probe.paceChanged(to: 3.9, at: 1)
    #expect(fine == [])
    let slow = probe.paceChanged(to: 4.6, at: 2)
    #expect(slow == [.report(.degraded(.sluggish(factor: 5)))])
    let slower = probe.paceChanged(to: 9, at: 3) + probe.heard(at: 4)
    #expect(slower == [], "said once")
    let better = probe.paceChanged(to: 2.1, at: 5)
    #expect(better == [])
    let well = probe.paceChanged(to: 1.9, at: 6)
    #expect(well == [.report(.healthy)])
  }
}
