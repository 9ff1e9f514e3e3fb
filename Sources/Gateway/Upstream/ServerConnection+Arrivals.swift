import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a server writes, sorted by what it is.
extension ServerConnection {
  func received(_ event: FrameReader.Event) {
    guard !closed.isOpen else { return }
    switch event {
    case .frame(let frame): received(frame)
    case .malformed(let line): skipped(line)
    }
  }

  func received(_ frame: Frame) {
    heardAt = clock.now()
    if case .response = frame.kind { return answered(frame) }
    lane.heard(self)
    switch frame.kind {
    case .response: break
    case .request: asked(frame)
    case .notification: notified(frame)
    case .batch: unpack(frame)
    case .invalid:
      if frame.outer.id != nil { answered(frame) } else { skipped(frame) }
    }
  }

  /// A request comes to nothing, by what the carrier knows.
  func failed(_ id: UInt64, _ failure: RequestFailure) {
    guard !closed.isOpen, let call = pending.removeValue(forKey: id) else { return }
    if call.origin == .client { lane.returned(call, answered: false) }
    call.caller.failed(
      call,
      Failure(
        server: server.name, phase: .call, reason: failure.reason, cure: failure.cure, outcome: failure.outcome,
        retryIn: failure.retryIn), as: nil)
  }

  /// Hands an answer to whoever waits for it, and tells the lane that the server was heard, which hears of an answer to a
  /// probe by itself.
  func answered(_ frame: Frame) {
    guard let id = frame.mintedID, let call = pending.removeValue(forKey: id) else { return answeredNobody(frame) }
    settle(call, id, with: frame)
  }

  @inline(__always)
  private func settle(_ call: Call, _ id: UInt64, with frame: Frame) {
    switch call.origin {
    case .client:
      if sendsEach, isMismatch(call, id, frame) { return lane.heard(self) }
      if call.requiresTask, awaitTask(frame, id, call) { return lane.heard(self) }
      lane.answered(call, at: heardAt.milliseconds)
    case .gateway: lane.heard(self)
    case .probe: break
    }
    // Whatever it says to a probe, it lives.
    guard call.origin != .probe else { return call.caller.answered(call, frame, from: self) }
    switch AnswerVerdict(frame) {
    case .good: call.caller.answered(call, frame, from: self)
    case .mended(let answer):
      countMended()
      call.caller.answered(call, answer, from: self)
    case .refused(let reason, let part):
      let shown = part.map {
        ": " + server.upstream.log.quoted(String(decoding: frame[$0].prefix(4096), as: UTF8.self))
      }
      call.caller.failed(
        call, Failure(server: server.name, phase: .call, reason: reason + (shown ?? ""), outcome: .unknown), as: nil)
    }
  }

  /// An answer without an id that means anything. A server that could not read what it was sent answers with the id null:
  /// that is the one call's which is in flight, if there is just one.
  private func answeredNobody(_ frame: Frame) {
    lane.heard(self)
    if frame.isWithoutID, frame.outer.error != nil {
      let open = pending.entries
      if open.count == 1, let only = open.first, let answer = frame.withID(only.key) {
        _ = pending.removeValue(forKey: only.key)
        return settle(only.value, only.key, with: answer)
      }
      server.log(
        .warning, "error_without_id", ["error": server.upstream.log.quoted(frame.string("message", in: .error) ?? "")])
      return
    }
    lane.tally.strayAnswers += 1
    server.log(.debug, "stray_answer")
  }

  /// Takes the messages of an array one after the other, some in each turn of the loop.
  private func unpack(_ frame: Frame) {
    guard negotiated?.revision.allowsBatches == true else { return skipped(frame) }
    take(Batch(frame))
  }

  private func take(_ batch: Batch) {
    var rest = batch
    for _ in 0..<Self.messagesPerTurn {
      switch rest.next() {
      case .message(let element): received(element)
      case .broken: skipped(excerpt: "an element of an array that is no message")
      case .tooMany: skipped(excerpt: "an array of more than \(Batch.limit) messages")
      case nil: return
      }
    }
    let remaining = rest
    _ = clock.after(0) { if !self.closed.isOpen { self.take(remaining) } }
  }

  /// Messages of one array that are taken in one turn of the loop.
  private static let messagesPerTurn = 50

  private func skipped(_ frame: Frame) {
    skipped(excerpt: String(decoding: frame.bytes.prefix(FrameReader.excerptLimit), as: UTF8.self))
  }

  private func skipped(_ line: FrameReader.Malformed) {
    // What ended in the middle of an answer says more by how it ended, which is about to be known.
    if !line.hasMethod, !line.isCutOff, let id = line.mintedID, let call = pending.removeValue(forKey: id) {
      if call.origin == .client { lane.returned(call, answered: true) }
      return call.caller.failed(call, failure(of: line), as: nil)
    }
    skipped(excerpt: line.excerpt)
  }

  /// Why a call ends whose answer cannot be read.
  private func failure(of line: FrameReader.Malformed) -> Failure {
    switch line.reason {
    case .tooLong(let limit):
      Failure(
        server: server.name, phase: .call, reason: "its answer is longer than \(limit) bytes",
        cure: "Raise \"maxFrame\" under the top-level \"junction\" of the configuration.", outcome: .unknown)
    case .syntax(let error):
      Failure(
        server: server.name, phase: .call, reason: "its answer is not valid JSON: \(error) at byte \(error.offset + 1)",
        outcome: .unknown)
    }
  }

  /// Takes down what a server wrote that was no message: the reason why it ends stands there as often as in its standard
  /// error.
  private func skipped(excerpt: String) {
    countSkippedLine()
    let line = server.upstream.log.quoted(excerpt, limit: 200)
    if strayLines.count >= Self.strayLimit { strayLines.removeFirst() }
    strayLines.append(line)
    server.log(skippedLines == 1 ? .warning : .debug, "line_skipped", ["line": line])
  }

  private static let strayLimit = 4

  func countSkippedLine() {
    skippedLines += 1
    lane.tally.skippedLines += 1
  }

  private func countMended() { lane.tally.mendedAnswers += 1 }

  /// The pending call of a client that a progress token belongs to.
  func pendingCall(token raw: UnsafeRawBufferPointer) -> Call? {
    guard let id = JSONText.minted(raw), let call = pending[id], call.origin == .client else { return nil }
    return call
  }

  /// The call for which the server most likely asks something: the last one sent whose client can be asked. On stdio a
  /// question does not say to which call it belongs, unless that became a task.
  ///
  /// `task` is the raw id of the task for which it asks, if it names one.
  func call(for question: InputQuestion, task: UnsafeRawBufferPointer?) -> Call? {
    var latest: (id: UInt64, call: Call)?
    var latestLegacy: (id: UInt64, call: Call)?
    for (id, call) in pending.entries where call.origin == .client {
      let canBeAsked = call.caller.canBeAsked(question, during: call)
      if canBeAsked, let task, let own = call.task, task.elementsEqual(own) { return call }
      if canBeAsked, id > latest?.id ?? 0 { latest = (id, call) }
      // Its session says by itself what it cannot do.
      if call.terms.era == .legacy, id > latestLegacy?.id ?? 0 { latestLegacy = (id, call) }
    }
    return (latest ?? latestLegacy)?.call
  }
}
