import Configuration
package import EventLoop
import JSONRPC
package import MCP

/// One downstream client: what it negotiated, what it asked, what it was asked, and to what it subscribed.
///
/// Every request is answered exactly once, with its id spelled as it came, whatever happens to servers meanwhile.
@GatewayActor
package final class ClientSession {
  /// A question that the client has not answered.
  struct Asked {
    enum Origin {
      /// A legacy server's own request.
      case server(ServerConnection, RawToken)
      /// What a modern server wants to know within a call.
      case round(Call)
    }

    let origin: Origin
    let progressToken: RawToken?

    /// Whether it is a request of this connection, of the given id if there is one.
    func isOf(_ client: ServerConnection, _ id: RawToken? = nil) -> Bool {
      guard case .server(let asker, let itsID) = origin else { return false }
      return asker === client && (id == nil || itsID == id)
    }
  }

  /// A server's request that the client has not been asked yet.
  struct HeldQuestion {
    let client: ServerConnection
    let id: RawToken
    let frame: StoredFrame
  }

  struct Subscription {
    let endpoint: Endpoint
    /// The URI as the server knows it.
    let original: String

    /// Whether it is what makes an endpoint tell of a URI, in its server's own form.
    func stands(for uri: String, at endpoint: Endpoint) -> Bool {
      self.endpoint === endpoint && original.utf8.elementsEqual(uri.utf8)
    }
  }

  // What each call asks for comes first, and lies together.
  let manager: ServerManager
  let output: OutputBuffer
  let clock: LoopClock
  /// How many of its requests may be unanswered.
  let requestLimit: Int
  var splicer = Splicer()
  var inFlight = RequestTable<RawToken, Call>()
  /// The listens of modern clients that are open.
  var listens: [RawToken: ClientListen] = [:]
  /// What goes with the requests of the legacy session to modern servers.
  private(set) var stamp: RequestStamp
  /// What came after an `initialize` that is not answered yet, in order; nil when none is being answered.
  var behindHandshake: [StoredFrame]?
  /// The array that the requests being handled arrived in.
  var batch: BatchReply?
  /// Opens when nothing is in flight.
  private var idle: Gate?
  /// Set by `initialize`.
  var revision: Revision?
  package internal(set) var logLevel: LoggingLevel?
  /// Whether one of those behind the handshake is just being taken up.
  var isReplaying = false
  /// Whether the client has said that it is ready for requests and notifications.
  var isInitialized = false
  /// Tells it from all other sessions.
  let number: UInt64
  private let transport: Transport
  var capabilities = ClientCapabilities.none { didSet { stamp = manager.stamp(for: capabilities) } }
  /// The terms of the last modern request, and the capabilities as it spelled them: most clients repeat them.
  var lastTerms: (capabilities: [UInt8], terms: RequestTerms)?
  /// Which server has asked for more before it gives out a resource, by the URI that the client asked for: what the client
  /// comes back with is for that server only.
  var inputOwners: [RawToken: UpstreamServer] = [:]
  /// Calls of modern clients that go on at their servers while the client is asked something.
  var parkedCalls: [ParkingToken: ParkedCall] = [:]
  /// Who the client said it is.
  var introduction: ClientIntroduction?
  var asked: [UInt64: Asked] = [:]
  var subscriptions: [RawToken: Subscription] = [:]
  /// The tasks that it made or was shown.
  var tasks = TaskLedger()
  /// Requests for names that no server has yet.
  var parked: [Call] = []
  /// Questions of servers that wait for the client to be ready.
  var heldQuestions: [HeldQuestion] = []
  /// What else waits for that.
  var held: [@GatewayActor () -> Void] = []
  /// The lists as they were when the client opened the session, was last served them, or was last told that they
  /// changed, in the legacy session.
  var known: [ListKind: ByteBuffer] = [:]
  private var lastAsked: UInt64 = 0
  /// Whether the client leaves too much unread.
  private(set) var isCongested = false
  /// Open when nothing more will come from the client.
  package let inputEnded = Gate()
  /// Open when the client does not read any more.
  package let outputEnded = Gate()
  /// Open when everything is written after ``closeWriting()``.
  package let written = Gate()

  package init(manager: ServerManager, transport: Transport) {
    self.manager = manager
    number = manager.nextSession()
    stamp = manager.stamp(for: .none)
    self.transport = transport
    output = transport.output
    clock = manager.clock
    let settings = manager.configuration.settings
    requestLimit = settings.callsPerSession + settings.servers.queue
  }

  package func start() {
    manager.audience.join(self)
    for server in manager.servers { server.claimFree(for: self) }
    // Strong, as everywhere here, since a weak reference makes every use of an object slower; ``close()`` lets the
    // transport forget them, and timers and gates do when what they wait for is over.
    transport.start(
      Transport.Events(
        received: { self.received($0) },
        readEnded: { self.inputEnded.open() },
        writeEnded: { self.outputEnded.open() },
        written: { self.written.open() },
        congested: { self.congestionChanged($0) }))
  }

  /// Says that nothing more will be written.
  func closeWriting() {
    endListens()
    transport.closeWriting()
  }

  /// Leaves: nothing more is delivered.
  package func close() {
    manager.audience.leave(self)
    manager.readCache.sessionEnded(number)
    withdrawWaiting()
    for request in inFlight.values { abandon(request) }
    inFlight = RequestTable()
    dropParkedCalls()
    held = []
    for id in Array(listens.keys) { _ = endListen(id) }
    refuseQuestions("The client is gone.")
    releaseSubscriptions()
    for server in manager.servers { server.sessionEnded(self) }
    isCongested = false
    manager.setReading(!manager.audience.isCongested)
    transport.close()
  }

  /// What a legacy request goes out with.
  var legacyTerms: RequestTerms { RequestTerms(era: .legacy, stamp: stamp, logLevel: logLevel) }

  // MARK: - Back-pressure

  private func congestionChanged(_ isCongested: Bool) {
    self.isCongested = isCongested
    manager.setReading(!manager.audience.isCongested)
  }

  /// Whether a notification that can be missed is dropped, because the client leaves too much unread.
  func mayDrop() -> Bool {
    guard isCongested else { return false }
    manager.metrics.notificationDropped()
    return true
  }

  // MARK: - The end

  /// How many requests have no answer yet.
  package var unanswered: Int { inFlight.count + (behindHandshake?.count ?? 0) + (isReplaying ? 1 : 0) }

  /// Returns a gate that opens when every request has its answer.
  package func whenIdle() -> Gate {
    let gate = Gate()
    idle = gate
    noteIdleness()
    return gate
  }

  /// Says so when nothing is left to be answered.
  func noteIdleness() { if let idle, unanswered == 0 { idle.open() } }

  /// Answers what is left with an error that names its cause.
  package func failAll(_ reason: String, cure: String?) {
    let behind = behindHandshake ?? []
    behindHandshake = nil
    // What waits is taken out first, or the place that a cancelled call leaves would be given to one that waits.
    withdrawWaiting()
    for frame in behind where frame.kind == .request {
      let method = frame.method
      guard let id = frame.raw("id").flatMap({ RawToken(identifier: $0) }), inFlight[id] == nil else { continue }
      Failure(server: nil, phase: .shutdown, reason: reason, cure: cure).answer(
        method, id: id, now: WallClock.milliseconds, redaction: { manager.redacted($0) }, to: output)
    }
    for request in inFlight.values {
      request.forgetCandidates()
      let server = request.server?.name
      let failure: Failure
      if case .sent(let client, let id) = request.state {
        client.cancel(id, reason: reason)
        failure = Failure(server: server, phase: .shutdown, reason: reason, cure: cure, outcome: .unknown)
      } else {
        failure = Failure(server: server, phase: .shutdown, reason: reason, cure: cure)
      }
      fail(request, failure)
    }
    parked = []
  }

  /// Whether some request is not with its server yet, so that any server may still be needed.
  var hasUnsentRequests: Bool {
    (behindHandshake?.isEmpty == false) || !parked.isEmpty || inFlight.values.contains { !$0.candidates.isEmpty }
  }

  /// Takes every request that was not sent out of the queues; it is answered by whoever calls this.
  func withdrawWaiting() {
    for request in inFlight.values {
      guard case .waiting = request.state else { continue }
      request.endpoint?.withdraw(request)
      request.stopWaiting()
    }
    parked = []
  }

  func mintID() -> UInt64 {
    lastAsked += 1
    return lastAsked
  }
}
