import TestSupport
import Testing

@testable import ConnectionPooling

/// Feeds every event in every order, with late and foreign generations, against what must never happen.
@Suite struct EndpointStateWalk {
  /// What the shell would have at hand.
  private struct World {
    var open: UInt64?
    var last: UInt64 = 0

    mutating func perform(_ actions: [EndpointState.Action], _ condition: EndpointState.Condition, _ story: String) {
      for action in actions {
        switch action {
        case .start(let generation):
          #expect(open == nil, "\(story): two connections at once")
          #expect(generation > last, "\(story): a generation came twice")
          open = generation
          last = generation
        case .close(let generation):
          #expect(open == generation, "\(story): closed what was not open")
          open = nil
        case .refuseWaiters(_, let retryAt):
          #expect(retryAt != nil || actions.last.isFailed, "\(story): refused without a next time")
        case .changed(let next):
          #expect(next == condition, "\(story): announced another condition")
        }
      }
    }
  }

  private func isOpen(_ condition: EndpointState.Condition) -> Bool {
    switch condition {
    case .starting, .trial, .ready, .degraded: true
    case .idle, .backingOff, .failed, .closed: false
    }
  }

  @Test(arguments: UInt64(1)...60) func noOrderOfEventsBreaksIt(_ seed: UInt64) {
    var random = SplitMix(seed)
    let settings = EndpointState.Settings(
      backoff: Backoff(policy: [.constant, .linear, .exponential][Int(seed % 3)], base: 100, cap: 5000),
      breakerAfter: seed % 5 == 0 ? nil : 3, maxAttempts: seed % 7 == 0 ? 6 : nil, resetAfter: 1000)
    var endpoint = EndpointState(settings: settings)
    var world = World()
    var now: UInt64 = 0
    for step in 0..<400 {
      now += UInt64.random(in: 0...400, using: &random)
      let generation =
        Bool.random(using: &random) ? endpoint.generation : UInt64.random(in: 0...world.last, using: &random)
      let chance = Double.random(in: 0..<1, using: &random)
      let failure = EndpointFailure(.exit, message: "\(step)")
      let before = (endpoint.condition, endpoint.failures, endpoint.breaker)
      let event = Int.random(in: 0...(step < 390 ? 15 : 16), using: &random)
      let actions: [EndpointState.Action] =
        switch event {
        case 0: endpoint.activate(at: now)
        case 1, 2: endpoint.wake(at: now)
        case 3: endpoint.replace(at: now)
        case 4: endpoint.retire(at: now)
        case 5, 6:
          endpoint.phaseReached(
            StartPhase.allCases.randomElement(using: &random) ?? .handshake, generation: generation, at: now)
        case 7, 8: endpoint.becameReady(generation: generation, at: now)
        case 9, 10: endpoint.lost(failure, generation: generation, at: now, chance: chance)
        case 11:
          endpoint.vitalityChanged(
            to: [.healthy, .degraded(.busy), .degraded(.silent(misses: 1)), .dead(failure)].randomElement(
              using: &random)
              ?? .healthy, generation: generation, at: now, chance: chance)
        case 12: endpoint.machineWoke(at: now, chance: chance)
        case 16: endpoint.shutDown(at: now)
        default: endpoint.timePassed(at: now)
        }
      let story = "seed \(seed), step \(step), event \(event)"
      world.perform(actions, endpoint.condition, story)
      #expect((world.open != nil) == isOpen(endpoint.condition), "\(story): \(endpoint.condition)")
      if actions.isEmpty {
        #expect(endpoint.condition == before.0, "\(story): changed in silence")
      }
      if (1...2).contains(event), case .open = before.2 {
        #expect(actions.isEmpty, "\(story): woken against the breaker")
      }
      if case .backingOff(let until, let attempt, _) = endpoint.condition {
        #expect(endpoint.deadline == until, "\(story): no way out")
        #expect(attempt == endpoint.failures && attempt > 0, "\(story)")
        #expect(until <= now + 6000, "\(story): waits too long")
      } else {
        #expect(endpoint.deadline == nil, "\(story)")
      }
      if case .trial = endpoint.condition { #expect(endpoint.failures >= 3, "\(story): a trial without failures") }
    }
  }

  @Test(arguments: UInt64(1)...50) func aServerThatComesBackIsFoundWithinTheCap(_ seed: UInt64) {
    var random = SplitMix(seed)
    var endpoint = EndpointState()
    var now: UInt64 = 0
    _ = endpoint.activate(at: now)
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      now += UInt64.random(in: 0...2000, using: &random)
      _ = endpoint.lost(
        EndpointFailure(.spawn), generation: endpoint.generation, at: now,
        chance: Double.random(in: 0..<1, using: &random))
      guard let deadline = endpoint.deadline else { break }
      #expect(deadline - now <= 36_000, "seed \(seed)")
      now = deadline
      _ = endpoint.timePassed(at: now)
    }
    _ = endpoint.becameReady(generation: endpoint.generation, at: now)
    #expect(endpoint.isAvailable, "seed \(seed)")
  }
}

extension EndpointState.Action? {
  fileprivate var isFailed: Bool {
    if case .changed(.failed)? = self { true } else { false }
  }
}
