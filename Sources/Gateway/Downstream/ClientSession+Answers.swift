import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// What servers answer to a client's requests.
extension ClientSession: Caller {
  func answered(_ call: Call, _ frame: Frame, from connection: ServerConnection) {
    if call.isPlain, frame.outer.error == nil, !connection.era.isModern, !call.terms.era.isModern {
      passOn(frame, to: call, from: connection.server)
    } else {
      deliver(frame, to: call, from: connection)
    }
  }

  /// The short way of most answers: the bytes as they came, but for the id and the names that only this hop knows.
  private func passOn(_ frame: Frame, to call: Call, from server: UpstreamServer) {
    guard let idRange = frame.outer.id else { return }
    splicer.reset()
    splicer.replace(idRange, with: call.id)
    if view.readsURIs, call.method.mentionsURIs { MentionedURIs.restore(frame, from: server, in: view, &splicer) }
    if frame.range("_meta", in: .result) != nil {
      TaskIDs.wrapRelated(frame, in: .resultMeta, server.taskKey, &splicer)
    }
    splicer.write(frame, to: output(for: call))
    count(call, Self.outcome(of: frame, call))
    finish(call)
  }

  /// The long way: of answers that may have to change, or of which something has to be kept.
  func deliver(_ frame: Frame, to call: Call, from connection: ServerConnection) {
    guard !call.isFinished, let idRange = frame.outer.id else { return }
    if frame.outer.error != nil {
      connection.server.noteElicitations(in: frame)
      if call.firstError == nil, !call.candidates.isEmpty { call.firstError = (frame.copy(), connection) }
      if tryNext(call, as: .error) || answerWithFirstError(call, as: .error) { return }
    }
    splicer.reset()
    splicer.replace(idRange, with: call.id)
    guard !AnswerBridge.concerns(frame, call, connection) || bridge(frame, call, from: connection) else { return }
    restore(frame, call, connection.server)
    keepProgress(frame, call, connection)
    if call.rounds != nil { completeElicitations(of: call) }
    splicer.write(frame, to: output(for: call))
    keepForLater(frame, call, connection)
    settlePurpose(call, frame)
    count(call, Self.outcome(of: frame, call))
    finish(call)
  }

  /// Has an answer judged that may be another one in the client's era. Returns whether it is to be passed on.
  private func bridge(_ frame: Frame, _ call: Call, from connection: ServerConnection) -> Bool {
    let server = connection.server
    let bridge = AnswerBridge(introduction: upstream.introduction, labelling: upstream.labelling)
    switch bridge.judge(frame, to: call, from: connection, &splicer) {
    case .pass: return true
    case .task:
      call.purpose = .task
      return true
    case .questions:
      if let uri = call.publicURI { modern.askedForInput(uri, by: server) }
      return true
    case .failed(let failure): fail(call, failure)
    case .refused(let code, let message, let data): respond(code, message, data: data, to: call)
    case .answered(let result): respond(result, to: call)
    case .round: beginRound(call, frame, from: server)
    case .opensURL:
      if call.method.takesInput, parkRefused(call, frame, by: connection) { return false }
      respond(
        .internal, "Server \"\(server.name)\" wants a URL to be opened and did not say which.",
        data: AnswerBridge.error(in: frame), to: call)
    case .stranger(let data):
      respond(
        .internal, "Server \"\(server.name)\" does not speak its revision any more; it is being asked anew.",
        data: data, to: call)
      connection.lane.update { $0.replace(at: $1) }
    }
    return false
  }

  /// Answers with what the first server said that was asked and refused. Returns false when none did.
  /// The last attempt is counted as `outcome`.
  func answerWithFirstError(_ call: Call, as outcome: CallOutcome) -> Bool {
    guard let (frame, connection) = call.firstError, let idRange = frame.outer.id else { return false }
    splicer.reset()
    splicer.replace(idRange, with: call.id)
    if connection.era == .modern || call.terms.era == .modern, !bridge(frame, call, from: connection) { return true }
    restore(frame, call, connection.server)
    splicer.write(frame, to: output(for: call))
    count(call, outcome)
    finish(call)
    return true
  }

  private static func outcome(of frame: Frame, _ call: Call) -> CallOutcome {
    if frame.outer.error != nil { return .error }
    guard case .toolsCall = call.method else { return .ok }
    let flag = frame.range("isError", in: .result)
    return flag.map { frame.bytes[$0.lowerBound] == UInt8(ascii: "t") } == true ? .toolError : .ok
  }

  /// Replaces names that the server uses by those that the client knows.
  private func restore(_ frame: Frame, _ call: Call, _ server: UpstreamServer) {
    if view.readsURIs, call.method.mentionsURIs { MentionedURIs.restore(frame, from: server, in: view, &splicer) }
    if case .task = call.purpose, let range = TaskIDs.range(in: frame, call.method, call.terms.era) {
      TaskIDs.wrap(range, of: frame, server.taskKey, &splicer)
    }
    if !call.terms.era.isModern { TaskIDs.wrapRelated(frame, in: .resultMeta, server.taskKey, &splicer) }
  }

