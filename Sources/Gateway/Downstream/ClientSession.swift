import Configuration
package import EventLoop
import JSONRPC
package import MCP

/// One downstream client: its open requests, and the parts that deal with what it opened, asked, was asked and wants to be
/// told.
///
/// Every request is answered exactly once, with its id spelled as it came, whatever happens to servers meanwhile.
@GatewayActor
package final class ClientSession {
  // What each call asks for comes first (docs/hot-path.md).
  let manager: ServerManager
  let upstream: ServerSet
  let clock: LoopClock
  let port: ClientPort
  /// The port's own, kept here since each answer asks for it.
  let output: OutputBuffer
  /// What the client sees of the merged lists.
  private(set) var view: CatalogView
  var calls: OpenCalls
  var splicer = Splicer()
  var handshake = Handshake()
  var legacy: LegacySession
  var modern = ModernClient()
  let listens: Listens
  var subscriptions = Subscriptions()
  let questions: Questions
  /// Calls that go on at their servers while the client is asked something.
  var parked = ParkedCalls()
  /// What waits: requests for names that no server has yet, and what the client may not be told yet.
  var waiting = Waiting()
  /// Who is told of every call; mostly nobody.
  let audit: CallAudit?
  /// Tells it from all other sessions.
  package let number: UInt64
  let role: Role
  /// Who the client said it is.
  private(set) var introduction: ClientIntroduction?
  private let sight: Sight

  /// For whom the gateway runs.
  package enum Role: Sendable {
    /// One of those that it serves.
    case client
    /// Somebody who looks in, such as a command: servers are told nothing of what it can do, and nothing waits for it.
    case guest
  }

  /// How it is found out what a client sees.
  enum Sight {
    case fixed(CatalogView)
    /// By the name by which it introduces itself, unless it is given a profile.
    case byName(profile: String?)
  }

  struct Waiting {
    /// Requests for names that no server has yet.
    var forNames: [Call] = []
    /// Bytes of requests that wait for lists that are being read or merged.
    var forLists = 0
    /// What is told when the client is ready.
    var untilReady: [@GatewayActor () -> Void] = []
    /// Opens when no request is open.
    var idle: Gate?
    /// The batch that is being taken up.
    var batch: Intake?
    /// The array that answers it, while some of it is just being taken.
    var replies: ReplyTarget?

    @GatewayActor
    struct Intake {
      var rest: Batch
      let replies: ReplyTarget
      /// Open when there is no rest.
      let taken = Gate()
    }
  }

  init(of manager: ServerManager, number: UInt64, role: Role, seeing sight: Sight, transport: Transport) {
    self.manager = manager
    self.number = number
    self.role = role
    self.sight = sight
    view =
      switch sight {
      case .fixed(let view): view
      case .byName(let profile): manager.catalogs.view(of: nil, profile: profile)
      }
    upstream = manager.upstream
    audit = manager.audit
    clock = manager.clock
    let settings = manager.configuration.settings
    port = ClientPort(transport, mostQueued: settings.maxQueuedBytes)
    output = transport.output
    calls = OpenCalls(limit: settings.callsPerSession + settings.servers.queue)
    legacy = LegacySession(stamp: manager.upstream.introduction.stamp)
    questions = Questions(to: port, from: manager.upstream)
    listens = Listens(of: number, at: manager, view: view, to: port)
  }

  package func start() {
    manager.audience.join(self)
    if role == .client { for server in upstream.servers where !server.isShared { server.claimSpare(for: number) } }
    port.start(received: { self.received($0) }, congested: { self.manager.audience.congestionChanged(self) })
  }

  /// Open when nothing more will come from the client.
  package var inputEnded: Gate { port.inputEnded }
  /// Open when the client does not read any more.
  package var outputEnded: Gate { port.outputEnded }
  /// Open when everything is written after ``closeWriting()``.
  package var written: Gate { port.written }
  package var logLevel: LoggingLevel? { legacy.logLevel }

  /// The client says who it is, in a raw object of the protocol.
  func introduced(_ implementation: UnsafeRawBufferPointer?) {
    introduction = implementation.flatMap { ClientIntroduction(json: $0) }
    chooseView()
  }

  /// Takes the view that the configuration has for the client now.
  func chooseView() {
    guard case .byName(let profile) = sight, let introduction else { return }
    let chosen = manager.catalogs.view(of: introduction.name, profile: profile)
    guard chosen !== view else { return }
    view = chosen
    listens.sees(chosen)
  }

  /// Says that nothing more will be written.
  func closeWriting() {
    listens.endAll()
    port.closeWriting()
  }

  /// Leaves: nothing more is delivered.
  package func close() {
    manager.catalogs.readCache.sessionEnded(number)
    _ = handshake.takeAll()
    withdrawWaiting()
    for call in calls.all { abandon(call) }
    calls.removeAll()
    dropParkedCalls()
    waiting.untilReady = []
    waiting.batch?.taken.open()
    waiting.batch = nil
    listens.releaseAll()
    questions.refuseAll("The client is gone.")
    releaseSubscriptions()
    upstream.sessionEnded(number)
    port.close()
    manager.audience.leave(self)
  }

  /// Ends the client, with an error that says why, which it reads if it ever reads again.
  func letGo(_ reason: String) {
    failAll(reason, cure: nil)
    Reply.error(.internal, reason, id: nil, revision: handshake.revision, to: port.output)
    port.cutOff()
  }

  /// Whether a notification that can be missed is dropped, because the client leaves too much unread.
  func mayDrop() -> Bool {
    guard port.isCongested else { return false }
    manager.metrics.notificationDropped()
    return true
  }

  // MARK: - The end

  /// How many requests have no answer yet.
  package var unanswered: Int { calls.count + handshake.waiting + (waiting.batch == nil ? 0 : 1) }

  /// Returns a gate that opens when every request has its answer.
  package func whenIdle() -> Gate {
    let gate = Gate()
    waiting.idle = gate
    noteIdleness()
    return gate
  }

  /// Says so when nothing is left to be answered.
  func noteIdleness() { if waiting.idle != nil, unanswered == 0 { waiting.idle?.open() } }

  /// Answers what is left with an error that names its cause.
  package func failAll(_ reason: String, cure: String?) {
    while takeSomeOfBatch() {}
    let behind = handshake.takeAll()
    // What waits is taken out first, or the place that a cancelled call leaves would be given to one that waits.
    withdrawWaiting()
    for frame in behind where frame.kind == .request {
      guard let id = frame.id, !calls.contains(id) else { continue }
      Failure(server: nil, phase: .shutdown, reason: reason, cure: cure).answer(
        frame.method, id: id, now: WallClock.milliseconds, redaction: { upstream.log.redacted($0) }, to: port.output)
    }
    for call in calls.all {
      call.forgetCandidates()
      let server = call.server?.name
      let failure: Failure
      if case .sent(let connection, let id) = call.state {
        connection.cancel(id, reason: reason)
        failure = Failure(server: server, phase: .shutdown, reason: reason, cure: cure, outcome: .unknown)
      } else {
        failure = Failure(server: server, phase: .shutdown, reason: reason, cure: cure)
      }
      fail(call, failure)
    }
  }

  /// Whether some request is not with its server yet, so that any server may still be needed.
  var hasUnsentRequests: Bool {
    handshake.waiting > 0
      || calls.all.contains { call in
        switch call.state {
        case .asking: true
        case .waiting: call.lane == nil || !call.candidates.isEmpty
        case .sent, .parked, .finished: !call.candidates.isEmpty
        }
      }
  }

  /// Takes every request that was not sent out of the queues; it is answered by whoever calls this.
  func withdrawWaiting() {
    for call in calls.all {
      guard case .waiting = call.state else { continue }
      call.lane?.withdraw(call)
      call.stopWaiting()
    }
    waiting.forNames = []
  }
}
