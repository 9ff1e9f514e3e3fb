import Configuration
package import ConnectionPooling
package import EventLoop
import JSONRPC
import MCP

/// One connection at a time to one replica of a server, for those who may share it: opened, probed, lost, replaced, by the
/// orders of its machines.
///
/// The state decides; this shell performs what the state, the pool and the probe order, and tells them what happened.
@GatewayActor
package final class Lane {
  package let id: LaneID
  unowned let server: UpstreamServer
  // What each call asks for comes next (docs/hot-path.md); the clock and the checker are the set's own.
  /// The connection that takes calls.
  package internal(set) var connection: ServerConnection?
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
  package private(set) var state: EndpointState
  private var timer: LoopClock.Cancellation?
  let endpoint: Endpoint
  /// Who may share it.
  var key: LaneKey
  /// Digests of what was last read of resources that sessions are subscribed to.
  var readings = RecentURIs<Int>(limit: 2_000)
  /// The connection that is being opened.
  var opening: ServerConnection?
  /// What looking for its server's era has come to since it was found last.
  var pastProbes = EraProbe.Past()
  /// Why it was lost last; nil while it is ready.
  package internal(set) var lastFailure: Failure?
  /// Open when the first start has come to an end, well or not.
  let firstStart = Gate()
  var waiting: [UInt64: Call] = [:]
  var task: Task<Void, Never>?
  /// What carries the latest connection, or is still ending after it.
  var carrier: Carrier?

  init(_ id: LaneID, of endpoint: Endpoint, at server: UpstreamServer, for key: LaneKey) {
    let settings = server.configuration.settings
    self.id = id
    self.endpoint = endpoint
    self.server = server
    self.key = key
    clock = server.upstream.clock
    checker = server.upstream.checker
    callTimeout = server.configuration.callTimeout
    pool = ConnectionPool(settings: .init(settings, isExtra: endpoint.isExtra))
    state = EndpointState(settings: .init(settings))
  }

  /// Whether what its server says is for this session.
  func serves(_ session: UInt64) -> Bool {
    switch key {
    case .everybody, .spare: true
    case .session(let own): own == session
    }
  }

  /// Whether one session has it for itself.
  var isPrivate: Bool { if case .session = key { true } else { false } }

  var now: UInt64 { clock.now().milliseconds }

  // MARK: - The state

  /// Hands an event to the state and performs what follows from it.
  func update(_ event: (inout EndpointState, UInt64) -> [EndpointState.Action]) {
    let now = now
    let actions = event(&state, now)
    // Taken down first: what is performed may change the state again, and the log is to tell it in order.
    for case .changed in actions { noteChange() }
    for action in actions { perform(action) }
    server.lanesChanged(at: now)
    armTimer()
  }

  private func armTimer() {
    timer?.cancel()
    timer = nil
    guard let deadline = state.deadline else { return }
    let now = now
    if deadline > now {
      timer = clock.after(deadline - now) { self.update { $0.timePassed(at: $1) } }
    } else {
      TurnEnd.call { self.update { $0.timePassed(at: $1) } }
    }
  }

  // MARK: - Calls

  /// Sends a call, or lets it wait for its turn or for the server to come back, or refuses it.
  func accept(_ call: Call, _ frame: Frame) {
    call.lane = self
    let now = now
    guard let connection else { return acceptUnconnected(call, frame, at: now) }
    guard connection.hasSentAll || hasRoom(for: frame) else {
      call.caller.failed(
        call, Failure(server: server.name, phase: .waiting, reason: "it leaves too many bytes unread already"),
        as: nil)
      return
    }
    let decision = requestLease(call, at: now)
    if case .lease = decision { send(call, frame, on: connection, at: now) } else { follow(decision, call, frame) }
  }

  private func acceptUnconnected(_ call: Call, _ frame: Frame, at now: UInt64) {
    update { $0.wake(at: $1) }
    if case .refuse(let failure, let retryAt) = state.admission(at: now) {
      refuse(call, .unavailable, self.failure(failure, retryAt: retryAt))
    } else {
      follow(requestLease(call, at: now), call, frame)
    }
  }

  private func follow(_ decision: ConnectionPool.Decision, _ call: Call, _ frame: Frame) {
    switch decision {
    case .lease: send(call, frame, at: now)
    case .wait, .waitAndOpen: wait(call, frame, lastWaiter)
    case .waitAndValidate(let connection):
      wait(call, frame, lastWaiter)
      perform([.validate(connection: connection)])
    case .refuse(let refusal): refuse(call, refusal)
    }
  }

  /// Asks for a place on the connection, or in the queue for as long as the request has.
  private func requestLease(_ call: Call, at now: UInt64) -> ConnectionPool.Decision {
    lastWaiter += 1
    let begun = call.arrived(at: Instant(milliseconds: now)).milliseconds
    return pool.requestLease(waiter: lastWaiter, until: begun + callTimeout, at: now)
  }

  func send(_ call: Call, _ frame: Frame, at now: UInt64) {
    if let connection { return send(call, frame, on: connection, at: now) }
    // The connection has just gone, and the pool has not been told yet.
    leased(call)
    switch requestLease(call, at: now) {
    case .lease, .refuse: call.caller.failed(call, notReady(after: 0), as: nil)
    case .wait, .waitAndOpen, .waitAndValidate: wait(call, frame, lastWaiter)
    }
  }

  private func send(_ call: Call, _ frame: Frame, on connection: ServerConnection, at now: UInt64) {
    leased(call)
    connection.relay(call, frame, at: Instant(milliseconds: now))
    // One more call among others changes nothing.
    if !isBusy { loadChanged(at: now) }
  }

  private func leased(_ call: Call) {
    call.stopWaiting()
    call.waiter = nil
    tally.leases += 1
  }

  private func wait(_ call: Call, _ frame: Frame, _ waiter: UInt64) {
    guard hasRoom(for: frame) else {
      _ = pool.waitCancelled(waiter)
      refuse(
        call, .bytesFull,
        Failure(server: server.name, phase: .waiting, reason: "too many bytes wait for it already"))
      return
    }
    call.frame = call.frame ?? frame.copy()
    call.waiter = waiter
    waiting[waiter] = call
    if connection == nil { limitPatience(of: call) }
    checker.attend(to: self)
  }

  /// Whether a request's bytes may wait here, beside those that wait or that the server has not read.
  private func hasRoom(for frame: Frame) -> Bool {
    waitingBytes + frame.bytes.count <= server.upstream.configuration.settings.maxQueuedBytes
  }

  /// A call waits only so long for a server that is not there; behind other calls it waits for its whole time.
  func limitPatience(of call: Call) {
    guard call.patience == nil else { return }
    let limit = server.configuration.settings.wakeWait
    // Strong (docs/hot-path.md): the call is let go when it stops waiting.
    call.patience = clock.after(limit) { [self] in
      call.patience = nil
      guard !call.isFinished, connection == nil else { return }
      withdraw(call)
      refuse(call, .timedOut, notReady(after: limit))
    }
  }

  /// Takes a request out of the queue.
  func withdraw(_ call: Call) {
    guard let waiter = call.waiter else { return }
    call.waiter = nil
    waiting[waiter] = nil
    _ = pool.waitCancelled(waiter)
  }

  /// A request that was sent is over: answered, or given up.
  func returned(_ call: Call, answered: Bool, abandoned: Bool = false) {
    returned(call, answered: answered, abandoned: abandoned, at: now)
  }

  func returned(_ call: Call, answered: Bool, abandoned: Bool = false, at now: UInt64) {
    let latency = Instant(milliseconds: now).since(call.sentAt)
    // Time in which a person was asked something says nothing about the server.
    let isItsOwn = answered && connection?.askedAt.map { $0 < call.sentAt } ?? true
    let excess = isItsOwn ? call.meter?.usual.callEnded(after: latency) : nil
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
  var waitingBytes: Int { waiting.values.reduce(connection?.unsentBytes ?? 0) { $0 + ($1.frame?.bytes.count ?? 0) } }

  func refuse(_ call: Call, _ refusal: EndpointTally.Refusal, _ failure: Failure) {
    tally.refused(refusal)
    call.caller.failed(call, failure, as: nil)
  }

  // MARK: - Signs of life

  func heard(_ connection: ServerConnection) {
    guard self.connection === connection else { return }
    let now = now
    perform(probe?.heard(at: now) ?? [])
    perform(pool.heard(on: generation, at: now))
  }

  /// The server was heard, and has answered a call. For the pool the one says the other.
  func answered(_ call: Call, at now: UInt64) {
    perform(probe?.heard(at: now) ?? [])
    returned(call, answered: true, at: now)
  }

  /// A server leaves so much unread of what was written to it that it is given up: it asks, and does not read the answers.
  func doesNotRead(_ connection: ServerConnection) {
    guard self.connection === connection || opening === connection else { return }
    connection.opening.verdict = "it left \(connection.unsentBytes) bytes unread while it went on asking"
    lost(connection.lossFailure(.call), .garbage, nil, generation)
  }

  func readingChanged(_ isReading: Bool) {
    (connection ?? opening)?.carrier.setReading(isReading)
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

  private func refuse(_ call: Call, _ refusal: ConnectionPool.Refusal) {
    switch refusal {
    case .queueIsFull(let count):
      refuse(
        call, .queueFull,
        Failure(
          server: server.name, phase: .waiting,
          reason: "\(pool.inFlight) requests are in flight and \(count) wait already",
          cure: "Try again when some of them are answered."))
    case .closed:
      refuse(call, .closed, Failure(server: server.name, phase: .shutdown, reason: "it is being shut down"))
    }
  }
}
