package import Configuration
package import EventLoop
import JSONRPC
import MCP

/// One server of the configuration: its connection, its last good lists, and the calls that wait for it.
@GatewayActor
package final class UpstreamServer {
  package enum State: Sendable {
    case idle
    case starting(Failure.Phase)
    case ready
    /// It failed and the next attempt comes by itself, or on the next call.
    case backingOff(Failure)
    /// It cannot be started as it is configured.
    case failed(Failure)
    case closed
  }

  package let index: Int
  package let configuration: ServerConfiguration
  unowned let manager: ServerManager
  package internal(set) var state = State.idle
  /// Whether it has been ready, or has failed once: then nobody waits for it any more.
  package private(set) var isSettled = false
  /// The connection that takes calls.
  package internal(set) var client: UpstreamClient?
  /// The connection that is being opened.
  var opening: UpstreamClient?
  package private(set) var offer = ServerOffer()
  /// What the last handshake agreed on.
  package internal(set) var negotiated: UpstreamClient.Negotiated?
  /// What an earlier run learned.
  let facts: ServerFacts?
  /// Why it was lost last; nil once it is ready.
  package internal(set) var lastFailure: Failure?
  /// Milliseconds from the spawn to the first readiness.
  package internal(set) var startMilliseconds: UInt64?
  private var queue: [ClientRequest] = []
  private var changedKinds: Set<ListKind> = []
  private var isRefreshing = false
  /// Whether it is on its way out and not to be brought back.
  var isRetired = false
  /// Wakes the life cycle when a call needs the server.
  var wakeUp: Gate?

  init(index: Int, configuration: ServerConfiguration, manager: ServerManager) {
    self.index = index
    self.configuration = configuration
    self.manager = manager
    facts = manager.facts.load(configuration)
  }

  package var name: String { configuration.name }

  /// What the server says about itself to the model.
  var instructionsText: String { negotiated?.instructions ?? facts?.instructions ?? "" }

  /// The state in a few words.
  package var stateText: String {
    if let lastFailure { return lastFailure.reason }
    return switch state {
    case .idle: "not started"
    case .starting(let phase): "starting: \(phase.rawValue)"
    case .ready: "ready"
    case .backingOff(let failure), .failed(let failure): failure.reason
    case .closed: "closed"
    }
  }

  package var skippedLines: Int { client?.skippedLines ?? 0 }

  func log(_ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, String> = [:]) {
    manager.log(level, event, server: name, fields)
  }

  func settle() {
    guard !isSettled else { return }
    isSettled = true
    manager.serverSettled()
  }

  // MARK: - Calls

  /// Sends a request, or lets it wait for its turn or for the server to come back, or refuses it.
  func accept(_ request: ClientRequest, _ frame: Frame) {
    if let client, queue.isEmpty, client.pendingCount < configuration.settings.callsInFlight {
      client.relay(request, frame)
      return
    }
    if case .failed(let failure) = state {
      request.session.fail(request, failure)
      return
    }
    guard queue.count < configuration.settings.queue, manager.mayQueue(frame.bytes.count) else {
      request.session.fail(
        request,
        Failure(
          server: name, phase: .waiting,
          reason: client == nil
            ? "it is not ready and \(queue.count) requests wait for it already"
            : "it has \(configuration.settings.callsInFlight) requests in flight and \(queue.count) waiting",
          cure: "Try again when some of them are answered."))
      return
    }
    request.frame = request.frame ?? frame.copy()
    queue.append(request)
    if client == nil { wait(request) }
  }

  private func wait(_ request: ClientRequest) {
    wakeUp?.open()
    guard request.patience == nil else { return }
    let limit = configuration.settings.wakeWait
    request.patience = manager.clock.after(limit) { [weak self, weak request] in
      guard let self, let request, !request.isFinished, client == nil else { return }
      queue.removeAll { $0 === request }
      request.session.fail(request, unavailable(after: limit))
    }
  }

  private func unavailable(after limit: UInt64) -> Failure {
    switch state {
    case .backingOff(let failure), .failed(let failure): return failure
    case .starting(let phase):
      if let lastFailure { return lastFailure }
      return Failure(
        server: name, phase: phase, reason: "it was not ready within \(Duration.spelled(limit))",
        cure: "It is still starting: try again.")
    default:
      return Failure(server: name, phase: .waiting, reason: "it was not ready within \(Duration.spelled(limit))")
    }
  }

  /// Takes a request out of the queue; it was cancelled.
  func withdraw(_ request: ClientRequest) { queue.removeAll { $0 === request } }

  /// The connection is over: from now on calls wait for the next one.
  func connectionClosed(_ connection: UpstreamClient) {
    guard client === connection else { return }
    client = nil
    for request in queue { wait(request) }
  }

  /// Sends what waits, as far as there is room.
  func capacityFreed() {
    guard let client, !queue.isEmpty else { return }
    while !queue.isEmpty, client.pendingCount < configuration.settings.callsInFlight {
      let request = queue.removeFirst()
      request.stopWaiting()
      guard !request.isFinished, let frame = request.frame else { continue }
      client.relay(request, frame)
    }
  }

  /// Fails everything that waits.
  func refuseWaiting(_ failure: Failure) {
    let waiting = queue
    queue = []
    for request in waiting { request.session.fail(request, failure) }
  }

  /// Bytes of requests that wait here or have not been taken by the server.
  var waitingBytes: Int {
    queue.reduce(client?.output.count ?? 0) { $0 + ($1.frame?.bytes.count ?? 0) }
  }

  // MARK: - Lists

  /// Takes over what the server offers now.
  func adopt(_ offer: ServerOffer) {
    guard offer != self.offer else { return }
    for entry in offer.quarantined where !self.offer.quarantined.contains(entry) {
      log(
        .warning, "item_quarantined",
        ["kind": entry.kind.itemName, "name": entry.name, "reason": entry.reason])
    }
    self.offer = offer
    manager.catalogStale()
  }

  /// Reads lists again that the server says have changed: once for a burst of such notifications.
  func listChanged(_ kind: ListKind) {
    guard client != nil else { return }
    changedKinds.insert(kind)
    guard !isRefreshing else { return }
    isRefreshing = true
    Task { @GatewayActor in await refresh() }
  }

  private func refresh() async {
    await manager.clock.sleep(milliseconds: ServerManager.settlingTime)
    while let client, !changedKinds.isEmpty {
      let kinds = changedKinds
      changedKinds = []
      var next = offer
      for kind in ListKind.allCases where kinds.contains(kind) {
        switch await client.readList(kind) {
        case .success(let list):
          next.items[kind] = list.items
          next.quarantined = next.quarantined.filter { $0.kind != kind } + list.quarantined
        case .failure(let failure): log(.warning, "list_failed", ["reason": failure.reason])
        }
      }
      if self.client === client { adopt(next) }
    }
    isRefreshing = false
  }
}
