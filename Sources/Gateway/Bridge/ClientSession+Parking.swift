import Configuration
import EventLoop
import JSONRPC
import MCP

/// What becomes of the calls that ``ParkedCalls`` decides about.
extension ClientSession {
  private var parkingLimits: ParkedCalls.Limits {
    let settings = manager.configuration.settings
    return ParkedCalls.Limits(rounds: settings.inputRounds, calls: settings.parkedCalls)
  }

  /// Takes up a question that a legacy server asks for a call of a modern client.
  func park(_ question: ServerQuestion, during call: Call) {
    guard !port.inputEnded.isOpen else {
      return question.connection.refuse(question.id, .internal, "The client has closed its input.")
    }
    guard let id = call.idAtServer else {
      return question.connection.refuse(question.id, .internal, "The call is over.")
    }
    switch parked.asked(question, during: call, id: id, parkingLimits) {
    case .refused(let message): question.connection.refuse(question.id, .internal, message)
    case .added: break
    case .gathering:
      // A server that asks several things at once has them answered in one round.
      _ = clock.after(Self.gatheringTime) { [self] in
        guard let entry = parked.gathered(call) else { return }
        if let id = entry.id {
          call.state = .parked(entry.connection, id: id)
          call.changesHands(to: ParkedCall(of: self))
        }
        present(entry)
      }
    }
  }

  /// Turns a legacy server's refusal until somebody has opened a URL into questions. Returns false when it cannot.
  func parkRefused(_ call: Call, _ error: Frame, by connection: ServerConnection) -> Bool {
    // What it was just being asked may be for another call: this one is over at the server.
    putAnew(parked.remove(call))
    guard parked.refused(call, error, by: connection, parkingLimits), let entry = parked.gathered(call) else {
      return false
    }
    present(entry)
    return true
  }

  /// Gives the client the questions that are open, and a state to come back with.
  private func present(_ entry: ParkedCalls.Entry) {
    var generator = SystemRandomNumberGenerator()
    let token = ParkingToken(run: manager.runNumber, using: &generator)
    let call = entry.call
    parked.presented(call, token)
    call.patience = clock.after(manager.configuration.settings.inputWait) { [self] in
      if let entry = parked.expired(token) { drop(entry, reason: "the client did not come back with an answer") }
    }
    let output = output(for: call)
    let server = entry.connection.server
    Reply.result(id: call.id, to: output) {
      output.append("{\"resultType\":\"input_required\",\"inputRequests\":{")
      for (index, question) in entry.questions.enumerated() {
        if index > 0 { output.append(",") }
        output.append("\"\(question.key)\":{\"method\":\"\(question.kind.method.rawValue)\"")
        if let params = question.params {
          output.append(",\"params\":")
          splicer.reset()
          Labels.dress(params, of: question.frame, server.name, upstream.labelling, &splicer)
          splicer.remove(["_meta", "task", "elicitationId"], fromObjectAt: params, of: question.frame.bytes)
          splicer.write(question.frame, params, to: output, endsLine: false)
        }
        output.append("}")
      }
      output.append(
        "},\"requestState\":\"\(token.text)\",\"_meta\":{\(upstream.introduction.resultHead.metaMember)}}")
    }
    release(call)
    if entry.id == nil { call.state = .finished }
  }

  /// Takes up a request that brings what an earlier one was asked for.
  func resume(_ request: Call, _ frame: Frame, _ token: ParkingToken) {
    guard let responses = Self.responses(in: frame) else {
      return respond(.invalidParams, "\"inputResponses\" must be an object of objects.", to: request)
    }
    switch parked.resumed(with: token, run: manager.runNumber, frame, request.method) {
    case .refused(let message): refuseState(request, frame, message)
    case .resumed(let entry):
      // It may have become a task meanwhile, whose result is waited for under another id.
      guard let id = entry.call.idAtServer ?? entry.id else { return resend(entry, request, frame, responses) }
      let call = takeOver(entry, id, for: request, frame)
      answerQuestions(entry, frame, responses)
      switch parked.answered(call, Set(responses.keys)) {
      case .goesOn: break
      case .asksAgain: if let next = parked[call] { presentAgain(next, id) }
      case .ended(let outcome):
        putAnew(parked.remove(call))
        switch outcome {
        case .failure(let failure): fail(call, failure)
        case .success(let answer): deliver(answer, to: call, from: entry.connection)
        }
      }
    }
  }

