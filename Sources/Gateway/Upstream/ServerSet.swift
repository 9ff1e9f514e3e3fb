package import Configuration
import ConnectionPooling
package import EventLoop
import JSONRPC
package import MCP

/// All configured servers: started in parallel, kept running, told apart by their identities, shut down.
///
/// It knows no client. What servers say goes up through ``news``; what is wanted of them is asked of ``interest``.
@GatewayActor
package final class ServerSet {
  /// Milliseconds in which changes are gathered before anybody is told, so that a burst is one notification.
  static let settlingTime: UInt64 = 50

  package private(set) var configuration: Configuration
  package let clock: LoopClock
  private let carriers: CarrierFactory
  let facts: FactStore
  package let log: Log
  let introduction: OwnIntroduction
  package let metrics: Metrics
  let checker: HealthChecker
  /// In the order of the configuration.
  package private(set) var servers: [UpstreamServer] = []
  /// The same by the numbers of their identities; nil for one that is not configured any more.
  private var serversByNumber: [UpstreamServer?] = []
  private var identities = ServerID.Register()
  var news = ServerNews()
  var interest = Interest()
  private(set) var declaration: Declaration
  /// Open once a client has said what it can do, so that handshakes may begin.
  private let mayOpen = Gate()
  /// Open once every server has been ready, or has failed once.
  package let settled = Gate()
  /// Open once the lists of every server are there, from an earlier run if not from this one, or it has failed once.
  let listed = Gate()
  private var life = Life()
  /// What the gateway's own requests are made on.
  let ownTerms: RequestTerms

  @GatewayActor
  private struct Life {
    var isRunning = false
    var isClosing = false
    /// Whether what ends now ends without the first step of the ladder.
    var isUrgent = false
    let closing = Gate()
    /// How many carriers were made.
    var connections: UInt64 = 0
    /// Lanes that were taken out and may not have ended yet.
    var leaving: [Leaving] = []
  }

  /// A lane that was taken out, and its server, which a lane does not hold and looks at until its end.
  @GatewayActor
  private struct Leaving {
    let lane: Lane
    let server: UpstreamServer
  }

  init(
    configuration: Configuration, identity: Identity, clock: LoopClock, carriers: CarrierFactory, facts: FactStore,
    log: Log, declaring policy: Declaration.Policy
  ) {
    self.configuration = configuration
    self.clock = clock
    self.carriers = carriers
    self.facts = facts
    self.log = log
    introduction = OwnIntroduction(identity, configuration.settings)
    ownTerms = RequestTerms(era: .legacy, stamp: introduction.stamp, logLevel: nil)
    metrics = Metrics(startedAt: clock.now())
    checker = HealthChecker(clock: clock)
    declaration = Declaration(policy)
    put(configuration.servers.filter { !$0.isDisabled }.map { make($0) })
    serverSettled()
  }

  private func make(_ configuration: ServerConfiguration) -> UpstreamServer {
    UpstreamServer(
      id: identities.id(of: configuration.name), configuration: configuration, upstream: self,
      following: server(named: configuration.name))
  }

  private func put(_ servers: [UpstreamServer]) {
    self.servers = servers
    serversByNumber = Array(repeating: nil, count: identities.count)
    for server in servers { serversByNumber[server.id.number] = server }
  }

  /// Takes another configuration up: what is the same goes on, what is other or new is started, what is not there any more
  /// is ended. Calls at what is ended hear that their outcome is unknown.
  package func apply(_ next: Configuration) {
    let difference = Configuration.Difference(from: configuration, to: next)
    configuration = difference.applied(to: configuration)
    var kept: Set<String> = []
    var started: [UpstreamServer] = []
    let all = difference.steps.compactMap { step -> UpstreamServer? in
      switch step {
      case .keep(let name):
        kept.insert(name)
        return server(named: name)
      case .change(let changed):
        kept.insert(changed.name)
        let server = server(named: changed.name)
        server?.change(to: changed)
        return server
      case .restart(let new), .start(let new):
        let server = make(new)
        started.append(server)
        return server
      case .rest: return nil
      }
    }
    for server in servers where !kept.contains(server.name) { server.end() }
    put(all)
    for server in all { server.profilesChanged(configuration.settings.profiles) }
    log(.info, "configuration_taken_up", ["servers": String(all.count), "started": String(started.count)])
    if life.isRunning { activate(started) }
    news.offerChanged()
  }

  /// Ends a server and starts it anew; calls at it hear that their outcome is unknown. Returns false when no server that is
  /// in use has the name.
  package func restart(_ name: String) -> Bool {
    guard let old = server(named: name) else { return false }
    let new = make(old.configuration)
    old.end()
    put(servers.map { $0 === old ? new : $0 })
    log(.info, "server_restarted", server: name)
    if life.isRunning { activate([new]) }
    news.offerChanged()
    return true
  }

  private func activate(_ servers: [UpstreamServer]) {
    for lane in servers.filter({ !$0.configuration.settings.lazy }).flatMap(\.lanes) where !isClosing {
      lane.update { $0.activate(at: $1) }
    }
  }

  // MARK: - Who there is

  /// Returns a server; nil when it is not configured any more.
  func server(_ id: ServerID) -> UpstreamServer? {
    id.number < serversByNumber.count ? serversByNumber[id.number] : nil
  }

  func server(named name: String) -> UpstreamServer? { servers.first { $0.name == name } }

  func server(taskKey: String) -> UpstreamServer? { servers.first { $0.taskKey == taskKey } }

  /// Whether a person has to be told which server speaks.
  var labelling: Labelling {
    Labelling(showsNames: configuration.settings.labels && servers.count > 1, isAlone: servers.count == 1)
  }

  /// Whether every server's instructions are known, so that nobody has to wait for them.
  var knowsAllInstructions: Bool {
    settled.isOpen || servers.allSatisfy { $0.negotiated != nil || $0.isSettled || $0.facts != nil }
  }

  private var lanes: [Lane] { servers.flatMap(\.lanes) }

  // MARK: - Life

  package var isClosing: Bool { life.isClosing }
  var isUrgent: Bool { life.isUrgent }

  /// Starts every server in parallel and keeps them running; returns after ``shutDown(urgent:)``.
  package func run() async {
    life.isRunning = true
    activate(servers)
    let slow = clock.after(Self.longStart) { self.sayWhoIsWaitedFor() }
    let checking = Task { @GatewayActor in await checker.run() }
    await life.closing.wait()
    slow.cancel()
    checker.stop()
    await checking.value
    await whenOver()
  }

  /// Milliseconds after which it is said that a server is still waited for.
  private static let longStart: UInt64 = 10_000

  private func sayWhoIsWaitedFor() {
    for server in servers where !server.isSettled {
      server.log(.warning, "server_slow", ["state": server.stateText, "after": Duration.spelled(Self.longStart)])
    }
  }

  private func whenOver() async {
    let leaving = life.leaving
    for lane in lanes + leaving.map(\.lane) { await lane.whenOver() }
    life.leaving = []
  }

  /// Remembers a lane that is not a server's any more until nothing of it runs.
  func endsByItself(_ lane: Lane) {
    let leaving = Leaving(lane: lane, server: lane.server)
    life.leaving.append(leaving)
    Task { @GatewayActor in
      await leaving.lane.whenOver()
      life.leaving.removeAll { $0.lane === lane }
      withExtendedLifetime(leaving) {}
    }
  }

  /// Makes what carries the next connection.
  func open(_ launch: Launch, of server: ServerConfiguration) async -> Result<Carrier, LaunchFailure> {
    life.connections += 1
    return await carriers.open(server, launch, life.connections)
  }

  /// Some server has settled, or there is none that could.
  func serverSettled() {
    // While they are made, none is in its place yet.
    if servers.allSatisfy({ $0.isSettled || $0.isKnown }) { listed.open() }
    if servers.allSatisfy(\.isSettled) { settled.open() }
    news.settled()
  }

  /// Ends all servers and everything below them, in parallel. What still waits is answered with an error; a server that
  /// is just being started ends as soon as it is there.
  ///
  /// - Parameter urgent: skips the first step of the ladder.
  package func shutDown(urgent: Bool) async {
    life.isClosing = true
    life.isUrgent = life.isUrgent || urgent
    // What waits for a declaration is let go, to find that there is nothing to open any more.
    mayOpen.open()
    for server in servers {
      server.refuseWaiting(Failure(server: server.name, phase: .shutdown, reason: "the gateway is shutting down"))
    }
    if urgent { hurry() }
    for lane in lanes { lane.update { $0.shutDown(at: $1) } }
    life.closing.open()
    await whenOver()
  }

  /// The machine has slept for a while.
  package func machineWoke() { for lane in lanes { lane.machineWoke() } }

  /// Makes what is ending end faster.
  func hurry() {
    life.isUrgent = true
    for lane in lanes + life.leaving.map(\.lane) { lane.hurry() }
  }

  /// Ends every server that has nothing to do and will get nothing any more: the first step of a quiet end.
  func retireIdle() {
    for lane in lanes where lane.connection != nil && lane.inFlight == 0 && lane.waitingBytes == 0 {
      lane.update { $0.shutDown(at: $1) }
    }
  }

  // MARK: - What clients can do

  /// Lets the handshakes begin, with what the clients behind the gateway can do.
  package func declare(_ capabilities: ClientCapabilities, by era: Era = .legacy, isDiscovery: Bool = false) {
    for action in declaration.declared(capabilities, by: era, isDiscovery: isDiscovery, at: clock.now()) {
      switch action {
      case .open: mayOpen.open()
      case .reopen: reopen()
      }
    }
  }

  private func reopen() {
    for lane in lanes {
      guard let connection = lane.connection ?? lane.opening.connection, connection.opening.wasInitialized,
        !connection.opening.hasCarried
      else { continue }
      lane.update { $0.replace(at: $1) }
    }
  }

  func sessionOpened(_ session: UInt64, _ capabilities: ClientCapabilities) {
    declaration.opened(session: session, capabilities)
  }

  func sessionEnded(_ session: UInt64) {
    declaration.ended(session: session)
    for server in servers { server.sessionEnded(session) }
  }

  /// Suspends until a client has said what it can do, and returns the era in which it did.
  func declaredEra() async -> Era {
    await mayOpen.wait()
    return declaration.era
  }

  // MARK: - To all servers

  /// Stops or goes on reading servers, by what their clients leave unread.
  func setReading(_ isReading: Bool) { for lane in lanes { lane.readingChanged(isReading) } }

  /// Tells every server the most talkative level that a client wants.
  func applyLogLevel() {
    guard let level = interest.logLevel() else { return }
    for connection in servers.flatMap(\.connections)
    where connection.negotiated?.capabilities.logging == true && connection.era == .legacy {
      connection.setLogLevel(level)
    }
  }

  /// Tells every server that was told about a session's roots that they changed.
  func rootsChanged(_ frame: Frame, of session: UInt64) {
    for connection in servers.flatMap(\.connections)
    where connection.era == .legacy && connection.opening.declared.rootsListChanged
      && connection.lane.serves(session)
    {
      connection.notify(.rootsListChanged, frame)
    }
  }

  /// Starts servers that nobody has needed yet, because one of them may have what is asked for. Returns whether any is
  /// on its way.
  ///
  /// - Parameter known: whether those are started as well whose lists are known.
  @discardableResult
  package func wakeSleepers(known: Bool) -> Bool {
    var isAnyComing = false
    for server in servers
    where server.configuration.settings.lazy && server.negotiated == nil && (known || !server.isKnown) {
      for lane in server.lanes where !lane.opening.firstEnd.isOpen {
        lane.update { $0.wake(at: $1) }
        isAnyComing = true
      }
    }
    return isAnyComing
  }

  /// Suspends until every server that was woken has come or failed: nobody has asked it anything yet.
  package func whenAwake() async {
    for server in servers where server.configuration.settings.lazy { await server.lanes.first?.opening.firstEnd.wait() }
  }

  // MARK: - Waiting at the start

  /// Suspends until every server is settled, or the time after the first declaration is over.
  ///
  /// - Parameter limit: milliseconds.
  func settle(within limit: UInt64) async { await wait(for: settled, within: limit) }

  /// Suspends until the lists of every server are there, or the time after the first declaration is over.
  ///
  /// - Parameter limit: milliseconds.
  func whenListed(within limit: UInt64) async { await wait(for: listed, within: limit) }

  private func wait(for gate: Gate, within limit: UInt64) async {
    guard !gate.isOpen, let left = startTimeLeft(of: limit) else { return }
    let enough = Gate()
    let timer = clock.after(left) { enough.open() }
    gate.whenOpen { enough.open() }
    await enough.wait()
    timer.cancel()
  }

  /// Returns what is left of so many milliseconds after the first declaration; nil when nothing is, or every server is
  /// settled.
  func startTimeLeft(of limit: UInt64) -> UInt64? {
    guard !settled.isOpen else { return nil }
    let gone = declaration.declaredAt.map { clock.now().since($0) } ?? 0
    return gone < limit ? limit - gone : nil
  }
}
