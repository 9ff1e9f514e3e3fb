import TestSupport

@testable import ConnectionPooling

/// One server with replicas in virtual time: the machines of this module wired together as a shell would, in front of
/// processes that die, stop, hang and come back.
final class Simulation {
  /// A process behind an endpoint, as the system sees it.
  struct Process {
    enum Condition { case starting, running, hung, stopped }

    let generation: UInt64
    var condition = Condition.starting
    var probesSeen = 0
  }

  struct Call {
    let session: UInt64
    let begun: UInt64
    let isRepeatable: Bool
    let patienceEnds: UInt64
    var resends = 0
    var answers: [Answer] = []
  }

  enum Answer: Equatable {
    case result(replica: Int)
    case notSent, unknown, refused, expired
  }

  private enum Event {
    case callArrives(every: UInt64, until: UInt64)
    case processReady(Int, generation: UInt64)
    case processFails(Int, generation: UInt64)
    case answer(Int, generation: UInt64, call: UInt64)
    case probeAnswer(Int, generation: UInt64)
    case callExpires(call: UInt64)
    case chaos(every: UInt64, until: UInt64)
  }

  private struct Endpoint {
    var pool: ConnectionPool
    var process: Process?
    var probe: ProbeState?
    var score = EndpointScore()
    var inFlight: Set<UInt64> = []
    let latency: UInt64
  }

  private(set) var now: UInt64 = 0
  private(set) var calls: [UInt64: Call] = [:]
  private(set) var starts = 0
  private(set) var ejections: [EndpointFailure.Kind: Int] = [:]
  var lanes = LaneSet()
  private var balancer: LoadBalancer
  private let retry: RetryPolicy
  private var endpoints: [Int: Endpoint] = [:]
  private var schedule: [UInt64: [Event]] = [:]
  private var random: SplitMix
  private let startFailures: Double
  private(set) var isChaotic = true
  private let callLimit: UInt64 = 120_000

  init(
    seed: UInt64, latencies: [UInt64], priorities: [Int] = [], policy: LoadBalancer.Policy, hasAffinity: Bool = false,
    retry: RetryPolicy = .never, startFailures: Double = 0.3
  ) {
    random = SplitMix(seed)
    balancer = LoadBalancer(policy: policy, hasAffinity: hasAffinity)
    self.retry = retry
    self.startFailures = startFailures
    for (index, latency) in latencies.enumerated() {
      let id = lanes.add(priority: index < priorities.count ? priorities[index] : 0)
      endpoints[id] = Endpoint(pool: ConnectionPool(settings: .init(callsInFlight: 4, waiters: 16)), latency: latency)
    }
    for id in lanes.ids { perform(lanes.update(id, at: now) { $0.activate(at: now) }) }
  }

  // MARK: - Orders from the test

  /// Lets calls arrive about every `interval` milliseconds, and something go wrong about every `chaos`.
  func run(until end: UInt64, callEvery interval: UInt64?, chaosEvery chaos: UInt64?) {
    if let interval { at(now, .callArrives(every: interval, until: end)) }
    if let chaos { at(now + chaos, .chaos(every: chaos, until: end)) }
    isChaotic = chaos != nil
    while let next = nextTime, next <= end { step(next) }
    now = end
  }

  func kill(replica: Int) { die(replica) }

  var waiting: Int { endpoints.values.reduce(0) { $0 + $1.pool.waiting } }
  var inFlight: Int { endpoints.values.reduce(0) { $0 + $1.pool.inFlight } }

  /// How many calls each replica answered.
  var distribution: [Int: Int] {
    calls.values.reduce(into: [:]) { counts, call in
      if case .result(let replica)? = call.answers.first { counts[replica, default: 0] += 1 }
    }
  }

  // MARK: - Time

  private func at(_ time: UInt64, _ event: Event) { schedule[max(time, now), default: []].append(event) }

  private var nextTime: UInt64? {
    let deadlines =
      endpoints.values.flatMap { [$0.probe?.deadline, $0.pool.deadline] } + [lanes.deadline, schedule.keys.min()]
    return deadlines.compactMap { $0 }.min().map { max($0, now) }
  }

  private func step(_ time: UInt64) {
    now = time
    for event in schedule.removeValue(forKey: time) ?? [] { handle(event) }
    perform(lanes.timePassed(at: now))
    for id in lanes.ids {
      perform(endpoints[id]?.pool.timePassed(at: now) ?? [], id)
      guard let generation = endpoints[id]?.process?.generation else { continue }
      perform(endpoints[id]?.probe?.timePassed(at: now) ?? [], id, generation)
    }
  }

  private func chance() -> Double { Double.random(in: 0..<1, using: &random) }

