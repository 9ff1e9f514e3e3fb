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

  /// Hands an answer to whoever waits for it, and tells the lane that the server was heard, which hears of an answer to a
  /// probe by itself.
  func answered(_ frame: Frame) {
    guard let id = frame.mintedID, let call = pending.removeValue(forKey: id) else {
      lane.heard(self)
      lane.tally.strayAnswers += 1
      server.log(.debug, "stray_answer")
      return
    }
    switch call.origin {
    case .client:
      if call.requiresTask, awaitTask(frame, id, call) { return lane.heard(self) }
      lane.answered(call, at: heardAt.milliseconds)
    case .gateway: lane.heard(self)
    case .probe: break
    }
    if let failure = fault(of: frame) {
      call.caller.failed(call, failure, as: nil)
    } else {
      call.caller.answered(call, frame, from: self)
    }
  }

  /// What makes an answer none.
  func fault(of frame: Frame) -> Failure? {
    let hasResult = frame.outer.result != nil
    let hasError = frame.outer.error != nil
    let hasTwoIDs = frame.outer.repeated.contains(.id)
    guard hasResult == hasError || hasTwoIDs else { return nil }
    return Failure(
      server: server.name, phase: .call,
      reason: hasTwoIDs
        ? "it answered with two ids"
        : hasResult ? "it answered with both a result and an error" : "it answered with neither result nor error",
      outcome: .unknown)
  }

  func unpack(_ frame: Frame) {
    JSONWalk.elements(of: frame.bytes, in: 0..<frame.bytes.count) { range in
      if case .success(let element) = Frame.parse(frame[range]), element.kind != .batch { received(element) }
      return true
    }
  }

  func skipped(_ frame: Frame) {
    countSkippedLine()
    let excerpt = server.upstream.log.redacted(
      String(decoding: frame.bytes.prefix(FrameReader.excerptLimit), as: UTF8.self))
    server.log(.debug, "line_skipped", ["line": String(excerpt.prefix(200))])
  }

  func skipped(_ line: FrameReader.Malformed) {
    if case .tooLong(let limit) = line.reason, !line.hasMethod, let id = line.id?.withBytes({ JSONText.unsigned($0) }),
      let call = pending.removeValue(forKey: id)
    {
      if call.origin == .client { lane.returned(call, answered: true) }
      call.caller.failed(
        call,
        Failure(
          server: server.name, phase: .call, reason: "its answer is longer than \(limit) bytes",
          cure: "Raise \"maxFrame\" under the top-level \"junction\" of the configuration.", outcome: .unknown), as: nil
      )
      return
    }
    countSkippedLine()
    let event: LogLevel = skippedLines == 1 ? .warning : .debug
    server.log(event, "line_skipped", ["line": String(server.upstream.log.redacted(line.excerpt).prefix(200))])
  }

  func countSkippedLine() {
    skippedLines += 1
    lane.tally.skippedLines += 1
  }

  /// The pending call of a client that a progress token belongs to.
  func pendingCall(token raw: UnsafeRawBufferPointer) -> Call? {
    guard let id = JSONText.unsigned(raw), let call = pending[id], call.origin == .client else { return nil }
    return call
  }

  /// The call for which the server most likely asks something: the last one sent whose client can be asked. On stdio a
  /// question does not say to which call it belongs, unless that became a task.
  ///
  /// - Parameter task: the raw id of the task for which it asks, if it names one.
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
