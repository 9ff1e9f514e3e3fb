import Configuration
import EventLoop
import JSONRPC
import MCP

/// A modern client in front of a legacy server: it cannot be asked anything in the middle of a call, so the call is
/// answered with what it has to say first, and goes on when the client makes it again with the answer. The server never
/// sees it twice.
extension ClientSession {
  /// Takes up a question that a legacy server asks for a call of a modern client.
  func park(
    _ question: InputQuestion, _ frame: Frame, id: RawToken,
    for caller: (id: UInt64, request: Call, parked: ParkedCall?), of client: ServerConnection
  ) {
    if let call = caller.parked ?? caller.request.parking {
      add(question, frame, id, to: call)
      return
    }
    guard !inputEnded.isOpen else {
      Reply.error(.internal, "The client has closed its input.", id: id, revision: nil, to: client.output)
      return
    }
    let rounds = manager.configuration.settings.inputRounds
    guard caller.request.timesParked < rounds else {
      Reply.error(
        .internal, "The client has been asked \(rounds) times within one call.", id: id, revision: nil,
        to: client.output)
      return
    }
    let limit = manager.configuration.settings.parkedCalls
    guard parkedCalls.count + inFlight.values.count(where: { $0.parking != nil }) < limit,
      let call = ParkedCall(client: client, id: caller.id, request: caller.request)
    else {
      Reply.error(
        .internal, "\(limit) calls of the client wait for its answers already.", id: id, revision: nil,
        to: client.output)
      return
    }
    caller.request.parking = call
    add(question, frame, id, to: call)
    // A server that asks several things at once has them answered in one round.
    _ = manager.clock.after(Self.gatheringTime) { [self] in
      guard call.request.parking === call else { return }
      call.request.parking = nil
      interrupt(call)
    }
  }

  private func add(_ kind: InputQuestion, _ frame: Frame, _ id: RawToken, to call: ParkedCall) {
    guard call.questions.count < Self.gatheredQuestions else {
      Reply.error(
        .internal, "\(Self.gatheredQuestions) questions wait for the client already.", id: id, revision: nil,
        to: call.client.output)
      return
    }
    let copy = frame.copy()
    call.add(kind, copy, params: copy.object(.params), id: id)
  }

  /// Answers the client's request with the questions, while the call goes on.
  private func interrupt(_ call: ParkedCall) {
    let request = call.request
    guard !request.isFinished, !call.questions.isEmpty, !call.client.closed.isOpen, let id = call.id else { return }
    call.client.park(id, call)
    present(call, to: request)
  }

  /// Gives the client the questions that are open, and a state to come back with.
  private func present(_ call: ParkedCall, to request: Call) {
    var generator = SystemRandomNumberGenerator()
    let token = ParkingToken(run: manager.run, using: &generator)
    call.token = token
    parkedCalls[token] = call
    call.deadline?.cancel()
    call.deadline = manager.clock.after(manager.configuration.settings.inputWait) { [self] in
      guard let token = call.token, parkedCalls[token] === call else { return }
      drop(call, reason: "the client did not come back with an answer")
    }
    let output = destination(of: request)
    Reply.result(id: request.id, to: output) {
      output.append("{\"resultType\":\"input_required\",\"inputRequests\":{")
      for (index, question) in call.questions.enumerated() {
        if index > 0 { output.append(",") }
        output.append("\"\(question.key)\":{\"method\":\"\(question.kind.method.rawValue)\"")
        if let params = question.params {
          output.append(",\"params\":")
          splicer.reset()
          dress(params, of: question.frame, call.client.server)
          splicer.remove(["_meta", "task", "elicitationId"], fromObjectAt: params, of: question.frame.bytes)
          splicer.write(question.frame, params, to: output, endsLine: false)
        }
        output.append("}")
      }
      output.append("},\"requestState\":\"\(token.text)\",\"_meta\":{\(manager.resultHead.metaMember)}}")
    }
    finish(request)
  }

  /// Takes up a request that brings what an earlier one was asked for.
  func resume(_ request: Call, _ frame: Frame, _ token: ParkingToken) {
    guard token.isOf(run: manager.run), let call = parkedCalls[token] else {
      let cause =
        token.isOf(run: manager.run) ? "was used before or has expired" : "is of an earlier run of the gateway"
      refuseState(request, frame, "This requestState \(cause): make the request anew, without it.")
      return
    }
    guard call.isRepeated(by: frame, request.method) else {
      refuseState(request, frame, "This requestState belongs to another request.")
      return
    }
    guard let responses = responses(in: frame) else {
      respond(.invalidParams, "\"inputResponses\" must be an object of objects.", to: request)
      return
    }
    parkedCalls[token] = nil
    call.deadline?.cancel()
    take(over: call, request, frame)
    guard let id = call.id else { return resend(call, request, frame, responses) }
    answer(call, responses)
    if let outcome = call.outcome {
      call.putQuestionsAnew()
      switch outcome {
      case .failure(let failure): fail(request, failure)
      case .success(let answer): deliver(answer, to: request, from: call.client, id: id)
      }
    } else if call.questions.isEmpty {
      call.client.unpark(id, to: request)
    } else {
      present(call, to: request)
    }
  }

