package import Configuration
import ConnectionPooling
package import EventLoop
import JSONRPC
package import MCP

/// One server of the configuration: its endpoints, the choice among their lanes, and its last good lists.
@GatewayActor
package final class UpstreamServer {
  // What each call asks for comes first (docs/hot-path.md).
  package let id: ServerID
  unowned let upstream: ServerSet
  /// Whether all sessions share its processes.
  let isShared: Bool
  /// What ran under its name before and may not have ended: nothing is started beside it.
  private var formerLanes: [Lane]
  private let isImpeded: Bool
  /// Whether every tool may be called.
  private(set) var showsAllTools: Bool
  /// The session that called it last; 0 for none.
  private(set) var lastSession: UInt64 = 0
  /// All of them, in the order in which they were added.
  package private(set) var lanes: [Lane] = []
  package private(set) var configuration: ServerConfiguration
  private var balancer: LoadBalancer
  let endpoints: [Endpoint]
  /// Why it cannot be started as it is configured.
  package let impediment: Failure?
  private(set) var presence: ServerPresence
  private var presenceTimer: LoopClock.Cancellation?
  private var lastLaneNumber: Int
  /// What it offers now.
  let shelf: Shelf
  /// What the last handshake agreed on.
  package private(set) var negotiated: ServerConnection.Negotiated?
  /// What an earlier run learned.
  var facts: ServerFacts?
  /// Which eras it is known to speak.
  var eras: EraVerdicts
  /// When it was found out that it speaks the transport of 2024-11-05, in milliseconds since 1970.
  var olderTransportAt: UInt64?
  /// The latest of its elicitations by URL, by the ids that it gave them: it tells of the end of no other one's.
  var elicitations = RecentURIs<Bool>(limit: 2_000)
  /// Milliseconds from the spawn to the first readiness.
  package private(set) var startMilliseconds: UInt64?

  /// - Parameters:
  ///   - id: its identity.
  ///   - configuration: its entry.
  ///   - upstream: the set that it belongs to.
  ///   - former: what ran under its name before: the numbers of its lanes are not given again.
  init(id: ServerID, configuration: ServerConfiguration, upstream: ServerSet, following former: UpstreamServer?) {
    let settings = configuration.settings
    self.id = id
    self.configuration = configuration
    lastLaneNumber = former?.lastLaneNumber ?? -1
    self.upstream = upstream
    formerLanes = former?.lanes ?? []
    isShared = settings.shared
    balancer = LoadBalancer(settings)
    impediment = Self.impediment(of: configuration)
    isImpeded = impediment != nil
    showsAllTools = Self.showsAllTools(configuration, upstream.configuration.settings.profiles)
    endpoints = configuration.endpoints.enumerated().map { position, replica in
      Endpoint(launch: replica.launch, priority: replica.priority, isExtra: position > 0 && settings.shared)
    }
    let facts = impediment == nil ? upstream.facts.load(configuration) : nil
    let known = facts.flatMap { $0.mark == ServerFacts.mark(of: configuration) ? $0.offer : nil }
    presence = ServerPresence(
      isAwaited: !isImpeded && !settings.lazy, isKnown: known != nil, gracePeriod: settings.gracePeriod)
    self.facts = facts
    eras = facts?.eras ?? EraVerdicts()
    olderTransportAt = facts?.olderTransportAt
    shelf = Shelf(clock: upstream.clock, offer: known ?? ServerOffer())
    if !isImpeded { addLanes(for: isShared ? .everybody : .spare) }
  }

  private static func impediment(of configuration: ServerConfiguration) -> Failure? {
    func failure(_ reason: String) -> Failure {
      Failure(server: configuration.name, phase: .configuration, reason: reason)
    }
    if let problem = configuration.problem { return failure(problem.description) }
    return configuration.endpoints.isEmpty ? failure("its entry says nothing to start") : nil
  }

  /// Whether every client may call every tool, so that no call has to be looked at for it.
  private static func showsAllTools(_ server: ServerConfiguration, _ profiles: [ClientProfile]) -> Bool {
    server.shaping.isOpen
      && profiles.allSatisfy { profile in
        profile.servers.map { $0[server.name] != nil } ?? true
          && ToolShaping(profile.rules(for: server.name)).isOpen
      }
  }

  /// The configuration has other profiles, perhaps.
  func profilesChanged(_ profiles: [ClientProfile]) { showsAllTools = Self.showsAllTools(configuration, profiles) }

  /// Goes on with other settings. What a lane was made with (its limits of time and of calls in flight, its probes and its
  /// waits) holds for as long as the lane.
  func change(to configuration: ServerConfiguration) {
    self.configuration = configuration
  }

  /// Ends all that runs for it: it is not configured any more, or not like this.
  func end() {
    refuseWaiting(Failure(server: name, phase: .shutdown, reason: "it was taken out of the configuration"))
    for lane in lanes {
      lane.update { $0.shutDown(at: $1) }
      upstream.endsByItself(lane)
      upstream.checker.remove(lane)
    }
  }

  /// Suspends until nothing runs any more of what ran under its name before.
  func whenFormerAreOver() async {
    for lane in formerLanes { await lane.whenOver() }
    formerLanes = []
  }

  func nextLaneNumber() -> Int {
    lastLaneNumber += 1
    return lastLaneNumber
  }

  func add(_ lane: Lane) {
    lanes.append(lane)
    upstream.checker.add(lane)
  }

  func remove(_ lane: Lane) {
    lanes.removeAll { $0 === lane }
    upstream.checker.remove(lane)
    upstream.endsByItself(lane)
    lanesChanged(at: lane.now)
  }

  package var name: String { configuration.name }

  /// A connection that takes calls.
  package var connection: ServerConnection? { lanes.lazy.compactMap(\.connection).first }

  var connections: [ServerConnection] { lanes.compactMap(\.connection) }

  // MARK: - How it is

  /// Whether it has been ready, or has failed once: then nobody waits for it any more.
  package var isSettled: Bool { presence.isSettled }

  /// Whether its lists are those of an earlier run: it has not been ready yet, and has not failed either.
  var isKnown: Bool { presence.condition == .known }

  /// Some lane has changed its state.
  func lanesChanged(at now: UInt64) { perform(presence.lanesChanged(lanes.map(\.state), at: now)) }

  private func perform(_ actions: [ServerPresence.Action]) {
    for action in actions {
      switch action {
      case .settled: upstream.serverSettled()
      case .changed(.gone): graceOver()
      case .changed: break
      }
    }
    presenceTimer?.cancel()
    let now = upstream.clock.now().milliseconds
    presenceTimer = presence.deadline.map { deadline in
      upstream.clock.after(deadline > now ? deadline - now : 0) { [self] in
        perform(presence.timePassed(at: upstream.clock.now().milliseconds))
      }
    }
  }

  /// Why no lane is ready; nil while one is, and before the first start has come to an end.
  package var failure: Failure? {
    if let impediment { return impediment }
    guard connection == nil, let lane = lanes.first(where: { $0.lastFailure != nil }) else { return nil }
    guard case .backingOff(let until, _, _) = lane.state.condition else { return lane.lastFailure }
    let now = upstream.clock.now().milliseconds
    return lane.lastFailure?.retrying(in: until > now ? until - now : 0)
  }

  /// What the server says about itself to the model.
  var instructionsText: String { negotiated?.instructions ?? facts?.instructions ?? "" }

  /// What it calls itself for people.
  var title: String? {
    guard var info = negotiated?.serverInfo ?? facts?.serverInfo else { return nil }
    return info.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      return (JSONWalk.member("title", of: bytes) ?? JSONWalk.member("name", of: bytes)).flatMap { JSONText.string($0) }
    }
  }

  /// What it is called where its public names begin.
  var label: String { configuration.prefix.isEmpty ? name : configuration.prefix }

  /// The state in a few words.
  package var stateText: String {
    if let failure { return failure.reason }
    return lanes.first?.state.condition.summary ?? "not started"
  }

  package var skippedLines: Int { connections.reduce(0) { $0 + $1.skippedLines } }

  // MARK: - Tasks

  /// What wrapped task ids of the server begin with: stable between runs.
  var taskKey: String {
    let prefix = configuration.prefix
    return prefix.isEmpty ? "s" + PublicName.hash(name, "", digits: 8) : prefix
  }

  /// Returns the id by which clients know a task.
  func wrapped(task id: String) -> String { TaskID.prefix(for: taskKey) + id }

  func log(_ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, String> = [:]) {
    upstream.log(level, event, server: name, fields)
  }

  func log(_ level: LogLevel, _ event: String, fields: [(key: String, value: String)]) {
    upstream.log(level, event, server: name, fields: fields)
  }

  // MARK: - Calls

  /// Hands a call to the lane that is to take it.
  func accept(_ call: Call, _ frame: Frame) {
    call.server = self
    lastSession = call.session
    call.meter = call.tool?.meter ?? upstream.metrics.meter(server: id, method: call.method, tool: call.tool)
    guard !isImpeded, let lane = call.home ?? choose(for: call.session) else {
      call.caller.failed(
        call, failure ?? Failure(server: name, phase: .waiting, reason: "none of its processes is running"), as: nil)
      return
    }
    lane.accept(call, frame)
  }

  private func choose(for session: UInt64) -> Lane? {
    if isShared, lanes.count == 1 { return lanes[0] }
    let own = lanes(for: session)
    if own.count == 1 { return own[0] }
    let capacity = configuration.settings.callsInFlight
    let candidates = own.map { lane in
      LoadBalancer.Candidate(
        id: lane.id.number, priority: lane.endpoint.priority, availability: lane.state.availability,
        inFlight: lane.inFlight, capacity: capacity, score: lane.score)
    }
    let chosen = balancer.pick(
      among: candidates, session: session, at: upstream.clock.now().milliseconds, chance: Double.random(in: 0..<1))
    let lane = own.first { $0.id.number == chosen }
    lane?.tally.picks += 1
    return lane
  }

  /// Whether a lane must not be ended although nobody calls it: a session stays with it, is subscribed to something
  /// there, or no other one could take its place at once.
  func needs(_ lane: Lane) -> Bool {
    balancer.isHome(lane.id.number) || !upstream.interest.resources(lane).isEmpty
      || !lanes.contains { $0 !== lane && $0.connection != nil }
  }

  func sessionEnded(_ session: UInt64) {
    balancer.sessionEnded(session)
    for connection in connections { connection.sessionEnded(session) }
    giveUpLanes(of: session)
  }

  /// Fails everything that waits.
  func refuseWaiting(_ failure: Failure) { for lane in lanes { lane.refuseWaiting(failure, as: .closed) } }

  // MARK: - A new connection

  /// Takes over what a new connection has agreed on, before its lists are there.
  func isOpened(by connection: ServerConnection) { negotiated = connection.negotiated }

  /// A connection takes calls now: keeps what it said of itself, and tells it what sessions had told the one before.
  func becameReady(_ connection: ServerConnection, after time: UInt64) {
    upstream.news.resourcesChanged(id)
    if startMilliseconds == nil { startMilliseconds = time }
    log(
      .info, "server_ready",
      [
        "pid": connection.carrier.process.map { String($0) } ?? "",
        "revision": connection.negotiated?.revision.rawValue ?? "",
        "tools": String(offer.items[.tools]?.count ?? 0),
      ])
    remember(connection)
    restore(connection)
    catchUp()
  }

  private func restore(_ connection: ServerConnection) {
    guard let capabilities = connection.negotiated?.capabilities else { return }
    if connection.era == .modern {
      connection.updateListening()
      Task { @GatewayActor in await connection.lane.announceUnheard(connection) }
      return
    }
    if capabilities.logging, let level = upstream.interest.logLevel() { connection.setLogLevel(level) }
    guard capabilities.resourcesSubscribe else { return }
    let subscribed = upstream.interest.resources(connection.lane).map { ($0, connection.subscribe($0)) }
    guard !subscribed.isEmpty else { return }
    Task { @GatewayActor in
      for (uri, request) in subscribed {
        _ = await request.answer()
        guard await connection.mayHaveChanged(uri) else { continue }
        upstream.news.resourceMayHaveChanged(uri, connection.lane)
      }
    }
  }
}