  // MARK: - What happens

  private func handle(_ event: Event) {
    switch event {
    case .callArrives(let interval, let end):
      if now + interval < end { at(now + interval, event) }
      callArrives()
    case .processReady(let id, let generation): processReady(id, generation)
    case .processFails(let id, let generation):
      if endpoints[id]?.process?.generation == generation { lose(id, generation, EndpointFailure(.exit)) }
    case .answer(let id, let generation, let call): answered(id, generation, call)
    case .probeAnswer(let id, let generation):
      guard isRunning(id, generation) else { return }
      perform(endpoints[id]?.probe?.probeAnswered(at: now) ?? [], id, generation)
      perform(endpoints[id]?.pool.heard(on: generation, at: now) ?? [], id)
    case .callExpires(let call): expire(call)
    case .chaos(let interval, let end):
      if now + interval < end { at(now + interval, event) }
      chaos()
    }
  }

  private func callArrives() {
    let call = UInt64(calls.count)
    calls[call] = Call(
      session: UInt64.random(in: 0...5, using: &random), begun: now, isRepeatable: Bool.random(using: &random),
      patienceEnds: now + 10_000)
    place(call)
  }

  /// Finds an endpoint for a call that was not sent, or not sent in vain.
  private func place(_ call: UInt64) {
    guard let known = calls[call] else { return }
    let candidates = lanes.ids.compactMap { id in
      lanes.candidate(
        id, inFlight: endpoints[id]?.pool.inFlight ?? 0, capacity: 4, score: endpoints[id]?.score ?? EndpointScore())
    }
    guard let replica = balancer.pick(among: candidates, session: known.session, at: now, chance: chance()) else {
      return answer(call, known.resends == 0 ? .refused : .unknown)
    }
    let id = replica
    perform(lanes.update(id, at: now) { $0.wake(at: now) })
    switch endpoints[id]?.pool.requestLease(waiter: call, until: known.patienceEnds, at: now) {
    case .lease(let connection): send(call, id, connection)
    case .wait, .waitAndOpen: break
    case .waitAndValidate(let connection): validate(id, connection)
    case .refuse, nil: answer(call, .refused)
    }
  }

  private func send(_ call: UInt64, _ id: Int, _ generation: UInt64) {
    endpoints[id]?.inFlight.insert(call)
    loadChanged(id)
    at(now + callLimit, .callExpires(call: call))
    guard isRunning(id, generation), let latency = endpoints[id]?.latency else { return }
    at(
      now + UInt64.random(in: latency / 2...latency * 3 / 2, using: &random),
      .answer(id, generation: generation, call: call))
  }

  private func answered(_ id: Int, _ generation: UInt64, _ call: UInt64) {
    guard isRunning(id, generation) else { return }
    perform(endpoints[id]?.probe?.heard(at: now) ?? [], id, generation)
    // A late answer is heard, and dropped.
    guard endpoints[id]?.inFlight.remove(call) != nil else { return }
    endpoints[id]?.score.callEnded(answered: true, latency: now - (calls[call]?.begun ?? now), at: now)
    answer(call, .result(replica: id))
    perform(endpoints[id]?.pool.leaseReturned(connection: generation, answered: true, at: now) ?? [], id)
    loadChanged(id)
  }

  private func expire(_ call: UInt64) {
    for id in lanes.ids where endpoints[id]?.inFlight.remove(call) != nil {
      guard let generation = endpoints[id]?.process?.generation else { continue }
      answer(call, .expired)
      endpoints[id]?.probe?.callAbandoned(at: now)
      perform(endpoints[id]?.pool.leaseReturned(connection: generation, answered: false, at: now) ?? [], id)
      loadChanged(id)
    }
  }

  private func answer(_ call: UInt64, _ answer: Answer) { calls[call]?.answers.append(answer) }

  private func loadChanged(_ id: Int) {
    let inFlight = endpoints[id]?.pool.inFlight ?? 0
    endpoints[id]?.probe?.loadChanged(to: inFlight, at: now)
  }

  // MARK: - Processes

  private func isRunning(_ id: Int, _ generation: UInt64) -> Bool {
    endpoints[id]?.process?.generation == generation && endpoints[id]?.process?.condition == .running
  }

  private func processReady(_ id: Int, _ generation: UInt64) {
    guard endpoints[id]?.process?.generation == generation else { return }
    endpoints[id]?.process?.condition = .running
    endpoints[id]?.probe = ProbeState(at: now)
    perform(lanes.update(id, at: now) { $0.becameReady(generation: generation, at: now) })
    perform(endpoints[id]?.pool.connectionReady(generation, at: now) ?? [], id)
  }

