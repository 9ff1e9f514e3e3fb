import TestSupport
import Testing

@testable import ConnectionPooling

@Suite struct LoadBalancerTests {
  private typealias Candidate = LoadBalancer.Candidate

  private func picks(
    _ balancer: inout LoadBalancer, _ candidates: [LoadBalancer.Candidate], _ count: Int, session: UInt64? = nil
  ) -> [Int?] {
    (0..<count).map { _ in balancer.pick(among: candidates, session: session, at: 0, chance: 0.5) }
  }

  @Test func roundRobinTakesOneAfterTheOther() {
    var balancer = LoadBalancer()
    let three = (0..<3).map { Candidate(id: $0) }
    #expect(picks(&balancer, three, 5) == [0, 1, 2, 0, 1])
    #expect(picks(&balancer, [three[0], three[2]], 3) == [2, 0, 2])
  }

  @Test func leastInFlightTakesTheEmptiestAndAlternatesAmongEquals() {
    var balancer = LoadBalancer(policy: .leastInFlight)
    let candidates = [Candidate(id: 0, inFlight: 2), Candidate(id: 1, inFlight: 1), Candidate(id: 2, inFlight: 1)]
    #expect(picks(&balancer, candidates, 3) == [1, 2, 1])
  }

  @Test func aHigherTierIsUsedOnlyWhenTheLowerIsOut() {
    var balancer = LoadBalancer()
    let spare = Candidate(id: 2, priority: 1)
    #expect(
      picks(
        &balancer, [Candidate(id: 0, inFlight: 9, capacity: 1), Candidate(id: 1, availability: .degraded), spare], 1)
        == [1])
    #expect(picks(&balancer, [Candidate(id: 0, availability: .recovering), spare], 2) == [2, 2])
    #expect(
      picks(
        &balancer, [Candidate(id: 0, availability: .recovering), Candidate(id: 2, priority: 1, availability: .out)], 1)
        == [0])
  }

  @Test func whatIsDegradedOrFullIsPassedOver() {
    var balancer = LoadBalancer()
    let candidates = [
      Candidate(id: 0, availability: .degraded), Candidate(id: 1), Candidate(id: 2, inFlight: 4, capacity: 4),
    ]
    #expect(picks(&balancer, candidates, 3) == [1, 1, 1])
    #expect(picks(&balancer, [candidates[0], candidates[2]], 2) == [0, 0])
    #expect(picks(&balancer, [candidates[2]], 1) == [2])
  }

  @Test func oneThatRestsIsStartedWhenAllOthersAreFull() {
    var balancer = LoadBalancer()
    let resting = Candidate(id: 1, availability: .resting)
    #expect(picks(&balancer, [Candidate(id: 0), resting], 2) == [0, 0])
    #expect(picks(&balancer, [Candidate(id: 0, availability: .degraded), resting], 1) == [0])
    #expect(picks(&balancer, [Candidate(id: 0, inFlight: 4, capacity: 4), resting], 2) == [1, 1])
    let failing = Candidate(id: 1, availability: .recovering)
    #expect(picks(&balancer, [Candidate(id: 0, inFlight: 4, capacity: 4), failing], 1) == [0])
  }

  @Test func whenAllAreOutThereIsNone() {
    var balancer = LoadBalancer()
    #expect(picks(&balancer, [], 1) == [nil])
    #expect(picks(&balancer, [Candidate(id: 0, availability: .out)], 1) == [nil])
    #expect(picks(&balancer, (0..<2).map { Candidate(id: $0, availability: .out) }, 1) == [nil])
  }

  @Test func aSessionStaysWhileItsEndpointTakesCalls() {
    var balancer = LoadBalancer()
    let two = (0..<2).map { Candidate(id: $0) }
    #expect(picks(&balancer, two, 3, session: 7) == [0, 0, 0])
    #expect(picks(&balancer, two, 2, session: 8) == [1, 1])
    #expect(picks(&balancer, [Candidate(id: 0, availability: .degraded), two[1]], 1, session: 7) == [0])
    #expect(picks(&balancer, [Candidate(id: 0, availability: .recovering), two[1]], 1, session: 7) == [1])
    #expect(picks(&balancer, two, 1, session: 7) == [1])
    balancer.sessionEnded(7)
    #expect(picks(&balancer, two, 1, session: 7) == [0])
  }

  @Test func withoutAffinityASessionMoves() {
    var balancer = LoadBalancer(hasAffinity: false)
    #expect(picks(&balancer, (0..<2).map { Candidate(id: $0) }, 3, session: 7) == [0, 1, 0])
  }

  @Test func weightedDrawsFollowLatencyAndSuccess() {
    var fast = EndpointScore()
    var slow = EndpointScore()
    var broken = EndpointScore()
    for _ in 0..<50 {
      fast.callEnded(answered: true, latency: 10, at: 0)
      slow.callEnded(answered: true, latency: 40, at: 0)
      broken.callEnded(answered: false, latency: 10, at: 0)
    }
    let candidates = [Candidate(id: 0, score: fast), Candidate(id: 1, score: slow), Candidate(id: 2, score: broken)]
    var balancer = LoadBalancer(policy: .healthWeighted)
    var random = SplitMix(1)
    var counts = [0, 0, 0]
    for _ in 0..<10_000 {
      guard let id = balancer.pick(among: candidates, at: 0, chance: Double.random(in: 0..<1, using: &random)) else {
        continue
      }
      counts[id] += 1
    }
    // The weights are 1/10, 1/40 and 0.01/10.
    #expect((7700...8200).contains(counts[0]))
    #expect((1800...2200).contains(counts[1]))
    #expect((40...130).contains(counts[2]))
  }

  @Test func aScoreFadesWhenNothingIsHeardOfAnEndpoint() {
    var score = EndpointScore()
    #expect(score.latency(at: 5) == nil)
    score.callEnded(answered: false, latency: 100, at: 1000)
    #expect(score.success(at: 1000) == 0.8)
    #expect(score.success(at: 31_000) == 0.9)
    #expect(score.success(at: 61_000) == 1)
    #expect(score.latency(at: 60_999) == 100)
    #expect(score.latency(at: 61_000) == nil)
  }

  @Test func onlySeveralCallsThatTakeFarLongerThanUsualMakeAnEndpointSluggish() {
    var usual = UsualLatency()
    var score = EndpointScore()
    func call(_ latency: UInt64, at now: UInt64) -> Double {
      score.callEnded(answered: true, latency: latency, excess: usual.callEnded(after: latency), at: now)
      return score.excess(at: now)
    }
    #expect(call(60_000, at: 0) == 1, "nothing is known yet")
    for _ in 0..<200 { _ = call(20, at: 0) }
    #expect(call(300, at: 0) == 1, "that is not worth a word")
    #expect(call(30_000, at: 0) < 4, "one of them may have had more to do")
    #expect(call(30_000, at: 0) >= 4)
    #expect(score.excess(at: 60_000) == 1)
    for _ in 0..<400 { _ = call(30_000, at: 0) }
    #expect(call(30_000, at: 0) < 2, "what goes on for long becomes the usual")
  }

  @Test(arguments: UInt64(1)...100) func aPickIsAlwaysOneOfTheBest(_ seed: UInt64) {
    var random = SplitMix(seed)
    let policies: [LoadBalancer.Policy] = [.roundRobin, .leastInFlight, .healthWeighted]
    var balancer = LoadBalancer(policy: policies[Int(seed % 3)], hasAffinity: false)
    let states: [LoadBalancer.Availability] = [.available, .degraded, .resting, .recovering, .out]
    for step in 0..<50 {
      let candidates = (0..<Int.random(in: 0...5, using: &random)).map { id in
        Candidate(
          id: id, priority: Int.random(in: 0...1, using: &random),
          availability: states.randomElement(using: &random) ?? .out, inFlight: Int.random(in: 0...2, using: &random),
          capacity: 2)
      }
      let pick = balancer.pick(among: candidates, at: 0, chance: Double.random(in: 0..<1, using: &random))
      let able = candidates.filter { $0.availability == .available || $0.availability == .degraded }
      let usable = able.isEmpty ? candidates.filter { $0.availability != .out } : able
      guard let chosen = candidates.first(where: { $0.id == pick }) else {
        #expect(usable.isEmpty, "seed \(seed), step \(step): nobody was chosen")
        continue
      }
      #expect(chosen.priority == usable.map(\.priority).min(), "seed \(seed), step \(step)")
      let peers = usable.filter { $0.priority == chosen.priority }
      let areFull = peers.allSatisfy { $0.inFlight >= $0.capacity || !able.contains($0) }
      #expect(usable.contains(chosen) || chosen.availability == .resting && areFull, "seed \(seed), step \(step)")
    }
  }
}
