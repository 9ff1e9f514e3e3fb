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
    endpoint.heard(self)
    switch frame.kind {
    case .response: break
    case .request: asked(frame)
    case .notification: notified(frame)
    case .batch: unpack(frame)
    case .invalid:
      if frame.outer.id != nil { answered(frame) } else { skipped(frame) }
    }
  }

  /// Hands an answer to whoever waits for it, and tells the endpoint that the server was heard, who hears of an answer to
  /// a probe by itself.
  func answered(_ frame: Frame) {
    guard let id = frame.mintedID, let entry = pending.removeValue(forKey: id) else {
      endpoint.heard(self)
      endpoint.tally.strayAnswers += 1
      server.log(.debug, "stray_answer")
      return
    }
    switch entry {
    case .own(let own):
      if !own.isProbe { endpoint.heard(self) }
      if let failure = fault(of: frame) { own.fail(failure) } else { own.succeed(frame.copy()) }
    case .relayed(let request):
      if request.requiresTask, awaitTask(frame, id, request) { return endpoint.heard(self) }
      endpoint.answered(request, at: heardAt.milliseconds)
      if let failure = fault(of: frame) {
        request.session.fail(request, failure)
      } else {
        request.session.deliver(frame, to: request, from: self, id: id)
      }
    case .parked(let call):
      endpoint.answered(call.request, at: heardAt.milliseconds)
      if let failure = fault(of: frame) { call.ended(.failure(failure)) } else { call.ended(.success(frame.copy())) }
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
    let excerpt = server.manager.redacted(String(decoding: frame.bytes.prefix(FrameReader.excerptLimit), as: UTF8.self))
    server.log(.debug, "line_skipped", ["line": String(excerpt.prefix(200))])
  }

  func skipped(_ line: FrameReader.Malformed) {
    if case .tooLong(let limit) = line.reason, !line.hasMethod, let id = line.id?.withBytes({ JSONText.unsigned($0) }),
      let entry = pending.removeValue(forKey: id)
    {
      let failure = Failure(
        server: server.name, phase: .call, reason: "its answer is longer than \(limit) bytes",
        cure: "Raise \"maxFrame\" under the top-level \"junction\" of the configuration.", outcome: .unknown)
      switch entry {
      case .own(let own): own.fail(failure)
      case .relayed(let request):
        endpoint.returned(request, answered: true)
        request.session.fail(request, failure)
      case .parked(let call):
        endpoint.returned(call.request, answered: true)
        call.ended(.failure(failure))
      }
      return
    }
    countSkippedLine()
    let event: LogLevel = skippedLines == 1 ? .warning : .debug
    server.log(event, "line_skipped", ["line": String(server.manager.redacted(line.excerpt).prefix(200))])
  }

  func countSkippedLine() {
    skippedLines += 1
    endpoint.tally.skippedLines += 1
  }

  /// The pending request of a client that a progress token belongs to.
  func relayed(token raw: UnsafeRawBufferPointer) -> Call? {
    guard let id = JSONText.unsigned(raw), case .relayed(let request)? = pending[id] else { return nil }
    return request
  }

  /// The call for which the server most likely asks something: the last one sent whose client can be asked. On stdio a
  /// question does not say to which call it belongs, unless that became a task.
  ///
  /// - Parameter task: the raw id of the task for which it asks, if it names one.
  func caller(
    for question: InputQuestion, task: UnsafeRawBufferPointer?
  ) -> (id: UInt64, request: Call, parked: ParkedCall?)? {
    var latest: (id: UInt64, request: Call, parked: ParkedCall?)?
    for (id, entry) in pending.entries {
      let candidate: (id: UInt64, request: Call, parked: ParkedCall?)
      switch entry {
      case .relayed(let request): candidate = (id, request, nil)
      case .parked(let call): candidate = (id, call.request, call)
      case .own: continue
      }
      let isOpen = candidate.parked == nil && candidate.request.terms.era == .legacy
      guard isOpen || candidate.request.canBeAsked(question) else { continue }
      if let task, let own = candidate.request.task, task.elementsEqual(own) { return candidate }
      if id > latest?.id ?? 0 { latest = candidate }
    }
    return latest
  }
}
