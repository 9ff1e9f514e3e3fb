import Configuration
package import ConnectionPooling
package import EventLoop
import JSONRPC
import MCP

/// One process of a server at a time: opened, probed, lost, replaced, by the orders of its machines.
///
/// The state itself stands in the registry of ``ServerManager``; this shell performs what the registry, the pool and the
/// probe order, and tells them what happened.
@GatewayActor
package final class Endpoint {
  package let id: EndpointRegistry.ID
  unowned let server: UpstreamServer
  // What each call asks for comes next, and lies together. The clock and the checker are the manager's own, so that no
  // call has to look after two objects to find them.
  /// The connection that takes calls.
  package internal(set) var client: ServerConnection?
  let clock: LoopClock
  let checker: HealthChecker
  /// Milliseconds that a request has in all. Kept here, since asking the configuration copies it.
  private let callTimeout: UInt64
  private var lastWaiter: UInt64 = 0
  var generation: UInt64 = 0
  /// Whether calls were in flight when the probe was last told.
  var isBusy = false
  private(set) var score = EndpointScore()
  var pool: ConnectionPool
  var probe: ProbeState?
  /// What has happened here so far.
  package internal(set) var tally = EndpointTally()
  let launch: ProcessLaunch
  /// Digests of what was last read of resources that sessions are subscribed to.
  var readings = RecentURIs<Int>(limit: 2_000)
  /// The connection that is being opened.
  var opening: ServerConnection?
  /// Why it was lost last; nil while it is ready.
  package internal(set) var lastFailure: Failure?
  /// Open when the first start has come to an end, well or not.
  let firstStart = Gate()
  /// The one session that it works for, where sessions do not share a server's processes.
  var owner: ClientSession?
  var isServerCongested = false
  var waiting: [UInt64: Call] = [:]
  var task: Task<Void, Never>?
  /// Open when nothing is left of the process before.
  var vacated = Gate()

  /// - Parameter isExtra: whether the server can do without it while there is little to do.
  init(id: EndpointRegistry.ID, server: UpstreamServer, launch: ProcessLaunch, isExtra: Bool) {
    self.id = id
    self.server = server
    self.launch = launch
    clock = server.manager.clock
    checker = server.manager.checker
    callTimeout = server.configuration.callTimeout
    pool = ConnectionPool(settings: .init(server.configuration.settings, isExtra: isExtra))
    vacated.open()
  }

  /// Whether what its server says is for this session.
  func serves(_ session: ClientSession) -> Bool { owner == nil || owner === session }

  var manager: ServerManager { server.manager }
  var now: UInt64 { clock.now().milliseconds }
  /// The state as the registry has it.
  var state: EndpointState? { manager.state(of: id) }

  // MARK: - Calls

  /// Sends a request, or lets it wait for its turn or for the server to come back, or refuses it.
  func accept(_ request: Call, _ frame: Frame) {
    request.endpoint = self
    let now = now
    guard let client else { return acceptUnconnected(request, frame, at: now) }
    guard client.output.isEmpty || hasRoom(for: frame) else {
      request.session.fail(
        request, Failure(server: server.name, phase: .waiting, reason: "it leaves too many bytes unread already"))
      return
    }
    let decision = requestLease(request, at: now)
    if case .lease = decision { send(request, frame, on: client, at: now) } else { follow(decision, request, frame) }
  }

  private func acceptUnconnected(_ request: Call, _ frame: Frame, at now: UInt64) {
    manager.update(id) { $0.wake(at: $1) }
    if case .refuse(let failure, let retryAt)? = manager.state(of: id)?.admission(at: now) {
      refuse(request, .unavailable, self.failure(failure, retryAt: retryAt))
    } else {
      follow(requestLease(request, at: now), request, frame)
    }
  }

  private func follow(_ decision: ConnectionPool.Decision, _ request: Call, _ frame: Frame) {
    switch decision {
    case .lease: send(request, frame, at: now)
    case .wait, .waitAndOpen: wait(request, frame, lastWaiter)
    case .waitAndValidate(let connection):
      wait(request, frame, lastWaiter)
      perform([.validate(connection: connection)])
    case .refuse(let refusal): refuse(request, refusal)
    }
  }

  /// Asks for a place on the connection, or in the queue for as long as the request has.
  private func requestLease(_ request: Call, at now: UInt64) -> ConnectionPool.Decision {
    lastWaiter += 1
    let begun = request.arrived(at: Instant(milliseconds: now)).milliseconds
    return pool.requestLease(waiter: lastWaiter, until: begun + callTimeout, at: now)
  }

  func send(_ request: Call, _ frame: Frame, at now: UInt64) {
    if let client { return send(request, frame, on: client, at: now) }
    // The connection has just gone, and the pool has not been told yet.
    leased(request)
    switch requestLease(request, at: now) {
    case .lease, .refuse: request.session.fail(request, notReady(after: 0))
    case .wait, .waitAndOpen, .waitAndValidate: wait(request, frame, lastWaiter)
    }
  }

  private func send(_ request: Call, _ frame: Frame, on client: ServerConnection, at now: UInt64) {
    leased(request)
    client.relay(request, frame, at: Instant(milliseconds: now))
    // One more call among others changes nothing.
    if !isBusy { loadChanged(at: now) }
  }

  private func leased(_ request: Call) {
    request.stopWaiting()
    request.waiter = nil
    tally.leases += 1
  }

  private func wait(_ request: Call, _ frame: Frame, _ waiter: UInt64) {
    guard hasRoom(for: frame) else {
      _ = pool.waitCancelled(waiter)
      refuse(
        request, .bytesFull,
        Failure(server: server.name, phase: .waiting, reason: "too many bytes wait for it already"))
      return
    }
    request.frame = request.frame ?? frame.copy()
    request.waiter = waiter
    waiting[waiter] = request
    if client == nil { limitPatience(of: request) }
    checker.attend(to: self)
  }

  /// Whether a request's bytes may wait here, beside those that wait or that the server has not read.
  private func hasRoom(for frame: Frame) -> Bool {
    waitingBytes + frame.bytes.count <= manager.configuration.settings.maxQueuedBytes
  }

  /// A call waits only so long for a server that is not there; behind other calls it waits for its whole time.
  func limitPatience(of request: Call) {
    guard request.patience == nil else { return }
    let limit = server.configuration.settings.wakeWait
    // Strong, since a weak reference makes every use of an object slower; the request is let go when it stops waiting.
    request.patience = clock.after(limit) { [self] in
      request.patience = nil
      guard !request.isFinished, client == nil else { return }
      withdraw(request)
      refuse(request, .timedOut, notReady(after: limit))
    }
  }

  /// Takes a request out of the queue.
  func withdraw(_ request: Call) {
    guard let waiter = request.waiter else { return }
    request.waiter = nil
    waiting[waiter] = nil
    _ = pool.waitCancelled(waiter)
  }

  /// A request that was sent is over: answered, or given up.
  func returned(_ request: Call, answered: Bool, abandoned: Bool = false) {
    returned(request, answered: answered, abandoned: abandoned, at: now)
  }

  func returned(_ request: Call, answered: Bool, abandoned: Bool = false, at now: UInt64) {
    let latency = Instant(milliseconds: now).since(request.sentAt)
    // Time in which a person was asked something says nothing about the server.
    let isItsOwn = answered && client?.askedAt.map { $0 < request.sentAt } ?? true
    let excess = isItsOwn ? request.meter?.usual.callEnded(after: latency) : nil
    score.callEnded(answered: answered, latency: latency, excess: excess ?? 1, at: now)
    perform(probe?.paceChanged(to: score.excess(at: now), at: now) ?? [])
    if abandoned { probe?.callAbandoned(at: now) }
    perform(pool.leaseReturned(connection: generation, answered: answered, at: now))
    loadChanged(at: now)
  }

  private func loadChanged(at now: UInt64) {
    let load = pool.inFlight
    // Nothing is due earlier for one more call among others, or one less.
    guard (load > 0) != isBusy else { return }
    isBusy = load > 0
    checker.attend(by: probe?.loadChanged(to: load, at: now))
    if pool.settings.closesConnections { checker.attend(by: pool.deadline) }
  }

  var inFlight: Int { pool.inFlight }

  /// Bytes of requests that wait here or have not been taken by the server.
  var waitingBytes: Int { waiting.values.reduce(client?.output.count ?? 0) { $0 + ($1.frame?.bytes.count ?? 0) } }

  func refuse(_ request: Call, _ refusal: EndpointTally.Refusal, _ failure: Failure) {
    tally.refused(refusal)
    request.session.fail(request, failure)
  }

  // MARK: - Signs of life

  func heard(_ client: ServerConnection) {
    guard self.client === client else { return }
    let now = now
    perform(probe?.heard(at: now) ?? [])
    perform(pool.heard(on: generation, at: now))
  }

  /// The server was heard, and has answered a request. For the pool the one says the other.
  func answered(_ request: Call, at now: UInt64) {
    perform(probe?.heard(at: now) ?? [])
    returned(request, answered: true, at: now)
  }

  /// A server that does not read what it is sent is not read either: answers to what it asks would pile up here.
  func serverCongested(_ isCongested: Bool) {
    isServerCongested = isCongested
    readingChanged(!isCongested && !manager.audience.isCongested)
  }

  func readingChanged(_ isReading: Bool) {
    let isReading = isReading && !isServerCongested
    (client ?? opening)?.process.transport.setReading(isReading)
    if isReading { probe?.readingResumed(at: now) } else { probe?.readingPaused(at: now) }
  }

  // MARK: - Failures

  func failure(_ failure: EndpointFailure?, retryAt: UInt64?) -> Failure {
    let known =
      lastFailure
      ?? Failure(
        server: server.name, phase: .waiting, reason: failure?.message ?? "it is not running")
    return retryAt.map { known.retrying(in: $0 > now ? $0 - now : 0) } ?? known
  }

  func notReady(after limit: UInt64) -> Failure {
    lastFailure
      ?? Failure(
        server: server.name, phase: .waiting, reason: "it was not ready within \(Duration.spelled(limit))",
        cure: "It may still be starting: try again.")
  }

  private func refuse(_ request: Call, _ refusal: ConnectionPool.Refusal) {
    switch refusal {
    case .queueIsFull(let count):
      refuse(
        request, .queueFull,
        Failure(
          server: server.name, phase: .waiting,
          reason: "\(pool.inFlight) requests are in flight and \(count) wait already",
          cure: "Try again when some of them are answered."))
    case .closed:
      refuse(request, .closed, Failure(server: server.name, phase: .shutdown, reason: "it is being shut down"))
    }
  }
}