  /// A modern server judges by itself what it is shown; a legacy one never gave out any state.
  private func refuseState(_ request: Call, _ frame: Frame, _ message: String) {
    if case .server(let server, _) = destination(request, frame), server.client?.era == .modern {
      routeAnew(request, frame)
    } else {
      respond(.invalidParams, message, to: request)
    }
  }

  private func take(over call: ParkedCall, _ request: Call, _ frame: Frame) {
    let former = call.request
    call.request = request
    request.isResumed = true
    request.original = frame.copy()
    request.server = former.server
    request.endpoint = former.endpoint
    request.meter = former.meter
    request.tool = former.tool
    request.timesParked = former.timesParked + 1
    request.task = former.task
    request.requiresTask = former.requiresTask
    request.sentAt = former.sentAt
    request.progressToken = frame.raw("progressToken", in: .paramsMeta).flatMap { RawToken(identifier: $0) }
  }

  /// Reads what the client answers, raw, by key; nil when it is not what the schema says.
  private func responses(in frame: Frame) -> [String: Range<Int>]? {
    guard let object = frame.range("inputResponses", in: .params) else { return [:] }
    guard frame[object].first == UInt8(ascii: "{") else { return nil }
    var found: [String: Range<Int>] = [:]
    var isWellFormed = true
    JSONWalk.members(of: frame.bytes, in: object) { key, value in
      let quoted = (key.lowerBound - 1)..<(key.upperBound + 1)
      isWellFormed = frame[value].first == UInt8(ascii: "{")
      if let key = JSONText.string(frame[quoted]) { found[key] = value }
      return isWellFormed
    }
    return isWellFormed ? found : nil
  }

  /// Passes the client's answers to the server that waits for them.
  private func answer(_ call: ParkedCall, _ responses: [String: Range<Int>]) {
    guard let frame = call.request.original else { return }
    var settled: Set<String> = []
    for question in call.questions {
      guard let value = responses[question.key], let id = question.id else { continue }
      settled.insert(question.key)
      guard !call.client.closed.isOpen else { continue }
      Reply.result(id: id, to: call.client.output) { call.client.output.append(frame, value) }
    }
    call.settled(settled)
  }

  // MARK: - URLs that have to be opened first

  /// Turns a legacy server's refusal until somebody has opened a URL into questions; nil when it names none
  /// (2025-11-25, client/elicitation, URL elicitation required).
  func parkRefused(_ request: Call, _ error: Frame, by client: ServerConnection) -> Bool {
    guard let data = error.range("data", in: .error),
      let elicitations = JSONWalk.member("elicitations", of: error.bytes, in: data),
      parkedCalls.count < manager.configuration.settings.parkedCalls,
      let call = ParkedCall(client: client, id: nil, request: request)
    else { return false }
    let copy = error.copy()
    JSONWalk.elements(of: copy.bytes, in: elicitations) { element in
      if copy[element].first == UInt8(ascii: "{") { call.add(.elicitationURL, copy, params: element, id: nil) }
      return call.questions.count < Self.gatheredQuestions
    }
    guard !call.questions.isEmpty else { return false }
    present(call, to: request)
    return true
  }

  /// The server has not carried the call out: it is made again when the person has consented to all of it.
  private func resend(
    _ call: ParkedCall, _ request: Call, _ frame: Frame, _ responses: [String: Range<Int>]
  ) {
    let isAccepted = call.questions.allSatisfy { question in
      guard let value = responses[question.key],
        let action = JSONWalk.member("action", of: frame.bytes, in: value)
      else { return false }
      return JSONText.equals(frame[action], quoted: "accept")
    }
    guard isAccepted else {
      fail(
        request,
        Failure(
          server: call.client.server.name, phase: .call,
          reason: "it needs somebody to open a URL first, which was declined"))
      return
    }
    routeAnew(request, frame)
  }

  // MARK: - The end

  /// Gives up a call that nobody will come back for.
  func drop(_ call: ParkedCall, reason: String) {
    if let token = call.token { parkedCalls[token] = nil }
    call.deadline?.cancel()
    call.dismiss()
    guard call.outcome == nil, let id = call.id else { return }
    call.client.cancel(id, reason: reason)
  }

  func dropParkedCalls() { for call in Array(parkedCalls.values) { drop(call, reason: "the client is gone") } }

  /// A legacy server takes its own question back.
  func withdrawParked(_ id: RawToken, by client: ServerConnection) {
    for call in parkedCalls.values where call.client === client { call.remove(id) }
    for request in inFlight.values { if let call = request.parking, call.client === client { call.remove(id) } }
  }

  /// Milliseconds in which a server's questions are gathered into one answer.
  private static let gatheringTime: UInt64 = 5
  /// Questions that one call may have open.
  private static let gatheredQuestions = 100
}
