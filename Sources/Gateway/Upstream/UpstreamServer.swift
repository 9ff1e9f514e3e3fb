package import Configuration
import ConnectionPooling
package import EventLoop
import JSONRPC
package import MCP

/// One server of the configuration: its endpoints, the choice among them, and its last good lists.
@GatewayActor
package final class UpstreamServer {
  // What each call asks for comes first, and lies together.
  package let id: ServerID
  unowned let manager: ServerManager
  /// Whether all sessions share its processes.
  let isShared: Bool
  private let isImpeded: Bool
  /// Whether any of its URIs is listed under another form.
  var isRenamed = false
  package private(set) var endpoints: [Endpoint] = []
  package let configuration: ServerConfiguration
  private var balancer: LoadBalancer
  /// Why it cannot be started as it is configured.
  package let impediment: Failure?
  package private(set) var offer = ServerOffer()
  /// What the last handshake agreed on.
  package private(set) var negotiated: ServerConnection.Negotiated?
  /// What an earlier run learned.
  private(set) var facts: ServerFacts?
  /// Which eras it is known to speak.
  var eras: EraVerdicts
  /// Milliseconds from the spawn to the first readiness.
  package private(set) var startMilliseconds: UInt64?
  /// What a modern server said about how long its lists may be kept, and when.
  private var freshness: [ListKind: (hints: CacheHints, at: Instant)] = [:]
  private var changedKinds: Set<ListKind> = []
  private var isRefreshing = false

  init(id: ServerID, configuration: ServerConfiguration, manager: ServerManager) {
    self.id = id
    self.configuration = configuration
    self.manager = manager
    isShared = configuration.settings.shared
    balancer = LoadBalancer(configuration.settings)
    impediment = Self.impediment(of: configuration)
    isImpeded = impediment != nil
    facts = impediment == nil ? manager.facts.load(configuration) : nil
    eras = facts?.eras ?? EraVerdicts()
  }

  private static func impediment(of configuration: ServerConfiguration) -> Failure? {
    func failure(_ reason: String) -> Failure {
      Failure(server: configuration.name, phase: .configuration, reason: reason)
    }
    if let problem = configuration.problem { return failure(problem.description) }
    if case .remote? = configuration.launch { return failure("remote servers (\"url\") are not supported yet") }
    return configuration.endpoints.isEmpty ? failure("its entry says nothing to start") : nil
  }

  func add(_ endpoint: Endpoint) { endpoints.append(endpoint) }

  func remove(_ endpoint: Endpoint) { endpoints.removeAll { $0 === endpoint } }

  package var name: String { configuration.name }

  /// A connection that takes calls.
  package var client: ServerConnection? { endpoints.lazy.compactMap(\.client).first }

  var clients: [ServerConnection] { endpoints.compactMap(\.client) }

  /// Whether it has been ready, or has failed once: then nobody waits for it any more.
  package var isSettled: Bool { impediment != nil || manager.registry.isSettled(name) }

  /// Why no endpoint is ready; nil while one is, and before the first start has come to an end.
  package var failure: Failure? {
    if let impediment { return impediment }
    guard client == nil, let endpoint = endpoints.first(where: { $0.lastFailure != nil }) else { return nil }
    guard case .backingOff(let until, _, _)? = manager.state(of: endpoint.id)?.condition else {
      return endpoint.lastFailure
    }
    let now = manager.clock.now().milliseconds
    return endpoint.lastFailure?.retrying(in: until > now ? until - now : 0)
  }

  /// What the server says about itself to the model.
  var instructionsText: String { negotiated?.instructions ?? facts?.instructions ?? "" }

  /// The state in a few words.
  package var stateText: String {
    if let failure { return failure.reason }
    return endpoints.compactMap { manager.state(of: $0.id)?.condition.summary }.first ?? "not started"
  }

  package var skippedLines: Int { clients.reduce(0) { $0 + $1.skippedLines } }

  /// Returns the id by which clients know a task.
  func wrapped(task id: String) -> String { TaskID.prefix(for: manager.taskKey(of: self)) + id }

  func log(_ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, String> = [:]) {
    manager.log(level, event, server: name, fields)
  }

  func log(_ level: LogLevel, _ event: String, fields: [(key: String, value: String)]) {
    manager.log(level, event, server: name, fields: fields)
  }

  // MARK: - Calls

  /// Hands a request to the endpoint that is to take it.
  func accept(_ request: Call, _ frame: Frame) {
    request.server = self
    request.meter =
      request.tool?.meter ?? manager.metrics.meter(server: id, method: request.method, tool: request.tool)
    guard !isImpeded, let endpoint = request.home ?? choose(for: request.session) else {
      request.session.fail(
        request, failure ?? Failure(server: name, phase: .waiting, reason: "none of its processes is running"))
      return
    }
    endpoint.accept(request, frame)
  }

  private func choose(for session: ClientSession) -> Endpoint? {
    if isShared, endpoints.count == 1 { return endpoints[0] }
    let own = endpoints(for: session)
    if own.count == 1 { return own[0] }
    let capacity = configuration.settings.callsInFlight
    let candidates = own.compactMap { endpoint in
      manager.registry.candidate(endpoint.id, inFlight: endpoint.inFlight, capacity: capacity, score: endpoint.score)
    }
    let chosen = balancer.pick(
      among: candidates, session: session.number, at: manager.clock.now().milliseconds,
      chance: Double.random(in: 0..<1))
    let endpoint = own.first { $0.id.replica == chosen }
    endpoint?.tally.picks += 1
    return endpoint
  }

  /// Whether an endpoint must not be ended although nobody calls it: a session stays with it, is subscribed to something
  /// there, or no other one could take its place at once.
  func needs(_ endpoint: Endpoint) -> Bool {
    balancer.isHome(endpoint.id.replica) || !manager.audience.subscriptions(at: endpoint).isEmpty
      || !endpoints.contains { $0 !== endpoint && $0.client != nil }
  }

  func sessionEnded(_ session: ClientSession) {
    balancer.sessionEnded(session.number)
    giveUpEndpoints(of: session)
  }

  /// Fails everything that waits.
  func refuseWaiting(_ failure: Failure) { for endpoint in endpoints { endpoint.refuseWaiting(failure, as: .closed) } }

  // MARK: - A new connection

  /// Takes over what a connection brought, and tells it what sessions had told the one before.
  func becameReady(_ client: ServerConnection, _ offer: ServerOffer, after time: UInt64) {
    negotiated = client.negotiated
    manager.readCache.serverChanged(id)
    if startMilliseconds == nil { startMilliseconds = time }
    log(
      .info, "server_ready",
      [
        "pid": String(client.process.pid), "revision": client.negotiated?.revision.rawValue ?? "",
        "tools": String(offer.items[.tools]?.count ?? 0),
      ])
    adopt(offer)
    remember(client)
    restore(client)
    refreshChanged()
  }

  /// Keeps what the server said of itself for the next run.
  private func remember(_ client: ServerConnection) {
    guard let negotiated = client.negotiated else { return }
    let facts = ServerFacts(negotiated, eras: eras, seenAt: WallClock.milliseconds)
    guard self.facts?.saysSame(as: facts) != true else { return }
    self.facts = facts
    manager.facts.save(configuration, facts)
  }

  private func restore(_ client: ServerConnection) {
    guard let capabilities = client.negotiated?.capabilities else { return }
    if client.era == .modern {
      client.updateListening()
      Task { @GatewayActor in await client.endpoint.announceUnheard(client) }
      return
    }
    if capabilities.logging, let level = manager.audience.logLevel { client.setLogLevel(level) }
    guard capabilities.resourcesSubscribe else { return }
    let subscribed = manager.audience.subscriptions(at: client.endpoint).map { ($0, client.subscribe($0)) }
    guard !subscribed.isEmpty else { return }
    Task { @GatewayActor in
      for (uri, request) in subscribed {
        _ = await request.answer()
        guard await client.mayHaveChanged(uri) else { continue }
        manager.audience.resourceMayHaveChanged(uri, at: client.endpoint)
      }
    }
  }

  // MARK: - Lists

  /// For how long a list of this server may be kept from now on.
  func cacheHints(_ kind: ListKind) -> CacheHints {
    guard let entry = freshness[kind] else { return .none }
    let age = manager.clock.now().since(entry.at)
    let left = entry.hints.timeToLive > age ? entry.hints.timeToLive - age : 0
    return CacheHints(timeToLive: left, scope: entry.hints.scope)
  }

  /// Takes over what the server offers now.
  private func adopt(_ offer: ServerOffer) {
    guard offer != self.offer else { return }
    for entry in offer.quarantined where !self.offer.quarantined.contains(entry) {
      log(
        .warning, "item_quarantined",
        ["kind": entry.kind.itemName, "name": entry.name, "reason": entry.reason])
    }
    self.offer = offer
    manager.catalogStale()
  }

  func hasExpired(_ kind: ListKind) -> Bool {
    guard let client, client.era == .modern, let entry = freshness[kind] else { return false }
    let list = kind == .resourceTemplates ? ListKind.resources : kind
    if client.listening.honoured.lists.contains(list) { return false }
    return manager.clock.now().since(entry.at) >= entry.hints.timeToLive
  }

  /// Reads one list again.
  func read(_ kind: ListKind) async {
    guard let client, case .success(let list) = await client.readList(kind), self.client === client else { return }
    var next = offer
    take(list, into: &next)
    adopt(next)
  }

  private func take(_ list: ListReading, into offer: inout ServerOffer) {
    note(list.hints, of: list.kind)
    offer.items[list.kind] = list.items
    offer.quarantined = offer.quarantined.filter { $0.kind != list.kind } + list.quarantined
  }

  func note(_ hints: CacheHints?, of kind: ListKind) {
    freshness[kind] = hints.map { ($0, manager.clock.now()) }
  }

  /// The server has been away for longer than its lists are kept.
  func graceOver() { adopt(ServerOffer()) }

  /// Reads lists again that the server says have changed: once for a burst of such notifications.
  func listChanged(_ kind: ListKind) {
    if kind == .resources { manager.readCache.serverChanged(id) }
    changedKinds.insert(kind)
    refreshChanged()
  }

  /// A change that was announced while the lists were read for the first time is seen to when the server is ready.
  private func refreshChanged() {
    guard client != nil, !changedKinds.isEmpty, !isRefreshing else { return }
    isRefreshing = true
    Task { @GatewayActor in await refresh() }
  }

  private func refresh() async {
    // A server that announces a change after every list is listened to less and less.
    var pause = ServerManager.settlingTime
    while client != nil, !changedKinds.isEmpty {
      await manager.clock.sleep(milliseconds: pause)
      pause = min(pause * 2, 5_000)
      guard let client else { break }
      let kinds = changedKinds
      changedKinds = []
      var next = offer
      for kind in ListKind.allCases where kinds.contains(kind) {
        switch await client.readList(kind) {
        case .success(let list): take(list, into: &next)
        case .failure(let failure): log(.warning, "list_failed", ["reason": failure.reason])
        }
      }
      if self.client === client { adopt(next) }
    }
    isRefreshing = false
  }
}
