/// Chooses the endpoint that takes a call, among the replicas of one server.
///
/// Priorities come first: a tier is used only when every lower one is out. Within a tier the policy decides, and an
/// endpoint that is degraded or full is passed over while another is not. A session stays with its endpoint as long as
/// that is available, whatever the policy says: a stateful server would not know it elsewhere.
package struct LoadBalancer: Sendable {
  package enum Policy: Equatable, Sendable {
    /// One after the other.
    case roundRobin
    /// The one with the fewest calls in flight.
    case leastInFlight
    /// At random, the more often the faster and the more reliably an endpoint has answered lately.
    case healthWeighted
  }

  package enum Availability: Equatable, Sendable {
    case available
    /// It takes calls, but another one does better.
    case degraded
    /// Nothing is wrong with it, but it has to be started first, or just is.
    case resting
    /// It can take no call now and will be able to.
    case recovering
    /// Calls to it are refused at once.
    case out
  }

  package struct Candidate: Equatable, Sendable {
    /// Stays the same while the endpoint exists.
    package let id: Int
    package let priority: Int
    package let availability: Availability
    package let inFlight: Int
    package let capacity: Int
    package let score: EndpointScore

    package init(
      id: Int, priority: Int = 0, availability: Availability = .available, inFlight: Int = 0, capacity: Int = 256,
      score: EndpointScore = EndpointScore()
    ) {
      self.id = id
      self.priority = priority
      self.availability = availability
      self.inFlight = inFlight
      self.capacity = capacity
      self.score = score
    }

    fileprivate var isFull: Bool { inFlight >= capacity }
    fileprivate var takesCalls: Bool { availability == .available || availability == .degraded }
  }

  package let policy: Policy
  package let hasAffinity: Bool
  /// The endpoint each session stays with.
  private var homes: [UInt64: Int] = [:]
  /// The endpoint that was chosen last.
  private var cursor: Int?

  package init(policy: Policy = .roundRobin, hasAffinity: Bool = true) {
    self.policy = policy
    self.hasAffinity = hasAffinity
  }

  /// Returns the endpoint that is to take a call, or to be woken for it; nil when all are out.
  ///
  /// `chance` is a random number from 0 up to, but not including, 1.
  package mutating func pick(
    among candidates: [Candidate], session: UInt64? = nil, at now: UInt64, chance: Double
  ) -> Int? {
    if candidates.count == 1 { return candidates[0].availability == .out ? nil : candidates[0].id }
    if hasAffinity, let session, let home = homes[session],
      candidates.contains(where: { $0.id == home && $0.takesCalls })
    {
      return home
    }
    guard let id = choose(best(of: candidates), at: now, chance: chance) else { return nil }
    cursor = id
    if hasAffinity, let session { homes[session] = id }
    return id
  }

  /// Whether some session stays with an endpoint.
  package func isHome(_ id: Int) -> Bool { homes.values.contains(id) }

  /// A session has ended.
  package mutating func sessionEnded(_ session: UInt64) { homes[session] = nil }

  /// Returns the candidates that the policy has to choose among.
  private func best(of candidates: [Candidate]) -> [Candidate] {
    let able = candidates.filter(\.takesCalls)
    let usable = able.isEmpty ? candidates.filter { $0.availability != .out } : able
    let tier = usable.map(\.priority).min()
    let peers = usable.filter { $0.priority == tier }
    // One that was ended because there was little to do is started again when all others have their hands full.
    let resting = candidates.filter { $0.priority == tier && $0.availability == .resting }
    let ranked = [
      peers.filter { $0.availability == .available && !$0.isFull }, peers.filter { !$0.isFull && $0.takesCalls },
      resting, peers,
    ]
    return ranked.first { !$0.isEmpty } ?? []
  }

  private func choose(_ candidates: [Candidate], at now: UInt64, chance: Double) -> Int? {
    switch policy {
    case .roundRobin: return next(in: candidates)
    case .leastInFlight:
      let least = candidates.map(\.inFlight).min()
      return next(in: candidates.filter { $0.inFlight == least })
    case .healthWeighted: return weighted(candidates, at: now, chance: chance)
    }
  }

  /// Returns the candidate that follows the last one chosen.
  private func next(in candidates: [Candidate]) -> Int? {
    let ids = candidates.map(\.id).sorted()
    return ids.first { id in cursor.map { id > $0 } ?? true } ?? ids.first
  }

  /// Draws one candidate. What fails often is drawn seldom, but never never: it must be able to show that it is well.
  private func weighted(_ candidates: [Candidate], at now: UInt64, chance: Double) -> Int? {
    let known = candidates.compactMap { $0.score.latency(at: now) }
    let typical = known.isEmpty ? 1 : max(known.reduce(0, +) / Double(known.count), 1)
    let weights = candidates.map { candidate in
      let latency = max(candidate.score.latency(at: now) ?? typical, 1)
      let success = max(candidate.score.success(at: now), 0.1)
      return success * success / (latency * Double(candidate.inFlight + 1))
    }
    var rest = chance * weights.reduce(0, +)
    for (candidate, weight) in zip(candidates, weights) {
      if rest < weight { return candidate.id }
      rest -= weight
    }
    return candidates.last?.id
  }
}