  private func keepProgress(_ frame: Frame, _ call: Call, _ connection: ServerConnection) {
    guard case .task = call.purpose, call.method == .toolsCall, let token = call.progressToken,
      case .sent(_, let id) = call.state, frame.range("task", in: .result) != nil
    else { return }
    connection.keepProgress(of: id, call, token: token)
  }

  private func settlePurpose(_ call: Call, _ frame: Frame) {
    guard frame.outer.error == nil, let lane = call.lane else { return }
    switch call.purpose {
    case .subscribe(let uri, let original): subscriptions.add(uri, at: lane, original: original)
    case .unsubscribe(let uri): subscriptions.remove(uri)
    case .readWatched(let original):
      if let result = frame.raw("result") { lane.readings.note(original, ServerConnection.digest(of: result)) }
    case .task:
      if let id = TaskIDs.range(in: frame, call.method, call.terms.era).flatMap({ JSONText.string(frame[$0]) }) {
        legacy.tasks.note(lane.server.wrapped(task: id), at: lane)
      }
    case .plain: break
    }
  }

  /// Asks the next server that may know a URI. Returns false when there is none left. The attempt before is counted as
  /// `outcome`.
  func tryNext(_ call: Call, as outcome: CallOutcome) -> Bool {
    guard !call.candidates.isEmpty, let original = call.retry, !upstream.isClosing else { return false }
    count(call, outcome)
    call.stopWaiting()
    let server = call.candidates.removeFirst()
    call.server = server
    call.state = .waiting
    call.edit = nil
    call.rounds = nil
    server.accept(call, original)
    return true
  }

  // MARK: - Other ends

  func failed(_ call: Call, _ failure: Failure, as outcome: CallOutcome?) { fail(call, failure, as: outcome) }

  func refused(_ call: Call, _ code: ErrorCode, _ message: String) { respond(code, message, to: call) }

  /// It is sent again where that does no harm, else the client hears that its outcome is unknown.
  func lost(_ call: Call, _ failure: Failure) {
    guard !call.isFinished else { return }
    let policy = call.server.map { RetryPolicy($0.configuration.settings) } ?? .never
    let verdict = policy.verdict(
      for: failure.outcome == .unknown ? .unknown : .notSent, isRepeatable: call.isRepeatable, resends: call.resends,
      isInTime: !upstream.isClosing)
    guard verdict == .sendElsewhere, let server = call.server, let frame = call.retry else {
      return fail(call, failure)
    }
    // What the server had asked meanwhile died with it.
    _ = parked.remove(call)
    call.sendAgain(mayHaveArrived: failure.outcome == .unknown)
    manager.metrics.sentAgain(server: server.id)
    server.accept(call, frame)
  }
}

extension Method {
  /// Whether an answer may mention resources.
  var mentionsURIs: Bool {
    switch self {
    case .toolsCall, .promptsGet, .resourcesRead: true
    default: false
    }
  }
}

/// Resources that may be given out again without asking.
extension ClientSession {
  /// Keeps what a modern server answered, for as long as it says; never what came of questions.
  private func keepForLater(_ frame: Frame, _ call: Call, _ connection: ServerConnection) {
    guard connection.era.isModern, !connection.lane.isPrivate, call.method == .resourcesRead, call.isCacheable,
      call.rounds == nil, !call.isResumed, let uri = call.originalURI, frame.range("error") == nil,
      call.firstError == nil, ResultCodec.isComplete(frame)
    else { return }
    manager.catalogs.readCache.store(frame, for: uri, of: connection.server.id, readBy: number, at: clock.now())
  }

  /// Answers with what was read before and is still fresh. Returns false when there is none.
  func serveFromCache(_ call: Call, _ frame: Frame, _ server: UpstreamServer) -> Bool {
    call.isCacheable =
      frame.range("inputResponses", in: .params) == nil && frame.range("requestState", in: .params) == nil
    guard call.isCacheable, let uri = call.originalURI,
      let (answer, hints) = manager.catalogs.readCache.answer(to: uri, of: server.id, for: number, at: clock.now()),
      let idRange = answer.range("id")
    else { return false }
    splicer.reset()
    splicer.replace(idRange, with: call.id)
    switch call.terms.era {
    case .legacy: ResultCodec.forLegacyClient(answer, call.method, &splicer)
    case .modern:
      ResultCodec.forModernClient(
        answer, call.method, from: .modern, identity: upstream.introduction.resultHead, hints: hints, &splicer)
    }
    if view.readsURIs { MentionedURIs.restore(answer, from: server, in: view, &splicer) }
    splicer.write(answer, to: output(for: call))
    finish(call)
    return true
  }
}
