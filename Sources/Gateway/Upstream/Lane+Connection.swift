import Configuration
import ConnectionPooling
import EventLoop
import MCP

/// One connection after the other: opened, watched, lost, closed.
extension Lane {
  func open(_ generation: UInt64) async {
    defer { opening.firstEnd.open() }
    let begun = clock.now()
    guard let connection = await connect(generation) else { return }
    for phase in [StartPhase.capabilityNegotiation, .listing] {
      update { state, now in state.phaseReached(phase, generation: generation, at: now) }
    }
    await server.readFirst(on: connection)
    guard generation == self.generation else { return }
    guard !connection.closed.isOpen else { return lost(connection.lossFailure(.listing), .exit, .listing, generation) }
    becomeReady(connection, generation, after: clock.now().since(begun))
  }

  /// Starts processes until one has agreed on an era; nil when none will, or nobody wants it any more.
  func connect(_ generation: UInt64) async -> ServerConnection? {
    var detection: EraProbe?
    while generation == self.generation, !server.upstream.isClosing {
      guard let connection = await start(generation) else { return nil }
      update { state, now in state.phaseReached(.handshake, generation: generation, at: now) }
      let era = await era()
      let probe = detection ?? EraProbe(server, preferred: era, after: opening.pastProbes)
      detection = probe
      let outcome = await probe.open(connection)
      if generation == self.generation { opening.pastProbes = probe.past }
      switch outcome {
      case .agreed:
        server.eras = probe.verdicts
        return connection
      case .failed where server.isWrongAboutTransport(of: connection):
        server.forgetTransport()
        detection = nil
        await replace(connection, generation)
      case .failed(let failure):
        lost(failure, connection.closed.isOpen ? .exit : .handshake, .handshake, generation)
        return nil
      case .restart: await replace(connection, generation)
      }
    }
    return nil
  }

  /// Ends a connection in whose place another is opened.
  private func replace(_ connection: ServerConnection, _ generation: UInt64) async {
    guard generation == self.generation else { return }
    opening.connection = nil
    connection.close()
    connection.carrier.end(server.upstream.isUrgent)
    await connection.carrier.gone.wait()
  }

  /// The era of the client for which the connection is opened, once some client has said what it can do.
  private func era() async -> Era {
    let shared = await server.upstream.declaredEra()
    return ownCapabilities == nil ? shared : .legacy
  }

  /// What the server is told that its clients can do.
  var capabilities: ClientCapabilities { ownCapabilities ?? server.upstream.declaration.capabilities }

  /// What the one session can do that has the lane for itself and has opened with a handshake.
  private var ownCapabilities: ClientCapabilities? {
    guard case .session(let session) = key else { return nil }
    return server.upstream.declaration.capabilities(of: session)
  }

  func start(_ generation: UInt64) async -> ServerConnection? {
    let carrier: Carrier
    switch await server.upstream.open(server.launch(of: endpoint), of: server.configuration) {
    case .failure(let failure):
      lost(
        Failure(server: server.name, phase: .launch, reason: failure.reason, cure: failure.cure), .spawn,
        .transportSetup, generation)
      return nil
    case .success(let opened): carrier = opened
    }
    opening.carrier = carrier
    let connection = ServerConnection(carrier, of: self, at: server)
    guard generation == self.generation else {
      connection.close()
      carrier.end(server.upstream.isUrgent)
      return nil
    }
    opening.connection = connection
    connection.start()
    if server.upstream.interest.isHeldUp() { carrier.setReading(false) }
    watchStops(of: connection)
    return connection
  }

  func becomeReady(_ connection: ServerConnection, _ generation: UInt64, after time: UInt64) {
    opening.connection = nil
    self.connection = connection
    lastFailure = nil
    probe = ProbeState(
      settings: .init(server.configuration.settings, isRemote: endpoint.launch.process == nil), at: now)
    if server.upstream.interest.isHeldUp() { probe?.readingPaused(at: now) }
    isBusy = false
    // The lists are there before anybody hears that the server is settled, and what it is told again goes out before
    // the calls that have waited.
    server.becameReady(connection, after: time)
    update { $0.becameReady(generation: generation, at: $1) }
    perform(pool.connectionReady(generation, at: now))
    checker.attend(to: self)
  }

  func watchStops(of connection: ServerConnection) {
    connection.carrier.watchStops { [self, generation] isStopped in
      guard generation == self.generation, self.connection != nil else { return }
      perform((isStopped ? probe?.processStopped(at: now) : probe?.processContinued(at: now)) ?? [])
      checker.attend(to: self)
    }
  }

  /// The connection ended by itself.
  func ended(_ connection: ServerConnection) {
    guard self.connection === connection else { return }
    lost(connection.lossFailure(.call), .exit, nil, generation)
  }

  func lost(
    _ failure: Failure, _ kind: EndpointFailure.Kind, _ phase: StartPhase?, _ generation: UInt64
  ) {
    guard generation == self.generation, !server.upstream.isClosing else { return }
    lastFailure = failure
    let chance = Double.random(in: 0..<1)
    update {
      $0.lost(
        EndpointFailure(kind, phase: phase, message: failure.reason), generation: generation, at: $1, chance: chance)
    }
  }

  func close(_ generation: UInt64) {
    guard generation == self.generation else { return }
    // Whatever is still reported of this generation comes too late.
    self.generation = 0
    let connection = connection ?? opening.connection
    self.connection = nil
    opening.connection = nil
    probe = nil
    // The pool knows first: a call that is sent again when the connection is closed must not be given the same one.
    let actions = pool.connectionLost(generation, at: now)
    if let connection {
      if server.connection == nil { server.listsLost() }
      connection.close()
      connection.carrier.end(server.upstream.isUrgent)
    }
    perform(actions)
    for call in queue.calls { limitPatience(of: call) }
  }

  /// Suspends until nothing of the endpoint runs any more.
  func whenOver() async {
    await opening.task?.value
    await opening.carrier?.gone.wait()
  }

  /// Asks what runs, or is ending already, to hurry.
  func hurry() { if let carrier = opening.carrier, !carrier.gone.isOpen { carrier.end(true) } }
}
