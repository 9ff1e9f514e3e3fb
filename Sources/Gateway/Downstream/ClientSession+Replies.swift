import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// The answers of the gateway's own, and the end of every request.
extension ClientSession {
  /// Answers a message that is no request, or one that cannot be taken up.
  func refuse(_ code: ErrorCode, _ message: String, data: String? = nil, id: RawToken?, inBatch: Bool = true) {
    let entry = inBatch ? batch?.open() : nil
    Reply.error(code, manager.redacted(message), data: data, id: id, revision: revision, to: entry ?? output)
    if entry != nil { batch?.close() }
  }

  /// Where the answer to a request goes.
  func destination(of request: Call) -> OutputBuffer { request.batch?.open() ?? output }

  /// Answers with a result of the gateway's own, JSON text of an object; `hints` are for modern clients.
  func respond(_ payload: String, hints: CacheHints? = nil, to request: Call) {
    guard !request.isFinished else { return }
    let head = request.terms.era == .modern ? manager.resultHead.members(hints) : ""
    Reply.result(payload, head: head, id: request.id, to: destination(of: request))
    finish(request)
  }

  func respond(_ payload: ByteBuffer, hints: CacheHints? = nil, to request: Call) {
    guard !request.isFinished else { return }
    let head = request.terms.era == .modern ? manager.resultHead.members(hints) : ""
    Reply.result(payload, head: head, id: request.id, to: destination(of: request))
    finish(request)
  }

  func respond(_ code: ErrorCode, _ message: String, data: String? = nil, to request: Call) {
    guard !request.isFinished else { return }
    Reply.error(
      code, manager.redacted(message), data: data, id: request.id, revision: revision, to: destination(of: request))
    finish(request)
  }

  /// Answers a request with a failure of the gateway's own, unless another server may have what it asks for.
  ///
  /// - Parameter outcome: as what it is counted; nil for what the failure itself says.
  func fail(_ request: Call, _ failure: Failure, as outcome: CallOutcome? = nil) {
    guard !request.isFinished else { return }
    // It was not sent now, but it was before.
    let failure = request.resends > 0 ? failure.withUnknownOutcome : failure
    let outcome = outcome ?? (failure.outcome == .notSent ? .notSent : .unknown)
    if outcome != .expired {
      if request.firstFailure == nil { request.firstFailure = failure }
      if tryNext(request, as: outcome) || answerWithFirstError(request, as: outcome) { return }
    }
    count(request, outcome)
    (request.firstFailure ?? failure).answer(
      request.method, head: request.terms.era == .modern ? manager.resultHead : nil, id: request.id,
      now: WallClock.milliseconds, redaction: { manager.redacted($0) }, to: destination(of: request))
    finish(request)
  }

  /// The connection was lost after a request had been sent: it is sent again where that does no harm, else the caller
  /// hears that its outcome is unknown.
  func lost(_ request: Call, _ failure: Failure) {
    guard !request.isFinished else { return }
    let policy = request.server.map { RetryPolicy($0.configuration.settings) } ?? .never
    let verdict = policy.verdict(
      for: .unknown, isRepeatable: request.isRepeatable, resends: request.resends, isInTime: !manager.isClosing)
    guard verdict == .sendElsewhere, let server = request.server, let frame = request.retry else {
      fail(request, failure)
      return
    }
    // What the server had asked meanwhile died with it.
    _ = request.takeParking()
    request.sendAgain()
    manager.metrics.sentAgain(server: server.id)
    server.accept(request, frame)
  }

  /// Counts the end of a request, if it was meant for a server.
  func count(_ request: Call, _ outcome: CallOutcome) {
    guard let meter = request.meter else { return }
    if case .sent = request.state {
      meter.ended(outcome, after: clock.now().since(request.sentAt))
    } else {
      meter.ended(outcome, after: nil)
    }
  }

  /// Forgets a request that has been answered, or never will be.
  func finish(_ request: Call) {
    request.stopWaiting()
    if case .asking = request.state { withdrawQuestion(of: request) }
    request.state = .finished
    request.frame = nil
    let unasked = request.takeParking()
    inFlight.remove(request, forKey: request.id)
    unasked?.putQuestionsAnew()
    if let batch = request.batch {
      request.batch = nil
      batch.settle()
    }
    noteIdleness()
  }

  /// Takes a request back wherever it is; it gets no answer.
  func abandon(_ request: Call, _ notification: Frame? = nil) {
    switch request.state {
    case .sent(let client, let id):
      client.cancel(id, notification, reason: "the client is gone")
    case .asking: break
    case .waiting:
      parked.removeAll { $0 === request }
      request.endpoint?.withdraw(request)
    case .finished: return
    }
    count(request, .cancelled)
    finish(request)
  }
}