  private func chaos() {
    guard let id = lanes.ids.randomElement(using: &random) else { return }
    guard let condition = endpoints[id]?.process?.condition, condition != .starting else { return }
    switch Int.random(in: 0...3, using: &random) {
    case 0: die(id)
    case 1:
      endpoints[id]?.process?.condition = .stopped
      guard let generation = endpoints[id]?.process?.generation, Bool.random(using: &random) else { return }
      perform(endpoints[id]?.probe?.processStopped(at: now) ?? [], id, generation)
    case 2: endpoints[id]?.process?.condition = .hung
    default: endpoints[id]?.process?.condition = .running
    }
  }

  private func die(_ id: Int) {
    guard let generation = endpoints[id]?.process?.generation else { return }
    lose(id, generation, EndpointFailure(.exit))
  }

  private func lose(_ id: Int, _ generation: UInt64, _ failure: EndpointFailure) {
    ejections[failure.kind, default: 0] += 1
    let chance = chance()
    perform(lanes.update(id, at: now) { $0.lost(failure, generation: generation, at: now, chance: chance) })
  }

  /// The connection is over: what was in flight is answered, or sent once more where that does no harm.
  private func close(_ id: Int, _ generation: UInt64) {
    guard endpoints[id]?.process?.generation == generation else { return }
    let lost = endpoints[id]?.inFlight.sorted() ?? []
    endpoints[id]?.process = nil
    endpoints[id]?.probe = nil
    endpoints[id]?.inFlight = []
    perform(endpoints[id]?.pool.connectionLost(generation, at: now) ?? [], id)
    for call in lost {
      endpoints[id]?.score.callEnded(answered: false, latency: now - (calls[call]?.begun ?? now), at: now)
      replay(call, .unknown)
    }
  }

  private func replay(_ call: UInt64, _ delivery: RetryPolicy.Delivery) {
    guard let known = calls[call] else { return }
    let verdict = retry.verdict(
      for: delivery, isRepeatable: known.isRepeatable, resends: known.resends, isInTime: now < known.patienceEnds)
    switch verdict {
    case .sendElsewhere:
      if delivery == .unknown { calls[call]?.resends += 1 }
      place(call)
    case .answerNotSent: answer(call, .notSent)
    case .answerUnknown: answer(call, .unknown)
    }
  }

  private func validate(_ id: Int, _ connection: UInt64) {
    at(now + 5, .probeAnswer(id, generation: connection))
  }

  // MARK: - Orders of the machines

  private func perform(_ actions: [LaneSet.Action]) {
    for case .lane(let id, let action) in actions {
      switch action {
      case .start(let generation):
        starts += 1
        endpoints[id]?.process = Process(generation: generation)
        endpoints[id]?.pool.connectionStarting(generation, at: now)
        let delay = UInt64.random(in: 20...800, using: &random)
        let fails = isChaotic && chance() < startFailures
        at(now + delay, fails ? .processFails(id, generation: generation) : .processReady(id, generation: generation))
      case .close(let generation): close(id, generation)
      case .refuseWaiters:
        for call in endpoints[id]?.pool.takeWaiters() ?? [] { replay(call, .notSent) }
      case .changed: break
      }
    }
  }

  private func perform(_ actions: [ConnectionPool.Action], _ id: Int) {
    for action in actions {
      switch action {
      case .grant(let call, let connection): send(call, id, connection)
      case .refuse(let call): answer(call, .refused)
      case .expire(let call): answer(call, .expired)
      case .validate(let connection): validate(id, connection)
      case .open: perform(lanes.update(id, at: now) { $0.wake(at: now) })
      case .close: perform(lanes.update(id, at: now) { $0.replace(at: now) })
      }
    }
  }

  private func perform(_ actions: [ProbeState.Action], _ id: Int, _ generation: UInt64) {
    for action in actions where endpoints[id]?.process?.generation == generation {
      switch action {
      case .probe:
        endpoints[id]?.process?.probesSeen += 1
        if isRunning(id, generation) { at(now + 5, .probeAnswer(id, generation: generation)) }
      case .inspectProcesses:
        let isStopped = endpoints[id]?.process?.condition == .stopped
        perform(endpoints[id]?.probe?.inspected(isStopped: isStopped, at: now) ?? [], id, generation)
      case .pollAgain: perform(endpoints[id]?.probe?.polled(at: now) ?? [], id, generation)
      case .report(let vitality):
        if case .dead(let failure) = vitality { ejections[failure.kind, default: 0] += 1 }
        let chance = chance()
        perform(
          lanes.update(id, at: now) {
            $0.vitalityChanged(to: vitality, generation: generation, at: now, chance: chance)
          })
      }
    }
  }
}
