import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// A lane's calls: sent, waiting for a place, refused, returned.
extension Lane {
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
    case .wait, .waitAndOpen: wait(call, frame)
    case .waitAndValidate(let connection):
      wait(call, frame)
      perform([.validate(connection: connection)])
    case .refuse(let refusal): refuse(call, refusal)
    }
  }

  /// Asks for a place on the connection, or in the queue for as long as the request has.
  private func requestLease(_ call: Call, at now: UInt64) -> ConnectionPool.Decision {
    let begun = call.arrived(at: Instant(milliseconds: now)).milliseconds
    return pool.requestLease(waiter: queue.nextWaiter(), until: begun + callTimeout, at: now)
  }

  func send(_ call: Call, _ frame: Frame, at now: UInt64) {
    if let connection { return send(call, frame, on: connection, at: now) }
    // The connection has just gone, and the pool has not been told yet.
    leased(call)
    switch requestLease(call, at: now) {
    case .lease, .refuse: call.caller.failed(call, notReady(after: 0), as: nil)
    case .wait, .waitAndOpen, .waitAndValidate: wait(call, frame)
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

  private func wait(_ call: Call, _ frame: Frame) {
    guard hasRoom(for: frame) else {
      _ = pool.waitCancelled(queue.lastWaiter)
      refuse(
        call, .bytesFull,
        Failure(server: server.name, phase: .waiting, reason: "too many bytes wait for it already"))
      return
    }
    queue.put(call, frame)
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
    _ = queue.take(waiter)
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
  var waitingBytes: Int { queue.bytes + (connection?.unsentBytes ?? 0) }

  func refuse(_ call: Call, _ refusal: EndpointTally.Refusal, _ failure: Failure) {
    tally.refused(refusal)
    call.caller.failed(call, failure, as: nil)
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
