@testable import ConnectionPooling

/// The lanes of one server, as the gateway holds them: each with its state, and the presence that follows from all.
struct LaneSet {
  enum Action: Hashable {
    case lane(Int, EndpointState.Action)
    case server(ServerPresence.Action)
  }

  private struct Lane {
    let priority: Int
    var state: EndpointState
  }

  private(set) var presence: ServerPresence
  private var lanes: [Int: Lane] = [:]
  private var next = 0

  init(isAwaited: Bool = true, isKnown: Bool = false, gracePeriod: UInt64 = 60_000) {
    presence = ServerPresence(isAwaited: isAwaited, isKnown: isKnown, gracePeriod: gracePeriod)
  }

  var ids: [Int] { lanes.keys.sorted() }

  var deadline: UInt64? { (lanes.values.map(\.state.deadline) + [presence.deadline]).compactMap { $0 }.min() }

  func state(of id: Int) -> EndpointState? { lanes[id]?.state }

  mutating func add(priority: Int = 0, settings: EndpointState.Settings = .init()) -> Int {
    defer { next += 1 }
    lanes[next] = Lane(priority: priority, state: EndpointState(settings: settings))
    return next
  }

  mutating func remove(_ id: Int, at now: UInt64) -> [Action] {
    let actions = update(id, at: now) { $0.shutDown(at: now) }
    lanes[id] = nil
    return actions + review(at: now)
  }

  mutating func update(
    _ id: Int, at now: UInt64, _ event: (inout EndpointState) -> [EndpointState.Action]
  ) -> [Action] {
    guard var lane = lanes[id] else { return [] }
    let actions = event(&lane.state)
    lanes[id] = lane
    return actions.map { .lane(id, $0) } + review(at: now)
  }

  mutating func timePassed(at now: UInt64) -> [Action] {
    var actions: [Action] = []
    for id in ids { actions += update(id, at: now) { $0.timePassed(at: now) } }
    return actions + presence.timePassed(at: now).map { .server($0) }
  }

  private mutating func review(at now: UInt64) -> [Action] {
    presence.lanesChanged(ids.compactMap { lanes[$0]?.state }, at: now).map { .server($0) }
  }

  func candidate(_ id: Int, inFlight: Int, capacity: Int, score: EndpointScore) -> LoadBalancer.Candidate? {
    lanes[id].map { lane in
      LoadBalancer.Candidate(
        id: id, priority: lane.priority, availability: lane.state.availability, inFlight: inFlight,
        capacity: capacity, score: score)
    }
  }
}
