package import EventLoop
import JSONRPC
package import MCP

/// One connection to one server: its pending requests, what was negotiated, and what has been heard.
///
/// It does not know what carries its frames. Every request gets an id of the connection's own counter, which also is its
/// progress token; an answer to an id that is not pending is late, doubled or invented, and is dropped and counted.
@GatewayActor
package final class ServerConnection {
  enum Pending {
    case relayed(Call)
    /// A call that goes on while its modern client is asked something.
    case parked(ParkedCall)
    case own(OwnRequest)
  }

  /// What was agreed in the handshake.
  package struct Negotiated {
    package var revision: Revision
    package var capabilities: ServerCapabilities
    /// The server's `serverInfo` object, raw.
    package var serverInfo: String
    package var instructions: String
  }

  // Each outlives every connection of its own. What each call asks for comes first, and lies together.
  let server: UpstreamServer
  let endpoint: Endpoint
  /// What is to be written to the server.
  let output: OutputBuffer
  let clock: LoopClock
  /// Open once the connection is over.
  let closed = Gate()
  /// When the server last said anything.
  var heardAt: Instant
  /// When it last asked something of the client.
  var askedAt: Instant?
  /// The era that is spoken on this connection.
  package private(set) var era = Era.legacy
  /// Whether it has carried a client's request.
  private(set) var hasCarried = false
  private var lastID: UInt64 = 0
  private var splicer = Splicer()
  var pending = RequestTable<UInt64, Pending>()
  var sweep: LoopClock.Cancellation?
  let process: ServerProcess
  package internal(set) var negotiated: Negotiated? {
    didSet { era = negotiated?.revision.era ?? .legacy }
  }
  /// What a modern server is listened to for, and the ids of the requests that do it, by their numbers.
  var listening = SharedListen()
  var listenIDs: [UInt64: UInt64] = [:]
  /// Opens when the listening has changed.
  var listeningChanged = Gate()
  /// The subscriptions that the gateway has made at a legacy server, by its URIs.
  var subscribed: [RawToken: OwnRequest] = [:]
  /// The most talkative level that a legacy server was told.
  var toldLogLevel: LoggingLevel?
  /// Whether it was sent `initialize`.
  var wasInitialized = false
  /// What was declared to the server that the client behind can do.
  var declared = ClientCapabilities.none
  /// Lines on its standard output that were no messages.
  package internal(set) var skippedLines = 0
  /// What was found wrong with it, so that it is ended: part of a sentence.
  var verdict: String?
  /// Progress tokens of tasks, which stay valid after the call that made the task was answered.
  private(set) var taskProgress: [UInt64: (session: ClientSession, token: RawToken)] = [:]

  init(server: UpstreamServer, endpoint: Endpoint, process: ServerProcess) {
    self.server = server
    self.endpoint = endpoint
    self.process = process
    output = process.transport.output
    clock = server.manager.clock
    heardAt = clock.now()
  }

  /// Requests of clients that the server has not answered.
  var inFlight: Int {
    pending.values.reduce(0) { if case .own = $1 { $0 } else { $0 + 1 } }
  }

  func start() {
    let readEnded = Gate()
    // Strong, as everywhere here, since a weak reference makes every use of an object slower; the transport forgets them
    // when the process is gone, and timers do when the connection is over.
    process.transport.start(
      Transport.Events(
        received: { self.received($0) }, readEnded: { readEnded.open() }, writeEnded: { readEnded.open() },
        congested: { self.endpoint.serverCongested($0) }))
    watch(readEnded)
  }

  func nextID() -> UInt64 {
    lastID += 1
    return lastID
  }

  // MARK: - Requests of clients

  /// Sends a client's request with the ids and names of this hop.
  func relay(_ request: Call, _ frame: Frame, at now: Instant) {
    guard let idRange = frame.outer.id else { return }
    hasCarried = true
    let isBridged = era.isModern || request.terms.era.isModern
    if isBridged, isDealtWith(request, frame) { return }
    if case .resourcesUnsubscribe = request.method { forgetSubscription(request, frame) }
    let id = nextID()
    splicer.reset()
    splicer.replace(idRange, with: id)
    if let edit = request.edit {
      edit.bytes.withUnsafeBytes { splicer.replace(edit.range, with: $0) }
    }
    let token = frame.range("progressToken", in: .paramsMeta)
    request.progressToken = token.flatMap { RawToken(identifier: frame[$0]) }
    if isBridged {
      bridge(request, frame, id, &splicer)
    } else if let token, request.progressToken != nil {
      splicer.replace(token, with: id)
    }
    if request.requiresTask, runsTools(asTasks: request), let params = frame.object(.params) {
      splicer.insert(members: "\"task\":{}", intoObjectAt: params, of: frame.bytes)
    }
    splicer.write(frame, to: output)
    pending[id] = .relayed(request)
    request.state = .sent(self, id: id)
    request.frame = nil
    request.sentAt = now
    request.heardAt = now
    if sweep == nil { scheduleSweep() }
  }

  /// Asks for what a call has come to in the place of the call itself; its answer is the call's.
  func exchange(_ request: Call, for method: Method, params: String) {
    let id = nextID()
    Reply.request(method, params: params, id: id, to: output)
    pending[id] = .relayed(request)
    request.state = .sent(self, id: id)
    request.heardAt = heardAt
  }

  /// Takes a call from the client that waited for it, which is asked something, until another request comes for it.
  func park(_ id: UInt64, _ call: ParkedCall) { pending[id] = .parked(call) }

  /// Gives a parked call to the request that brings what it waited for.
  func unpark(_ id: UInt64, to request: Call) {
    pending[id] = .relayed(request)
    request.state = .sent(self, id: id)
    request.heardAt = clock.now()
  }

  /// Tells the server that a request is no longer wanted; its answer will be dropped.
  ///
  /// - Parameter notification: the client's own words, when it was the client who cancelled.
  func cancel(_ id: UInt64, _ notification: Frame? = nil, reason: String = "") {
    guard pending[id] != nil else { return }
    let entry = pending.removeValue(forKey: id)
    if let notification, let range = notification.range("requestId", in: .params) {
      splicer.reset()
      splicer.replace(range, with: id)
      splicer.write(notification, to: output)
    } else {
      Reply.notification(
        .cancelled, params: "{\"requestId\":\(id),\"reason\":\(JSONText.quote(reason))}", to: output)
    }
    switch entry {
    case .relayed(let request):
      endTask(of: request)
      endpoint.returned(request, answered: false, abandoned: true)
    case .parked(let call):
      endTask(of: call.request)
      endpoint.returned(call.request, answered: false, abandoned: true)
    case .own, nil: break
    }
  }

  /// Passes on a notification or an answer with its id, or its token, replaced.
  func forward(_ frame: Frame, replacing range: Range<Int>, with token: RawToken) {
    splicer.reset()
    splicer.replace(range, with: token)
    splicer.write(frame, to: output)
  }

  /// Keeps a task's progress token after its call was answered: it is good for the task's whole life.
  func keepProgress(of id: UInt64, session: ClientSession, token: RawToken) {
    if taskProgress.count >= Self.taskProgressLimit, let oldest = taskProgress.keys.min() {
      taskProgress[oldest] = nil
    }
    taskProgress[id] = (session, token)
  }

  private static let taskProgressLimit = 1024

  // MARK: - The end

  /// The end of its output and the exit of the process usually come together. Whichever comes first waits a little for
  /// the other: the exit says more than the end of the output, and a grandchild may hold the output open for ever.
  private func watch(_ readEnded: Gate) {
    Gate.any(readEnded, process.exited).whenOpen { [self] in
      guard !closed.isOpen else { return }
      let timer = clock.after(Self.lastWords) { self.close() }
      readEnded.whenOpen {
        self.process.exited.whenOpen {
          timer.cancel()
          self.close()
        }
      }
    }
  }

  /// Milliseconds between the end of the output and the exit, or the other way round, after which it is the end.
  private static let lastWords: UInt64 = 250

  /// Ends the connection: whatever is pending gets an error that says so.
  func close() {
    guard !closed.isOpen else { return }
    sweep?.cancel()
    sweep = nil
    // What was written last, a cancellation perhaps, still leaves; descriptors are kept until nobody is behind them.
    let transport = process.transport
    transport.closeWriting()
    process.gone.whenOpen { transport.close() }
    let lost = pending.values
    pending = RequestTable()
    closed.open()
    listeningChanged.open()
    endpoint.ended(self)
    for entry in lost {
      switch entry {
      case .own(let own): own.fail(lossFailure(own.phase))
      case .relayed(let request): request.session.lost(request, lossFailure(.call, outcome: .unknown))
      case .parked(let call): call.ended(.failure(lossFailure(.call, outcome: .unknown)))
      }
    }
    server.manager.audience.connectionClosed(self)
  }

  func lossFailure(_ phase: Failure.Phase, outcome: Failure.Outcome = .notSent) -> Failure {
    let end = verdict ?? process.exit().map { "it ended (\($0))" } ?? "it closed its output"
    return Failure(server: server.name, phase: phase, reason: end + standardErrorNote, outcome: outcome)
  }

  /// The end of what the server wrote to its standard error, as part of a sentence.
  var standardErrorNote: String {
    let lines = process.standardErrorTail().split(whereSeparator: \.isNewline).suffix(8)
    guard !lines.isEmpty else { return "" }
    return "; its standard error ends with: " + lines.joined(separator: " | ")
  }
}
