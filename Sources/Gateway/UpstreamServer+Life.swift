import Configuration
import EventLoop
import JSONRPC
import MCP

/// The life of a server: started, ready, lost, brought back, until the gateway ends.
extension UpstreamServer {
  /// Keeps the server running until the gateway shuts down.
  func run() async {
    guard let launch = launchable() else { return }
    var sequence = ReconnectSequence(settings: configuration.settings.reconnect)
    while !manager.isClosing, !isRetired {
      let failure = await connection(launch, &sequence)
      if manager.isClosing || isRetired { break }
      lastFailure = failure
      settle()
      let wait = sequence.nextWait(chance: Double.random(in: -1...1))
      state = .backingOff(failure.retrying(in: wait))
      log(.warning, "server_lost", ["reason": failure.reason, "retry": Duration.spelled(wait)])
      if wait > 0 { refuseWhenHopeless(sequence.failures, failure.retrying(in: wait)) }
      manager.catalogStale()
      await pause(wait)
    }
    state = .closed
  }

  private func launchable() -> ProcessLaunch? {
    var failure: Failure?
    if let problem = configuration.problem {
      failure = Failure(server: name, phase: .configuration, reason: problem.description)
    } else if case .remote? = configuration.launch {
      failure = Failure(
        server: name, phase: .configuration, reason: "remote servers (\"url\") are not supported yet")
    } else if let launch = configuration.launch?.process {
      return launch
    }
    state = .failed(failure ?? Failure(server: name, phase: .configuration, reason: "its entry says nothing to start"))
    settle()
    return nil
  }

  /// Waits for the next attempt; a call that needs the server ends the wait.
  private func pause(_ wait: UInt64) async {
    guard wait > 0 else { return }
    let gate = Gate()
    wakeUp = gate
    let timer = manager.clock.after(wait) { gate.open() }
    await gate.wait()
    timer.cancel()
    wakeUp = nil
  }

  /// After many failures in a row nobody is kept waiting for the next trial.
  private func refuseWhenHopeless(_ failures: Int, _ failure: Failure) {
    guard let limit = configuration.settings.breakerAfter, failures >= limit else { return }
    refuseWaiting(failure)
  }

  // MARK: - One connection

  /// Opens a connection and stays until it is over. Returns why it is.
  private func connection(_ launch: ProcessLaunch, _ sequence: inout ReconnectSequence) async -> Failure {
    let begun = manager.clock.now()
    state = .starting(.launch)
    let process: ServerProcess
    switch await manager.spawner.spawn(configuration, launch, manager.nextConnection()) {
    case .failure(let failure):
      return Failure(server: name, phase: .launch, reason: failure.reason, cure: failure.cure)
    case .success(let spawned): process = spawned
    }
    guard !manager.isClosing else {
      process.transport.close()
      process.end(true)
      await process.gone.wait()
      return Failure(server: name, phase: .shutdown, reason: "the gateway is shutting down")
    }
    let client = UpstreamClient(server: self, process: process)
    opening = client
    client.start()
    let failure = await open(client)
    opening = nil
    if let failure {
      client.close()
      process.end(false)
      await process.gone.wait()
      return failure
    }
    if startMilliseconds == nil { startMilliseconds = manager.clock.now().since(begun) }
    let readyAt = manager.clock.now()
    becomeReady(client)
    await client.closed.wait()
    let loss = client.lossFailure(.call)
    process.end(false)
    await process.gone.wait()
    sequence.wasReady(for: manager.clock.now().since(readyAt))
    return loss
  }

  private func open(_ client: UpstreamClient) async -> Failure? {
    state = .starting(.handshake)
    let capabilities = await manager.declaredCapabilities()
    if client.closed.isOpen { return client.lossFailure(.handshake) }
    if let failure = await client.handshake(declaring: capabilities) { return failure }
    negotiated = client.negotiated
    state = .starting(.listing)
    switch await client.readOffer() {
    case .failure(let failure): return failure
    case .success(let offer):
      adopt(offer)
      return nil
    }
  }

  private func becomeReady(_ client: UpstreamClient) {
    self.client = client
    state = .ready
    lastFailure = nil
    remember(client)
    log(
      .info, "server_ready",
      [
        "pid": String(client.process.pid), "revision": client.negotiated?.revision.rawValue ?? "",
        "tools": String(offer.items[.tools]?.count ?? 0),
      ])
    restore(client)
    settle()
    capacityFreed()
  }

  /// Keeps what the server said of itself for the next run.
  private func remember(_ client: UpstreamClient) {
    guard let negotiated = client.negotiated else { return }
    let facts = ServerFacts(negotiated, seenAt: WallClock.milliseconds)
    let isNews =
      self.facts?.instructions != facts.instructions || self.facts?.serverInfo != facts.serverInfo
      || self.facts?.revision != facts.revision
    if isNews { manager.facts.save(configuration, facts) }
  }

  /// Tells a new connection what sessions had told the one before.
  private func restore(_ client: UpstreamClient) {
    guard let capabilities = client.negotiated?.capabilities else { return }
    if capabilities.logging, let level = manager.audience.logLevel {
      client.setLogLevel(level)
    }
    if capabilities.resourcesSubscribe {
      for uri in manager.audience.subscriptions(to: self) {
        let subscribed = client.subscribe(uri)
        Task { @GatewayActor in
          _ = await subscribed.answer()
          manager.audience.resourceMayHaveChanged(uri, at: self)
        }
      }
    }
  }
}

extension UpstreamClient {
  /// Asks the server for log messages from a level on; a refusal is the server's own affair.
  func setLogLevel(_ level: LoggingLevel) {
    _ = begin(
      .loggingSetLevel, params: "{\"level\":\"\(level.rawValue)\"}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
  }

  /// Subscribes again to a URI that sessions are subscribed to.
  func subscribe(_ uri: String) -> OwnRequest {
    begin(
      .resourcesSubscribe, params: "{\"uri\":\(JSONText.quote(uri))}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
  }
}
