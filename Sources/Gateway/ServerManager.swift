package import Configuration
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

  package let configuration: Configuration
  package let identity: Identity
  package let clock: LoopClock
  let spawner: ProcessSpawner
  let facts: FactStore
  package let audience = Audience()
  package private(set) var servers: [UpstreamServer] = []
  /// Open once every server has been ready, or has failed once.
  package let settled = Gate()
  private let declared = Gate()
  private var capabilities = ClientCapabilities.none
  private var declaredAt: Instant?
  package private(set) var isClosing = false
  private var connections: UInt64 = 0
  var merged: Catalog
  var isStale = true
  private var isAnnouncing = false
  private let logger: Log
  private let redact: (String) -> String
  /// Whose answers mentioned a URI last, for URIs that no list holds.
  var mentions = Mentions()

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
    logger = log
    let enabled = configuration.servers.filter { !$0.isDisabled }
    merged = Catalog(settings: configuration.settings, prefixes: enabled.map(\.prefix))
    servers = enabled.enumerated().map { UpstreamServer(index: $0, configuration: $1, manager: self) }
    if servers.isEmpty { settled.open() }
  }

  /// Whether a person has to be told which server speaks.
  var labels: Bool { configuration.settings.labels && servers.count > 1 }

  func redacted(_ text: String) -> String { redact(text) }

  func log(
    _ level: LogLevel, _ event: String, server: String? = nil, _ fields: KeyValuePairs<String, String> = [:]
  ) {
    logger(level, event, server: server, fields)
  }

  // MARK: - Life

  /// Starts every server in parallel and keeps them running; returns after ``shutDown(urgent:)``.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      for server in servers {
        group.addTask { await server.run() }
      }
    }
  }

  /// Lets the handshakes begin, with what the client behind the gateway can do. Only the first call counts.
  package func declare(_ capabilities: ClientCapabilities) {
    guard !declared.isOpen else { return }
    self.capabilities = capabilities
    declaredAt = clock.now()
    declared.open()
  }

  func declaredCapabilities() async -> ClientCapabilities {
    await declared.wait()
    return capabilities
  }

  func nextConnection() -> UInt64 {
    connections += 1
    return connections
  }

  func serverSettled() {
    if servers.allSatisfy(\.isSettled) {
      settled.open()
      audience.catalogChanged()
    }
  }

  /// Ends all servers and everything below them, in parallel. What still waits is answered with an error; a server that
  /// is just being started ends as soon as it is there.
  ///
  /// - Parameter urgent: skips the first step of the ladder.
  package func shutDown(urgent: Bool) async {
    isClosing = true
    declared.open()
    let processes = servers.compactMap { ($0.client ?? $0.opening)?.process }
    for server in servers {
      server.wakeUp?.open()
      server.refuseWaiting(Failure(server: server.name, phase: .shutdown, reason: "the gateway is shutting down"))
    }
    for process in processes { process.end(urgent) }
    for process in processes { await process.gone.wait() }
  }

  /// Closes the standard input of every server that has nothing to do and will get nothing any more: the first step of
  /// a quiet end.
  func retireIdle() {
    for server in servers {
      guard let client = server.client, client.pendingCount == 0, server.waitingBytes == 0 else { continue }
      server.isRetired = true
      client.process.transport.closeWriting()
    }
  }

  // MARK: - Waiting at the start

  /// Suspends until every server is settled, or the time after the first declaration is over.
  ///
  /// - Parameter limit: milliseconds.
  func settle(within limit: UInt64) async {
    guard !settled.isOpen else { return }
    let gone = declaredAt.map { clock.now().since($0) } ?? 0
    guard gone < limit else { return }
    let gate = Gate()
    let timer = clock.after(limit - gone) { gate.open() }
    let watch = Task { @GatewayActor in
      await settled.wait()
      gate.open()
    }
    await gate.wait()
    timer.cancel()
    watch.cancel()
  }

  // MARK: - The merged lists

  /// The merged lists as they are now.
  package var catalog: Catalog {
    if isStale { rebuild() }
    return merged
  }

  func rebuild() {
    isStale = false
    merged.rebuild(
      servers.map { Catalog.Source(prefix: $0.configuration.prefix, offer: $0.offer) }, own: ownResources())
  }

  /// Says that some list may have changed; each client is told of those that are no longer what it knows.
  func catalogStale() {
    isStale = true
    audience.catalogChanged()
    guard !isAnnouncing else { return }
    isAnnouncing = true
    Task { @GatewayActor in
      await clock.sleep(milliseconds: Self.settlingTime)
      isAnnouncing = false
      audience.announceChanges()
    }
  }

  // MARK: - Limits

  /// Whether that many more bytes may wait.
  func mayQueue(_ count: Int) -> Bool {
    servers.reduce(count) { $0 + $1.waitingBytes } <= configuration.settings.maxQueuedBytes
  }

  /// Stops or goes on reading servers, by what the clients leave unread.
  func setReading(_ isReading: Bool) {
    for server in servers { (server.client ?? server.opening)?.process.transport.setReading(isReading) }
  }
}
