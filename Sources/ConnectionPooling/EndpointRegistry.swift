/// All endpoints of all servers, and what follows for a server from the states of its endpoints.
///
/// A server is settled when one of its endpoints has become ready, or the first start of each has come to an end. It is
/// present while one takes calls, and for a grace period after the last was lost: so long its lists stay visible, and
/// names do not flap.
///
/// All times are milliseconds of one monotonic clock. After each event the shell arms its timer for ``deadline``.
package struct EndpointRegistry: Sendable {
  /// One endpoint: the replica of a server.
  package struct ID: Hashable, Sendable {
    package let server: String
    package let replica: Int

    package init(server: String, replica: Int) {
      self.server = server
      self.replica = replica
    }
  }

  package enum Presence: Hashable, Sendable {
    /// It has not been ready yet.
    case absent
    case present
    /// It is lost, and its lists stay until then.
    case lingering(until: UInt64)
    /// It was lost, and the grace period is over.
    case gone
  }

  package enum Action: Hashable, Sendable {
    case endpoint(ID, EndpointState.Action)
    /// The first start of this server has come to an end, well or not.
    case settled(server: String)
    /// No server is waited for any more.
    case allSettled
    /// What the server's lists show may be another thing now.
    case presenceChanged(server: String, Presence)
  }

  private struct Endpoint: Sendable {
    let replica: Int
    let priority: Int
    var state: EndpointState
  }

  private struct Server: Sendable {
    var endpoints: [Endpoint] = []
    var presence = Presence.absent
    var isSettled: Bool
    /// The number of the next endpoint.
    var nextReplica = 0
    let gracePeriod: UInt64

    var lingersUntil: UInt64? { if case .lingering(let until) = presence { until } else { nil } }

    /// Whether nobody waits for a first start any more. One that has not even begun is still to come.
    var hasSettled: Bool {
      endpoints.contains(where: \.state.isAvailable)
        || endpoints.allSatisfy { $0.state.isSettled && ($0.state.generation > 0 || $0.state.condition != .idle) }
    }

    /// An endpoint that rests until the next call is not lost.
    func presence(at now: UInt64) -> Presence {
      let isThere = endpoints.contains { $0.state.isAvailable || $0.state.condition == .idle && presence == .present }
      switch presence {
      case .absent: return isThere ? .present : .absent
      case .present: return isThere ? .present : .lingering(until: now + gracePeriod)
      case .lingering, .gone: return isThere ? .present : presence
      }
    }

    mutating func perform(
      _ event: (inout EndpointState) -> [EndpointState.Action], on index: Int
    ) -> [EndpointState.Action] { event(&endpoints[index].state) }
  }

  /// In the order of the configuration.
  package private(set) var names: [String] = []
  private var servers: [String: Server] = [:]

  package init() {}

  /// When ``timePassed(at:)`` is due; nil for never.
  package var deadline: UInt64? {
    // Asked after every event, of all servers: it makes no lists of them.
    var earliest = UInt64.max
    for server in servers.values {
      for endpoint in server.endpoints { earliest = min(earliest, endpoint.state.deadline ?? .max) }
      earliest = min(earliest, server.lingersUntil ?? .max)
    }
    return earliest == .max ? nil : earliest
  }

  /// Whether no server is waited for any more.
  package var isSettled: Bool { servers.values.allSatisfy(\.isSettled) }

  /// Whether a server's first start has come to an end, well or not.
  package func isSettled(_ name: String) -> Bool { servers[name]?.isSettled ?? true }

  package func presence(of name: String) -> Presence { servers[name]?.presence ?? .gone }

  package func state(of id: ID) -> EndpointState? {
    servers[id.server]?.endpoints.first { $0.replica == id.replica }?.state
  }

  package func endpoints(of name: String) -> [ID] {
    servers[name]?.endpoints.map { ID(server: name, replica: $0.replica) } ?? []
  }

  /// Returns an endpoint as the balancer sees it, with what it has to do; nil when it was taken out.
  package func candidate(
    _ id: ID, inFlight: Int, capacity: Int, score: EndpointScore
  ) -> LoadBalancer.Candidate? {
    servers[id.server]?.endpoints.first { $0.replica == id.replica }.map { endpoint in
      LoadBalancer.Candidate(
        id: endpoint.replica, priority: endpoint.priority, availability: endpoint.state.availability,
        inFlight: inFlight, capacity: capacity, score: score)
    }
  }

  // MARK: - Set

  /// Adds a server that has no endpoint yet. One that is known already is left as it is.
  ///
  /// `isAwaited` is whether its first start counts for ``isSettled``: not that of a server that is started by its first
  /// call, or that cannot be started as it is configured.
  package mutating func add(server name: String, isAwaited: Bool = true, gracePeriod: UInt64 = 60_000) {
    guard servers[name] == nil else { return }
    names.append(name)
    servers[name] = Server(isSettled: !isAwaited, gracePeriod: gracePeriod)
  }

  /// Adds an endpoint to a server that was added before. Returns its identifier, which is never given to another one.
  package mutating func addEndpoint(
    to name: String, priority: Int = 0, settings: EndpointState.Settings = .init()
  ) -> ID {
    precondition(servers[name] != nil, "a server is added before its endpoints")
    let replica = servers[name]?.nextReplica ?? 0
    let endpoint = Endpoint(replica: replica, priority: priority, state: EndpointState(settings: settings))
    servers[name]?.endpoints.append(endpoint)
    servers[name]?.nextReplica += 1
    return ID(server: name, replica: replica)
  }

  /// Takes an endpoint out, which is closed.
  package mutating func removeEndpoint(_ id: ID, at now: UInt64) -> [Action] {
    let actions = update(id, at: now) { $0.shutDown(at: now) }
    servers[id.server]?.endpoints.removeAll { $0.replica == id.replica }
    return actions + review(id.server, at: now)
  }

  // MARK: - Events

  /// Hands an event to an endpoint and returns its actions, followed by what they mean for its server.
  package mutating func update(
    _ id: ID, at now: UInt64, _ event: (inout EndpointState) -> [EndpointState.Action]
  ) -> [Action] {
    guard let index = servers[id.server]?.endpoints.firstIndex(where: { $0.replica == id.replica }),
      let actions = servers[id.server]?.perform(event, on: index)
    else { return [] }
    return actions.map { .endpoint(id, $0) } + review(id.server, at: now)
  }

  /// Time has passed: endpoints try again, and grace periods end.
  package mutating func timePassed(at now: UInt64) -> [Action] {
    var actions: [Action] = []
    for name in names {
      for id in endpoints(of: name) { actions += update(id, at: now) { $0.timePassed(at: now) } }
      if let until = servers[name]?.lingersUntil, now >= until {
        servers[name]?.presence = .gone
        actions.append(.presenceChanged(server: name, .gone))
      }
    }
    return actions
  }

  private mutating func review(_ name: String, at now: UInt64) -> [Action] {
    guard let server = servers[name] else { return [] }
    var actions: [Action] = []
    let presence = server.presence(at: now)
    if presence != server.presence {
      servers[name]?.presence = presence
      actions.append(.presenceChanged(server: name, presence))
    }
    if !server.isSettled, server.hasSettled {
      servers[name]?.isSettled = true
      actions.append(.settled(server: name))
      if isSettled { actions.append(.allSettled) }
    }
    return actions
  }
}
