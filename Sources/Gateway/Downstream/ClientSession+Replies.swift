import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// The answers of the gateway's own, and the end of every request.
extension ClientSession {
  /// Answers a message that is no request, or one that cannot be taken up. What has no id answers nothing that a client
  /// waits for: it is dropped for one that leaves too much unread.
  func refuse(_ code: ErrorCode, _ message: String, data: String? = nil, id: RawToken?) {
    if id == nil, mayDrop() { return }
    let buffer = waiting.replies?.buffer ?? output
    Reply.error(code, upstream.log.redacted(message), data: data, id: id, revision: handshake.revision, to: buffer)
    waiting.replies?.gather()
    limitUnread()
  }

  /// Reads on from the client only as long as there is room for the gateway's own answers.
  private func limitUnread() { if port.isCongested, port.isOverfull { port.pause(.overfull) } }

  /// Where the answer to a request is written.
  func output(for call: Call) -> OutputBuffer { call.reply?.buffer ?? output }

  /// What a result of the gateway's own begins with; `hints` are for modern clients.
  private func head(_ hints: CacheHints?, _ call: Call) -> String {
    call.terms.era == .modern ? upstream.introduction.resultHead.members(hints) : ""
  }

  /// Answers with a result of the gateway's own, JSON text of an object.
  func respond(_ payload: String, hints: CacheHints? = nil, to call: Call) {
    guard !call.isFinished else { return }
    Reply.result(payload, head: head(hints, call), id: call.id, to: output(for: call))
    finish(call)
    limitUnread()
  }

  func respond(_ payload: ByteBuffer, hints: CacheHints? = nil, to call: Call) {
    guard !call.isFinished else { return }
    Reply.result(payload, head: head(hints, call), id: call.id, to: output(for: call))
    finish(call)
    limitUnread()
  }

  func respond(_ code: ErrorCode, _ message: String, data: String? = nil, to call: Call) {
    guard !call.isFinished else { return }
    Reply.error(
      code, upstream.log.redacted(message), data: data, id: call.id, revision: handshake.revision, to: output(for: call)
    )
    finish(call)
    limitUnread()
  }

  /// Answers a request with a failure of the gateway's own, unless another server may have what it asks for.
  /// It is counted as `outcome`, or as what the failure itself says.
  func fail(_ call: Call, _ failure: Failure, as outcome: CallOutcome? = nil) {
    guard !call.isFinished else { return }
    // It was not sent now, but it was before.
    let failure = call.resends > 0 ? failure.withUnknownOutcome : failure
    let outcome = outcome ?? (failure.outcome == .unknown ? .unknown : .notSent)
    if outcome != .expired {
      if call.firstFailure == nil { call.firstFailure = failure }
      if tryNext(call, as: outcome) || answerWithFirstError(call, as: outcome) { return }
    }
    count(call, outcome)
    (call.firstFailure ?? failure).answer(
      call.method, head: call.terms.era == .modern ? upstream.introduction.resultHead : nil, id: call.id,
      now: WallClock.milliseconds, redaction: { upstream.log.redacted($0) }, to: output(for: call))
    finish(call)
    limitUnread()
  }

  /// Counts the end of a request, if it was meant for a server.
  func count(_ call: Call, _ outcome: CallOutcome) {
    guard let meter = call.meter else { return }
    let time: UInt64? = if case .sent = call.state { clock.now().since(call.sentAt) } else { nil }
    meter.ended(outcome, after: time)
    if let audit { tell(audit, call, meter, outcome, time) }
  }

  @inline(never)
  private func tell(
    _ audit: CallAudit, _ call: Call, _ meter: CallMeter, _ outcome: CallOutcome, _ time: UInt64?
  ) {
    let client = introduction.map { $0.name + ($0.version.map { " \($0)" } ?? "") }
    audit.write(
      AuditRecord(
        session: number, client: client, server: call.server?.name ?? "", method: call.method,
        tool: call.tool.flatMap { $0.raw.withUnsafeBytes { JSONText.string($0) } }, arguments: call.auditedArguments,
        outcome: outcome, milliseconds: time))
  }

  /// Forgets a request that has been answered, or never will be.
  func finish(_ call: Call) {
    call.stopWaiting()
    if case .asking = call.state { withdrawQuestion(of: call) }
    call.state = .finished
    call.frame = nil
    release(call)
    if !parked.isEmpty { putAnew(parked.remove(call)) }
  }

  /// Lets go of what belongs to the client's request; the call itself may go on.
  func release(_ call: Call) {
    calls.remove(call)
    call.reply?.settle()
    noteIdleness()
  }

  /// Takes a request back wherever it is; it gets no answer.
  func abandon(_ call: Call, _ notification: Frame? = nil) {
    switch call.state {
    case .sent(let connection, let id), .parked(let connection, let id):
      connection.cancel(id, notification, reason: "the client is gone")
    case .asking: break
    case .waiting:
      waiting.forNames.removeAll { $0 === call }
      call.lane?.withdraw(call)
    case .finished: return
    }
    count(call, .cancelled)
    finish(call)
  }
}
