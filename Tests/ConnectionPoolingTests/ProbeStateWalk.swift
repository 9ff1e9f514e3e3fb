import TestSupport
import Testing

@testable import ConnectionPooling

/// Hours of a server's life, with pauses of its own and of the gateway, in milliseconds.
@Suite struct ProbeStateWalk {
  @Test(arguments: UInt64(1)...80) func theVerdictFitsWhatWasHeard(_ seed: UInt64) {
    var random = SplitMix(seed)
    let settings = ProbeState.Settings()
    var probe = ProbeState(settings: settings, at: 0)
    var now: UInt64 = 0
    var outstanding = false
    var calls = 0
    var lastSign: UInt64 = 0
    var stoppedAt: UInt64?
    var vitality = Vitality.healthy
    for step in 0..<2000 {
      let story = "seed \(seed), step \(step)"
      var actions: [ProbeState.Action] = []
      let deadline = probe.deadline
      let next = now + UInt64.random(in: 0...8000, using: &random)
      if let deadline, deadline <= next {
        now = max(now, deadline)
        if Int.random(in: 0...30, using: &random) == 0 { now += UInt64.random(in: 2000...400_000, using: &random) }
        let polls = probe.timePassed(at: now)
        #expect(polls == [.pollAgain], "\(story): a deadline that does nothing")
        if outstanding, Bool.random(using: &random) {
          outstanding = false
          lastSign = now
          actions += probe.probeAnswered(at: now)
        }
        actions += probe.polled(at: now)
      } else {
        now = next
        switch Int.random(in: 0...9, using: &random) {
        case 0:
          lastSign = now
          actions = probe.heard(at: now)
        case 1, 2:
          calls += 1
          probe.loadChanged(to: calls, at: now)
        case 3, 4:
          calls = max(0, calls - 1)
          probe.loadChanged(to: calls, at: now)
          if Bool.random(using: &random) { probe.callAbandoned(at: now) }
        case 5:
          if stoppedAt == nil { stoppedAt = now }
          actions = probe.inspected(isStopped: true, at: now)
        case 6:
          stoppedAt = nil
          actions = probe.inspected(isStopped: false, at: now)
        case 7: probe.readingPaused(at: now)
        case 8: probe.readingResumed(at: now)
        default:
          if outstanding {
            outstanding = false
            lastSign = now
            actions = probe.probeAnswered(at: now)
          }
        }
      }
      for action in actions {
        switch action {
        case .probe:
          #expect(!outstanding, "\(story): two probes at once")
          outstanding = true
        case .report(let next):
          #expect(next != vitality, "\(story): nothing new")
          vitality = next
        case .inspectProcesses, .pollAgain: break
        }
      }
      #expect(vitality == probe.vitality, "\(story)")
      if case .dead(let failure) = vitality {
        switch failure.kind {
        case .silence: #expect(now - lastSign >= 7000 && outstanding, "\(story): dead too soon")
        case .stopped: #expect(stoppedAt.map { now - $0 >= 2000 } ?? false, "\(story): not stopped for long")
        default: Issue.record("\(story): \(failure)")
        }
        #expect(probe.deadline == nil, "\(story)")
        return
      }
    }
  }

  @Test(arguments: UInt64(1)...100) func aServerThatAnswersEveryProbeNeverDies(_ seed: UInt64) {
    var random = SplitMix(seed)
    var probe = ProbeState(at: 0)
    var now: UInt64 = 0
    for step in 0..<3000 {
      guard let deadline = probe.deadline else { break }
      now = max(now, deadline)
      if Int.random(in: 0...20, using: &random) == 0 { now += UInt64.random(in: 0...10_000_000, using: &random) }
      _ = probe.timePassed(at: now)
      if probe.polled(at: now).contains(.probe) {
        now += UInt64.random(in: 0...4999, using: &random)
        _ = probe.probeAnswered(at: now)
      }
      if Int.random(in: 0...3, using: &random) == 0 {
        probe.loadChanged(to: Int.random(in: 0...2, using: &random), at: now)
      }
      switch probe.vitality {
      case .healthy, .degraded(.slow): break
      default: Issue.record("seed \(seed), step \(step): \(probe.vitality)")
      }
    }
    #expect(now > 3_600_000)
  }
}
