import Configuration
import ConnectionPooling
import EventLoop
import MCP

/// One connection after the other: opened, watched, lost, closed.
extension Endpoint {
  func open(_ generation: UInt64) async {
    defer { firstStart.open() }
    let begun = manager.clock.now()
    guard let client = await connect(generation) else { return }
    for phase in [StartPhase.capabilityNegotiation, .listing] {
      manager.update(id) { state, now in state.phaseReached(phase, generation: generation, at: now) }
    }
    switch await client.readOffer() {
    case .failure(let failure): lost(failure, client.closed.isOpen ? .exit : .timeout, .listing, generation)
    case .success(let offer):
      guard generation == self.generation else { return }
      guard !client.closed.isOpen else {
        lost(client.lossFailure(.listing), .exit, .listing, generation)
        return
      }
      becomeReady(client, offer, generation, after: manager.clock.now().since(begun))
    }
  }

  /// Starts processes until one has agreed on an era; nil when none will, or nobody wants it any more.
  func connect(_ generation: UInt64) async -> ServerConnection? {
    var detection: EraProbe?
    while generation == self.generation, !manager.isClosing {
      guard let client = await start(generation) else { return nil }
      manager.update(id) { state, now in state.phaseReached(.handshake, generation: generation, at: now) }
      let era = owner?.revision == nil ? await manager.declaredEra() : .legacy
      let probe = detection ?? EraProbe(server, preferred: era)
      detection = probe
      switch await probe.open(client) {
      case .agreed:
        server.eras = probe.verdicts
        return client
      case .failed(let failure):
        lost(failure, client.closed.isOpen ? .exit : .handshake, .handshake, generation)
        return nil
      case .restart:
        guard generation == self.generation else { return nil }
        opening = nil
        client.close()
        client.process.end(manager.isUrgent)
        await client.process.gone.wait()
      }
    }
    return nil
  }

  /// What the client can do for which the connection is opened.
  var capabilities: ClientCapabilities {
    guard let owner, owner.revision != nil else { return manager.capabilities }
    return owner.capabilities
  }

  func start(_ generation: UInt64) async -> ServerConnection? {
    let process: ServerProcess
    switch await manager.spawner.spawn(server.configuration, launch, manager.nextConnection()) {
    case .failure(let failure):
      lost(
        Failure(server: server.name, phase: .launch, reason: failure.reason, cure: failure.cure), .spawn,
        .transportSetup, generation)
      return nil
    case .success(let spawned): process = spawned
    }
    vacated = process.gone
    let client = ServerConnection(server: server, endpoint: self, process: process)
    guard generation == self.generation else {
      client.close()
      process.end(manager.isUrgent)
      return nil
    }
    opening = client
    client.start()
    if manager.audience.isCongested { process.transport.setReading(false) }
    watchStops(of: client)
    return client
  }

  func becomeReady(_ client: ServerConnection, _ offer: ServerOffer, _ generation: UInt64, after time: UInt64) {
    opening = nil
    self.client = client
    lastFailure = nil
    probe = ProbeState(settings: .init(server.configuration.settings), at: now)
    if manager.audience.isCongested { probe?.readingPaused(at: now) }
    isBusy = false
    // The lists are there before anybody hears that the server is settled, and what it is told again goes out before
    // the calls that have waited.
    server.becameReady(client, offer, after: time)
    manager.update(id) { $0.becameReady(generation: generation, at: $1) }
    perform(pool.connectionReady(generation, at: now))
    checker.attend(to: self)
  }

  func watchStops(of client: ServerConnection) {
    client.process.watchStops { [self, generation] isStopped in
      guard generation == self.generation, self.client != nil else { return }
      perform((isStopped ? probe?.processStopped(at: now) : probe?.processContinued(at: now)) ?? [])
      checker.attend(to: self)
    }
  }

  /// The connection ended by itself.
  func ended(_ client: ServerConnection) {
    guard self.client === client else { return }
    lost(client.lossFailure(.call), .exit, nil, generation)
  }

  func lost(
    _ failure: Failure, _ kind: EndpointFailure.Kind, _ phase: StartPhase?, _ generation: UInt64
  ) {
    guard generation == self.generation, !manager.isClosing else { return }
    lastFailure = failure
    let chance = Double.random(in: 0..<1)
    manager.update(id) {
      $0.lost(
        EndpointFailure(kind, phase: phase, message: failure.reason), generation: generation, at: $1, chance: chance)
    }
  }

  func close(_ generation: UInt64) {
    guard generation == self.generation else { return }
    isServerCongested = false
    // Whatever is still reported of this generation comes too late.
    self.generation = 0
    let client = client ?? opening
    self.client = nil
    opening = nil
    probe = nil
    // The pool knows first: a call that is sent again when the connection is closed must not be given the same one.
    let actions = pool.connectionLost(generation, at: now)
    if let client {
      client.close()
      client.process.end(manager.isUrgent)
    }
    perform(actions)
    for request in waiting.values { limitPatience(of: request) }
  }

  /// Suspends until nothing of the endpoint runs any more.
  func whenOver() async {
    await task?.value
    await vacated.wait()
  }

  /// Asks what runs to hurry.
  func hurry() { (client ?? opening)?.process.end(true) }
}