  private func presentAgain(_ entry: ParkedCalls.Entry, _ id: UInt64) {
    entry.call.state = .parked(entry.connection, id: id)
    entry.call.changesHands(to: ParkedCall(of: self))
    present(entry)
  }

  /// Puts the call that goes on in the place of the request that the client has made for it now.
  private func takeOver(_ entry: ParkedCalls.Entry, _ id: UInt64, for request: Call, _ frame: Frame) -> Call {
    let call = entry.call
    call.stopWaiting()
    request.state = .finished
    calls.remove(request)
    call.continues(for: request)
    call.state = .sent(entry.connection, id: id)
    call.original = frame.copy()
    call.progressToken = frame.raw("progressToken", in: .paramsMeta).flatMap { RawToken(identifier: $0) }
    call.heardAt = clock.now()
    calls.add(call)
    return call
  }

  /// A modern server judges by itself what it is shown; a legacy one never gave out any state.
  private func refuseState(_ call: Call, _ frame: Frame, _ message: String) {
    switch router.route(call.method, frame, for: asker(call)) {
    case .tool(_, let server, _, _) where server.connection?.era == .modern: routeAnew(call, frame)
    case .server(let destination) where destination.server.connection?.era == .modern: routeAnew(call, frame)
    default: respond(.invalidParams, message, to: call)
    }
  }

  /// Reads what the client answers, raw, by key; nil when it is not what the schema says.
  private static func responses(in frame: Frame) -> [String: Range<Int>]? {
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
  private func answerQuestions(_ entry: ParkedCalls.Entry, _ frame: Frame, _ responses: [String: Range<Int>]) {
    guard !entry.connection.closed.isOpen else { return }
    for question in entry.questions {
      guard let value = responses[question.key], let id = question.id else { continue }
      entry.connection.answer(id) { $0.append(frame, value) }
    }
  }

  /// The server has not carried the call out: it is made again when the person has consented to all of it.
  private func resend(
    _ entry: ParkedCalls.Entry, _ request: Call, _ frame: Frame, _ responses: [String: Range<Int>]
  ) {
    _ = parked.remove(entry.call)
    entry.call.stopWaiting()
    let isAccepted = entry.questions.allSatisfy { question in
      guard let value = responses[question.key],
        let action = JSONWalk.member("action", of: frame.bytes, in: value)
      else { return false }
      return JSONText.equals(frame[action], quoted: "accept")
    }
    guard isAccepted else {
      return fail(
        request,
        Failure(
          server: entry.connection.server.name, phase: .call,
          reason: "it needs somebody to open a URL first, which was declined"))
    }
    request.isResumed = true
    request.timesParked = entry.call.timesParked + 1
    routeAnew(request, frame)
  }

  // MARK: - Ends

  /// Puts questions to another call: the one that they were put to is over, and may not have been meant.
  func putAnew(_ entry: ParkedCalls.Entry?) {
    guard let entry, !entry.connection.closed.isOpen else { return }
    for question in entry.questions {
      guard let id = question.id else { continue }
      entry.connection.ask(
        ServerQuestion(kind: question.kind, frame: question.frame, id: id, connection: entry.connection))
    }
  }

  /// Gives up a call that nobody will come back for, and answers the server that nobody will answer.
  private func drop(_ entry: ParkedCalls.Entry, reason: String) {
    let connection = entry.connection
    entry.call.stopWaiting()
    if !connection.closed.isOpen {
      for question in entry.questions {
        guard let id = question.id else { continue }
        switch question.kind {
        case .elicitationForm, .elicitationURL: connection.answer(id, "{\"action\":\"cancel\"}")
        case .sampling, .roots: connection.refuse(id, .internal, "The client did not come back with an answer.")
        }
      }
    }
    guard entry.outcome == nil, let id = entry.call.idAtServer else { return }
    connection.cancel(id, reason: reason)
  }

  func dropParkedCalls() { for entry in parked.removePresented() { drop(entry, reason: "the client is gone") } }

  /// Milliseconds in which a server's questions are gathered into one answer.
  private static let gatheringTime: UInt64 = 5
}
