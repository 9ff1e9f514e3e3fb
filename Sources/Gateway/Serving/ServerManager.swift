package import Configuration
package import ConnectionPooling
package import EventLoop
import JSONRPC
package import MCP

/// All configured servers: started in parallel, looked up, merged into one catalog, shut down.
///
/// Nothing in it belongs to one client: any number of sessions share it through ``Audience``.
@GatewayActor
package final class ServerManager {
  /// Milliseconds in which changes are gathered before clients are told, so that a burst is one notification.
  static let settlingTime: UInt64 = 50
  /// Milliseconds that a list waits for servers whose part of it has expired.
  static let freshenWait: UInt64 = 2_000

  package let configuration: Configuration
  package let identity: Identity
  package let clock: LoopClock
  let spawner: ProcessSpawner
  let facts: FactStore
  package let audience = Audience()
  package let metrics: Metrics
  /// In the order of the configuration.
  package private(set) var servers: [UpstreamServer] = []
  /// The same by the numbers of their identities; nil for one that is not configured any more.
  private var serversByNumber: [UpstreamServer?] = []
  private var identities: ServerID.Register
  /// The states of all endpoints.
  package private(set) var registry = EndpointRegistry()
  private var endpoints: [EndpointRegistry.ID: Endpoint] = [:]
  private var registryTimer: LoopClock.Cancellation?
  let checker: HealthChecker
  /// Open once every server has been ready, or has failed once.
  package let settled = Gate()
  private let declared = Gate()
  private(set) var capabilities = ClientCapabilities.none
  /// The era of the client for which servers are opened.
  private var preferredEra = Era.legacy
  /// Whether all that was declared so far was declared with a `server/discover`.
  private var isTentative = false
  /// When a client first said what it can do.
  private(set) var declaredAt: Instant?
  /// What results of the gateway's own begin with for modern clients.
  let resultHead: ResultHead
  /// Goes with the gateway's own requests to modern servers: it can do nothing for them.
  let ownStamp: RequestStamp
  /// Goes with listens that are for tasks as well, since those need the extension.
  let taskStamp: RequestStamp
  let allowedExtensions: Set<String>
  /// Tells tokens of this run from those of another.
  let run = UInt64.random(in: .min ... .max)
  package private(set) var isClosing = false
  /// Whether what ends now ends without the first step of the ladder.
  private(set) var isUrgent = false
  private let closing = Gate()
  private var connections: UInt64 = 0
  private var sessions: UInt64 = 0
  var merged: Catalog
  var isStale = true
  /// Whether clients are about to be told of changed lists.
  var isAnnouncing = false
  private let logger: Log
  private let redact: (String) -> String
  /// Resources that may be given out again.
  var readCache = ReadCache()
  /// Whose answers mentioned a URI last, for URIs that no list holds.
  var mentions = RecentURIs<ServerID>(limit: 10_000)

  package init(
    configuration: Configuration, identity: Identity, clock: LoopClock, spawner: ProcessSpawner,
    facts: FactStore = .none, log: Log, redact: @escaping (String) -> String
  ) {
    self.configuration = configuration
    self.identity = identity
    self.clock = clock
    self.spawner = spawner
    self.facts = facts
    self.redact = redact
    resultHead = ResultHead(identity: identity.json)
    ownStamp = RequestStamp(.none, identity: identity.json)
    taskStamp = RequestStamp(.onlyTasks, identity: identity.json)
    allowedExtensions = Set(
      (configuration.settings.extensions ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init))
    checker = HealthChecker(clock: clock)
    logger = log
    let enabled = configuration.servers.filter { !$0.isDisabled }
    metrics = Metrics(startedAt: clock.now())
    var identities = ServerID.Register()
    let identified = enabled.map { (id: identities.id(of: $0.name), configuration: $0) }
    self.identities = identities
    merged = Catalog(
      settings: configuration.settings, prefixes: identified.map { ($0.id, $0.configuration.prefix) })
    servers = identified.map { UpstreamServer(id: $0.id, configuration: $0.configuration, manager: self) }
    serversByNumber = Array(repeating: nil, count: identities.count)
    for server in servers {
      serversByNumber[server.id.number] = server
      register(server)
    }
    if registry.isSettled { settled.open() }
  }

  private func register(_ server: UpstreamServer) {
    let settings = server.configuration.settings
    registry.add(
      server: server.name, isAwaited: server.impediment == nil && !settings.lazy, gracePeriod: settings.gracePeriod)
    if server.impediment == nil { _ = addEndpoints(to: server) }
  }

  /// Returns a server; nil when it is not configured any more.
  func server(_ id: ServerID) -> UpstreamServer? {
    id.number < serversByNumber.count ? serversByNumber[id.number] : nil
  }

  func server(named name: String) -> UpstreamServer? { servers.first { $0.name == name } }

  /// Adds one endpoint for each process that a server is configured to have.
  func addEndpoints(to server: UpstreamServer) -> [Endpoint] {
    server.configuration.endpoints.enumerated().map { position, replica in
      let id = registry.addEndpoint(
        to: server.name, priority: replica.priority, settings: .init(server.configuration.settings))
      let endpoint = Endpoint(
        id: id, server: server, launch: replica.launch, isExtra: position > 0 && server.isShared)
      endpoints[id] = endpoint
      server.add(endpoint)
      checker.add(endpoint)
      return endpoint
    }
  }

  /// Ends an endpoint that nobody needs any more.
  func dismiss(_ endpoint: Endpoint) {
    perform(registry.removeEndpoint(endpoint.id, at: clock.now().milliseconds))
    armRegistryTimer()
    endpoint.server.remove(endpoint)
    checker.remove(endpoint)
    Task { @GatewayActor in
      await endpoint.whenOver()
      endpoints[endpoint.id] = nil
    }
  }

  /// Whether a person has to be told which server speaks.
  var labels: Bool { configuration.settings.labels && servers.count > 1 }

  func redacted(_ text: String) -> String { redact(text) }

  func logs(_ level: LogLevel) -> Bool { logger.shows(level) }

  func log(
    _ level: LogLevel, _ event: String, server: String? = nil, _ fields: KeyValuePairs<String, String> = [:]
  ) {
    logger(level, event, server: server, fields)
  }

  func log(_ level: LogLevel, _ event: String, server: String, fields: [(key: String, value: String)]) {
    logger(level, event, server: server, fields: fields)
  }

  // MARK: - Life

  /// Starts every server in parallel and keeps them running; returns after ``shutDown(urgent:)``.
  package func run() async {
    for endpoint in servers.filter({ !$0.configuration.settings.lazy }).flatMap(\.endpoints) where !isClosing {
      update(endpoint.id) { $0.activate(at: $1) }
    }
    let checking = Task { @GatewayActor in await checker.run() }
    await closing.wait()
    checker.stop()
    await checking.value
    for endpoint in endpoints.values { await endpoint.whenOver() }
  }

  // MARK: - The registry

  /// Hands an event to an endpoint's state and performs what follows from it.
  func update(_ id: EndpointRegistry.ID, _ event: (inout EndpointState, UInt64) -> [EndpointState.Action]) {
    let now = clock.now().milliseconds
    perform(registry.update(id, at: now) { event(&$0, now) })
    armRegistryTimer()
  }

  func state(of id: EndpointRegistry.ID) -> EndpointState? { registry.state(of: id) }

  private func perform(_ actions: [EndpointRegistry.Action]) {
    // Taken down first: what is performed may change the state again, and the log is to tell it in order.
    for case .endpoint(let id, .changed) in actions { endpoints[id]?.noteChange() }
    for action in actions {
      switch action {
      case .endpoint(let id, let action): endpoints[id]?.perform(action)
      case .settled: audience.catalogChanged()
      case .allSettled:
        settled.open()
        audience.catalogChanged()
      case .presenceChanged(let name, let presence):
        if presence == .gone { servers.first { $0.name == name }?.graceOver() }
      }
    }
  }

  private func armRegistryTimer() {
    registryTimer?.cancel()
    registryTimer = nil
    guard let deadline = registry.deadline else { return }
    let now = clock.now().milliseconds
    if deadline > now {
      registryTimer = clock.after(deadline - now) { self.registryTimePassed() }
    } else {
      TurnEnd.call { self.registryTimePassed() }
    }
  }

  private func registryTimePassed() {
    perform(registry.timePassed(at: clock.now().milliseconds))
    armRegistryTimer()
  }

  /// Lets the handshakes begin, with what the client behind the gateway can do. Only the first call counts, but for an
  /// `initialize` that comes when a client has only looked around so far.
  package func declare(_ capabilities: ClientCapabilities, by era: Era = .legacy, isDiscovery: Bool = false) {
    if isTentative, !isDiscovery {
      isTentative = false
      if era == .legacy, capabilities != self.capabilities { declareAnew(capabilities) }
    }
    guard !declared.isOpen else { return }
    isTentative = isDiscovery
    self.capabilities = capabilities
    preferredEra = era
    declaredAt = clock.now()
    declared.open()
  }

  /// Opens connections again that were told of other capabilities and have carried nothing yet.
  private func declareAnew(_ capabilities: ClientCapabilities) {
    self.capabilities = capabilities
    preferredEra = .legacy
    for (id, endpoint) in endpoints {
      guard let client = endpoint.client ?? endpoint.opening, client.wasInitialized, !client.hasCarried else {
        continue
      }
      update(id) { $0.replace(at: $1) }
    }
  }

  /// Suspends until a client has said what it can do, and returns the era in which it did.
  func declaredEra() async -> Era {
    await declared.wait()
    return preferredEra
  }

  func stamp(for capabilities: ClientCapabilities) -> RequestStamp {
    capabilities == .none ? ownStamp : RequestStamp(capabilities, identity: identity.json)
  }

  func nextConnection() -> UInt64 {
    connections += 1
    return connections
  }

  func nextSession() -> UInt64 {
    sessions += 1
    return sessions
  }

  /// Ends all servers and everything below them, in parallel. What still waits is answered with an error; a server that
  /// is just being started ends as soon as it is there.
  ///
  /// - Parameter urgent: skips the first step of the ladder.
  package func shutDown(urgent: Bool) async {
    isClosing = true
    isUrgent = isUrgent || urgent
    declared.open()
    for server in servers {
      server.refuseWaiting(Failure(server: server.name, phase: .shutdown, reason: "the gateway is shutting down"))
    }
    if urgent { for endpoint in endpoints.values { endpoint.hurry() } }
    for id in endpoints.keys { update(id) { $0.shutDown(at: $1) } }
    registryTimer?.cancel()
    closing.open()
    for endpoint in endpoints.values { await endpoint.whenOver() }
  }

  /// Makes what is ending end faster.
  func hurry() {
    isUrgent = true
    for endpoint in endpoints.values { endpoint.hurry() }
  }

  /// Ends every server that has nothing to do and will get nothing any more: the first step of a quiet end.
  func retireIdle() {
    for endpoint in endpoints.values
    where endpoint.client != nil && endpoint.inFlight == 0 && endpoint.waitingBytes == 0 {
      update(endpoint.id) { $0.shutDown(at: $1) }
    }
  }

  // MARK: - Limits

  /// Whether so many bytes of one client may wait for servers that are still starting.
  func mayQueue(_ count: Int) -> Bool { count <= configuration.settings.maxQueuedBytes }

  /// Stops or goes on reading servers, by what the clients leave unread.
  func setReading(_ isReading: Bool) { for endpoint in endpoints.values { endpoint.readingChanged(isReading) } }
}
