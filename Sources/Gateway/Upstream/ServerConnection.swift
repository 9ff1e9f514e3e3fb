package import EventLoop
import JSONRPC
package import MCP

/// One connection to one server: its pending calls, what was negotiated, and what has been heard.
///
/// It does not know what carries its messages. Every request gets an id of the connection's own counter, which also is its
/// progress token; an answer to an id that is not pending is late, doubled or invented, and is dropped and counted.
@GatewayActor
package final class ServerConnection {
  /// What was agreed in the handshake.
  package struct Negotiated {
    package var revision: Revision
    package var capabilities: ServerCapabilities
    /// The server's `serverInfo` object, raw.
    package var serverInfo: String
    package var instructions: String
  }

  // What each call asks for comes first (docs/hot-path.md). Server and lane outlive every connection of theirs.
  let server: UpstreamServer
  let lane: Lane
  let carrier: Carrier
  /// Where messages are written: the carrier's one stream, or what each leaves by itself.
  private let output: OutputBuffer
  /// Whether each message is sent by itself.
  let sendsEach: Bool
  let clock: LoopClock
  /// Open once the connection is over.
  let closed = Gate()
  /// When the server last said anything.
  var heardAt: Instant
  /// When it last asked something of a client.
  var askedAt: Instant?
  /// The era that is spoken on this connection.
  package private(set) var era = Era.legacy
  private var lastID: UInt64 = 0
  private var splicer = Splicer()
  var pending = RequestTable<UInt64, Call>()
  var sweep: LoopClock.Cancellation?
  package internal(set) var negotiated: Negotiated? {
    didSet { era = negotiated?.revision.era ?? .legacy }
  }
  /// What the server was told when it was opened, and what became of that.
  var opening = Opening()
  /// What the server has been asked to tell of.
  let attention = Attention()
  /// Lines on its standard output that were no messages.
  package internal(set) var skippedLines = 0
  /// The latest of them, freed of secrets.
  var strayLines: [String] = []
  private var taskProgress = TaskProgress()

  struct Opening {
    /// Whether it was sent `initialize`.
    var wasInitialized = false
    /// What was declared to the server that the clients behind can do.
    var declared = ClientCapabilities.none
    /// Whether it has carried a client's request.
    var hasCarried = false
    /// What was found wrong with it, so that it is ended: part of a sentence.
    var verdict: String?
  }

  init(_ carrier: Carrier, of lane: Lane, at server: UpstreamServer) {
    self.carrier = carrier
    switch carrier.way {
    case .stream(let output): (self.output, sendsEach) = (output, false)
    case .each: (output, sendsEach) = (OutputBuffer(), true)
    }
    self.lane = lane
    self.server = server
    clock = server.upstream.clock
    heardAt = clock.now()
  }

  /// Requests of clients that the server has not answered.
  var inFlight: Int { pending.values.reduce(0) { $1.origin == .client ? $0 + 1 : $0 } }

  /// The sessions whose calls the server has not answered.
  var callers: Set<UInt64> { Set(pending.values.filter { $0.origin == .client }.map(\.session)) }

  func start() {
    let ended = Gate()
    // Strong (docs/hot-path.md): the carrier forgets them when it is gone, and timers do when the connection is over.
    carrier.start(
      Carrier.Events(
        received: { self.received($0) }, failed: { self.failed($0, $1) }, ended: { ended.open() }))
    watch(ended)
  }

  func nextID() -> UInt64 {
    lastID += 1
    return lastID
  }

  // MARK: - Writing

  /// Writes one message to the server; `body` appends it whole.
  @inline(__always)
  func write(_ envelope: @autoclosure () -> Envelope, _ body: (OutputBuffer) -> Void) {
    body(output)
    if sendsEach { send(envelope()) }
  }

  /// Hands over the one message that was written.
  @inline(never)
  private func send(_ envelope: Envelope) {
    guard case .each(let send) = carrier.way else { return }
    send(envelope, output)
    output.removeAll()
  }

  /// Hands over the one request that was written. It is sometimes known never to have arrived, and goes out again then.
  @inline(never)
  private func sendByItself(_ call: Call, _ frame: Frame, _ id: UInt64) {
    if call.retry == nil { call.retry = call.frame ?? frame.copy() }
    send(.request(id: id, call.method))
  }

  /// Bytes that the server has not taken yet.
  var unsentBytes: Int { output.count }

  var hasSentAll: Bool { output.isEmpty }

  /// Answers a request of the server's.
  func answer(_ id: RawToken, _ body: (OutputBuffer) -> Void) {
    write(.answer) { output in Reply.result(id: id, to: output) { body(output) } }
  }

  func answer(_ id: RawToken, _ payload: String) { answer(id) { $0.append(payload) } }

  /// Answers a request of the server's with an error.
  func refuse(_ id: RawToken, _ code: ErrorCode, _ message: String) {
    write(.answer) { Reply.error(code, message, id: id, revision: nil, to: $0) }
  }

  func notify(_ method: Method, params: String? = nil) {
    write(.notification(method)) { Reply.notification(method, params: params, to: $0) }
  }

  /// Passes on a client's notification as it is.
  func notify(_ method: Method, _ frame: Frame) {
    splicer.reset()
    write(.notification(method)) { splicer.write(frame, to: $0) }
  }

  /// Passes on a client's notification with its token replaced.
  func notify(_ method: Method, _ frame: Frame, replacing range: Range<Int>, with token: RawToken) {
    splicer.reset()
    splicer.replace(range, with: token)
    write(.notification(method)) { splicer.write(frame, to: $0) }
  }

  /// Passes on a client's answer with the edits of what belongs to the hop, the id among them.
  func answer(_ frame: Frame, _ edits: borrowing Splicer) { write(.answer) { edits.write(frame, to: $0) } }

  // MARK: - Calls

  /// Sends a client's request with the ids and names of this hop.
  func relay(_ call: Call, _ frame: Frame, at now: Instant) {
    guard let idRange = frame.outer.id else { return }
    opening.hasCarried = true
    let isBridged = era.isModern || call.terms.era.isModern
    if isBridged, isDealtWith(call, frame) { return }
    if case .resourcesUnsubscribe = call.method { forgetSubscription(call, frame) }
    let id = nextID()
    splicer.reset()
    splicer.replace(idRange, with: id)
    if let edit = call.edit {
      edit.bytes.withUnsafeBytes { splicer.replace(edit.range, with: $0) }
    }
    let token = frame.range("progressToken", in: .paramsMeta)
    call.progressToken = token.flatMap { RawToken(identifier: frame[$0]) }
    if isBridged {
      bridge(call, frame, id, &splicer)
    } else if let token, call.progressToken != nil {
      splicer.replace(token, with: id)
    }
    if call.requiresTask, runsTools(asTasks: call), let params = frame.object(.params) {
      splicer.insert(members: "\"task\":{}", into: params, of: frame.bytes)
    }
    splicer.write(frame, to: output)
    if sendsEach { sendByItself(call, frame, id) }
    pending[id] = call
    call.state = .sent(self, id: id)
    call.frame = nil
    call.sentAt = now
    call.heardAt = now
    if sweep == nil { scheduleSweep() }
  }

  /// Asks for what a call has come to in the place of the call itself; its answer is the call's.
  func exchange(_ call: Call, for method: Method, params: String) {
    let id = nextID()
    write(.request(id: id, method)) { Reply.request(method, params: params, id: id, to: $0) }
    pending[id] = call
    if case .parked = call.state { call.state = .parked(self, id: id) } else { call.state = .sent(self, id: id) }
    call.heardAt = heardAt
  }

  /// Tells the server that a request is no longer wanted; its answer will be dropped. `notification` is in the client's own
  /// words, when it was the client who cancelled.
  func cancel(_ id: UInt64, _ notification: Frame? = nil, reason: String = "") {
    guard let call = pending.removeValue(forKey: id) else { return }
    if let notification, let range = notification.range("requestId", in: .params) {
      splicer.reset()
      splicer.replace(range, with: id)
      write(.notification(.cancelled)) { splicer.write(notification, to: $0) }
    } else {
      notify(.cancelled, params: "{\"requestId\":\(id),\"reason\":\(JSONText.quote(reason))}")
    }
    guard call.origin == .client else { return }
    endTask(of: call)
    lane.returned(call, answered: false, abandoned: true)
  }

  /// Keeps the progress token of a task that a call has made: it is good for the task's whole life.
  func keepProgress(of id: UInt64, _ call: Call, token: RawToken) { taskProgress.keep(id, of: call, token: token) }

  func sessionEnded(_ session: UInt64) { taskProgress.sessionEnded(session) }

  func taskProgress(of id: UInt64) -> TaskProgress.Entry? { taskProgress[id] }

  // MARK: - The end

  /// The end of its output and the exit of the process usually come together. Whichever comes first waits a little for
  /// the other: the exit says more than the end of the output, and a grandchild may hold the output open for ever.
  private func watch(_ ended: Gate) {
    Gate.any(ended, carrier.exited).whenOpen { [self] in
      guard !closed.isOpen else { return }
      let timer = clock.after(Self.lastWords) { self.close() }
      ended.whenOpen {
        self.carrier.exited.whenOpen {
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
    let carrier = carrier
    carrier.closeSending()
    carrier.gone.whenOpen { carrier.close() }
    let lost = pending.entries
    pending = RequestTable()
    closed.open()
    attention.changed.open()
    lane.ended(self)
    let unsent = carrier.loss()?.unsent ?? []
    for (id, call) in lost {
      let isUnsent = unsent.contains(id) && call.mayBeLostUnsent()
      call.caller.lost(call, lossFailure(.call, outcome: isUnsent ? .notSent : .unknown))
    }
    server.upstream.news.connectionClosed(self)
  }

  func lossFailure(_ phase: Failure.Phase, outcome: Failure.Outcome = .notSent) -> Failure {
    if opening.verdict == nil, let loss = carrier.loss() {
      return Failure(server: server.name, phase: phase, reason: loss.reason, cure: loss.cure, outcome: outcome)
    }
    let end = opening.verdict ?? carrier.ending().map { "it ended (\($0))" } ?? "it closed its output"
    return Failure(server: server.name, phase: phase, reason: end + lastWordsNote, outcome: outcome)
  }

  /// The end of what the server said beside its messages, as part of a sentence.
  var lastWordsNote: String {
    let lines = carrier.lastWords().split(whereSeparator: \.isNewline).suffix(8)
    let errors = lines.isEmpty ? "" : "; its standard error ends with: " + lines.joined(separator: " | ")
    let strays = strayLines.isEmpty ? "" : "; it wrote to its standard output: " + strayLines.joined(separator: " | ")
    return errors + strays
  }
}
