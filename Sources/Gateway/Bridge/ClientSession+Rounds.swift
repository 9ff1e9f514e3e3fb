import Configuration
import EventLoop
import JSONRPC
import MCP

/// A legacy client in front of a modern server: what the server answers that it needs to know first becomes a request to
/// the client, and the call goes out again with what the client said.
extension ClientSession {
  /// Takes up an answer that asks for more.
  func beginRound(_ request: Call, _ frame: Frame, from server: UpstreamServer) {
    let rounds = request.rounds ?? InputRounds()
    request.rounds = rounds
    let limit = manager.configuration.settings.inputRounds
    do throws(InputRounds.Fault) {
      guard rounds.count < limit else {
        throw InputRounds.Fault(reason: "it asked for more input \(limit) times within one call")
      }
      try rounds.begin(frame, for: request.terms.capabilities)
    } catch {
      fail(request, Failure(server: server.name, phase: .call, reason: error.reason, outcome: .unknown))
      return
    }
    request.state = .asking
    let now = manager.clock.now()
    let age = now.since(request.arrivedAt ?? now)
    let left = server.configuration.callTimeout > age ? server.configuration.callTimeout - age : 0
    request.patience = manager.clock.after(left) { [self] in
      guard !request.isFinished else { return }
      fail(
        request,
        Failure(server: server.name, phase: .call, reason: "the client did not answer its questions", outcome: .unknown)
      )
    }
    guard rounds.questions.isEmpty else { return askNext(request) }
    // Nothing to ask: the server only wants some time.
    _ = manager.clock.after(Self.pace) { [self] in
      guard case .asking = request.state else { return }
      sendAgain(request)
    }
  }

  private func askNext(_ request: Call) {
    guard let rounds = request.rounds, let server = request.server, case .asking = request.state else { return }
    guard let question = rounds.next else { return sendAgain(request) }
    guard !inputEnded.isOpen else { return refused(question, of: request, "it has closed its input") }
    let minted = mintID()
    rounds.open = minted
    asked[minted] = Asked(origin: .round(request), progressToken: nil)
    output.append(
      "{\"jsonrpc\":\"2.0\",\"id\":\(minted),\"method\":\"\(question.kind.method.rawValue)\"")
    if let params = question.params {
      output.append(",\"params\":")
      splicer.reset()
      dress(params, of: rounds.answer, server)
      if question.kind == .elicitationURL {
        let id = "\(manager.taskKey(of: server)):\(minted)"
        rounds.elicitations.append(id)
        splicer.insert(
          members: "\"elicitationId\":\(JSONText.quote(id))", intoObjectAt: params, of: rounds.answer.bytes)
      }
      splicer.write(rounds.answer, params, to: output, endsLine: false)
    }
    output.append("}\n")
  }

  /// Takes the client's answer to a question of a round.
  func answeredRound(_ request: Call, _ frame: Frame) {
    guard case .asking = request.state, let rounds = request.rounds, let question = rounds.next else { return }
    rounds.open = nil
    guard frame.range("error") == nil, let response = bareResult(frame) else {
      return refused(question, of: request, frame.string("message", in: .error) ?? "its answer was no result")
    }
    rounds.answered(with: response)
    askNext(request)
  }

  /// The client does not answer a question of a round.
  private func refused(_ question: InputRounds.Question, of request: Call, _ reason: String) {
    if question.kind == .elicitationForm || question.kind == .elicitationURL {
      request.rounds?.answered(with: "{\"action\":\"cancel\"}")
      askNext(request)
      return
    }
    // The modern era has no words for a client that refuses to sample or to tell its roots.
    let what = question.kind.method.rawValue
    fail(
      request,
      Failure(
        server: request.server?.name, phase: .call, reason: "the client refused its \(what): \(reason)",
        outcome: .unknown))
  }

  /// Nobody will answer any more: servers are told so, and calls go on as far as they can without.
  func refuseAllQuestions() {
    refuseQuestions("The client has closed its input.")
    dropParkedCalls()
    for request in inFlight.values {
      guard case .asking = request.state, request.rounds?.open != nil, let question = request.rounds?.next else {
        continue
      }
      request.rounds?.open = nil
      refused(question, of: request, "it has closed its input")
    }
  }

  /// The result without what belongs to its own hop.
  private func bareResult(_ frame: Frame) -> String? {
    guard frame.object(.result) != nil else { return nil }
    var members: [String] = []
    frame.forEachMember(of: .result) { member in
      if frame.has(member, key: "_meta") { return }
      members.append(String(decoding: frame[(member.key.lowerBound - 1)..<member.value.upperBound], as: UTF8.self))
    }
    return "{\(members.joined(separator: ","))}"
  }

  private func sendAgain(_ request: Call) {
    guard let endpoint = request.endpoint, let original = request.original else { return }
    request.stopWaiting()
    request.state = .waiting
    request.rounds?.finish()
    endpoint.accept(request, original)
  }

  /// Takes back what the client is being asked for a request that is over.
  func withdrawQuestion(of request: Call) {
    guard let minted = request.rounds?.open else { return }
    request.rounds?.open = nil
    asked[minted] = nil
    Reply.notification(.cancelled, params: "{\"requestId\":\(minted),\"reason\":\"The call is over.\"}", to: output)
  }

  /// Says that what the person was sent to a URL for is done.
  func completeElicitations(of request: Call) {
    guard let rounds = request.rounds else { return }
    for id in rounds.elicitations {
      Reply.notification(.elicitationComplete, params: "{\"elicitationId\":\(JSONText.quote(id))}", to: output)
    }
    rounds.elicitations = []
  }

  // MARK: - What a person or a model is told

  /// Announces the edits of a question's params: the person sees who asks, and no server gets to see the others.
  func dress(_ params: Range<Int>, of frame: Frame, _ server: UpstreamServer) {
    if manager.labels, let message = JSONWalk.member("message", of: frame.bytes, in: params) {
      insert("[\(server.name)] ", intoStringAt: message, of: frame)
    }
    if let context = JSONWalk.member("includeContext", of: frame.bytes, in: params) {
      // Behind a gateway "this server" would mean all of them.
      splicer.replace(context, with: "\"none\"")
    }
  }

  /// Milliseconds before a call that the server only wants to see again is sent again.
  private static let pace: UInt64 = 250
}
