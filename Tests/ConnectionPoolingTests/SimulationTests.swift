import Testing

@testable import ConnectionPooling

/// All machines together, hours of virtual time in milliseconds.
@Suite struct SimulationTests {
  @Test(arguments: UInt64(1)...6) func everyCallIsAnsweredExactlyOnceAndAllReplicasComeBack(_ seed: UInt64) {
    let policies: [LoadBalancer.Policy] = [.roundRobin, .leastInFlight, .healthWeighted]
    let simulation = Simulation(
      seed: seed, latencies: [50, 120, 700], priorities: seed % 2 == 0 ? [0, 0, 1] : [],
      policy: policies[Int(seed % 3)],
      hasAffinity: seed % 4 == 0, retry: seed % 5 == 0 ? .readOnly : .never)
    simulation.run(until: 3_600_000, callEvery: 997, chaosEvery: 7919)
    simulation.run(until: 4_800_000, callEvery: 1009, chaosEvery: nil)
    simulation.run(until: 5_000_000, callEvery: nil, chaosEvery: nil)
    let wrong = simulation.calls.filter { $0.value.answers.count != 1 }
    #expect(wrong.isEmpty, "seed \(seed): \(wrong.prefix(3))")
    #expect(simulation.waiting == 0 && simulation.inFlight == 0, "seed \(seed)")
    for id in simulation.lanes.ids {
      #expect(simulation.lanes.state(of: id)?.condition.isReady == true, "seed \(seed): \(id)")
    }
    let answered = simulation.distribution.values.reduce(0, +)
    // A session that stays with a replica shares its bad hours.
    let least = seed % 4 == 0 ? 7 : 8
    #expect(answered * 10 > simulation.calls.count * least, "seed \(seed): \(answered) of \(simulation.calls.count)")
    #expect(simulation.ejections[.exit, default: 0] > 50, "seed \(seed): \(simulation.ejections)")
    #expect(simulation.ejections[.stopped, default: 0] > 20, "seed \(seed): \(simulation.ejections)")
    let late = simulation.calls.values.filter { $0.begun > 4_400_000 && $0.answers.first?.isResult != true }
    #expect(late.isEmpty, "seed \(seed): \(late.count) calls failed although nothing was wrong any more")
  }

  @Test func roundRobinSpreadsEvenly() {
    let simulation = Simulation(seed: 1, latencies: [50, 50, 50], policy: .roundRobin, startFailures: 0)
    simulation.run(until: 2000, callEvery: nil, chaosEvery: nil)
    simulation.run(until: 302_000, callEvery: 100, chaosEvery: nil)
    #expect(simulation.distribution == [0: 1000, 1: 1000, 2: 1000])
  }

  @Test func healthWeightedPrefersTheFast() {
    let simulation = Simulation(seed: 1, latencies: [20, 200], policy: .healthWeighted, startFailures: 0)
    simulation.run(until: 2000, callEvery: nil, chaosEvery: nil)
    simulation.run(until: 302_000, callEvery: 100, chaosEvery: nil)
    let counts = simulation.distribution
    #expect((counts[0] ?? 0) > 4 * (counts[1] ?? 0), "\(counts)")
    #expect((counts[1] ?? 0) > 50, "\(counts)")
  }

  @Test func theSpareTakesOverAndGivesBack() {
    let simulation = Simulation(
      seed: 3, latencies: [50, 50], priorities: [0, 1], policy: .roundRobin, startFailures: 0)
    simulation.run(until: 2000, callEvery: nil, chaosEvery: nil)
    simulation.run(until: 12_000, callEvery: 20, chaosEvery: nil)
    #expect(simulation.distribution[1] == nil)
    simulation.kill(replica: 0)
    simulation.run(until: 22_000, callEvery: 20, chaosEvery: nil)
    let counts = simulation.distribution
    let lost = simulation.calls.values.count { $0.answers == [.unknown] }
    #expect((1...50).contains(counts[1] ?? 0), "\(counts)")
    #expect((1...4).contains(lost), "\(lost) calls were in flight")
    #expect((counts[0] ?? 0) + (counts[1] ?? 0) + lost + simulation.inFlight == 1000, "\(counts)")
  }
}

extension EndpointState.Condition {
  fileprivate var isReady: Bool { if case .ready = self { true } else { false } }
}

extension Simulation.Answer {
  fileprivate var isResult: Bool { if case .result = self { true } else { false } }
}
