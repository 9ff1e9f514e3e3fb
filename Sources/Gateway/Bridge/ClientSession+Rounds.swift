import Configuration
import EventLoop
import JSONRPC
import MCP

/// A legacy client in front of a modern server: what the server answers that it needs to know first becomes a request to
/// the client, and the call goes out again with what the client said.
extension ClientSession {
  /// Takes up an answer that asks for more.
  func beginRound(_ call: Call, _ frame: Frame, from server: UpstreamServer) {
    var rounds = call.rounds ?? InputRounds()
    let limit = manager.configuration.settings.inputRounds
    do throws(InputRounds.Fault) {
      guard rounds.count < limit else {
        throw InputRounds.Fault(reason: "it asked for more input \(limit) times within one call")
      }
      try rounds.begin(frame, for: call.terms.capabilities)
    } catch {
      fail(call, Failure(server: server.name, phase: .call, reason: error.reason, outcome: .unknown))
      return
    }
    call.rounds = rounds
    call.state = .asking
    let now = clock.now()
    let age = now.since(call.arrivedAt ?? now)
    let left = server.configuration.callTimeout > age ? server.configuration.callTimeout - age : 0
    call.patience = clock.after(left) { [self] in
      guard !call.isFinished else { return }
      fail(
        call,
        Failure(server: server.name, phase: .call, reason: "the client did not answer its questions", outcome: .unknown)
      )
    }
    guard rounds.questions.isEmpty else { return askNext(call) }
    // Nothing to ask: the server only wants some time.
    _ = clock.after(Self.pace) { [self] in
      guard case .asking = call.state else { return }
      sendRoundAgain(call)
    }
  }

  private func askNext(_ call: Call) {
    guard let rounds = call.rounds, let server = call.server, case .asking = call.state else { return }
    guard let question = rounds.next else { return sendRoundAgain(call) }
    guard !port.inputEnded.isOpen else { return refused(question, of: call, "it has closed its input") }
    let minted = questions.askRound(of: call)
    call.rounds?.open = minted
    let output = port.output
    output.append(
      "{\"jsonrpc\":\"2.0\",\"id\":\(minted),\"method\":\"\(question.kind.method.rawValue)\"")
    if let params = question.params {
      output.append(",\"params\":")
      splicer.reset()
      Labels.dress(params, of: rounds.answer, server.name, upstream.labelling, &splicer)
      if question.kind == .elicitationURL, let object = JSONObject(params, of: rounds.answer.bytes) {
        let id = "\(server.taskKey):\(minted)"
        call.rounds?.elicitations.append(id)
        splicer.insert(
          members: "\"elicitationId\":\(JSONText.quote(id))", into: object, of: rounds.answer.bytes)
      }
      splicer.write(rounds.answer, params, to: output, endsLine: false)
    }
    output.append("}\n")
  }

  /// Takes the client's answer to a question of a round.
  func answeredRound(_ call: Call, _ frame: Frame) {
    guard case .asking = call.state, let question = call.rounds?.next else { return }
    call.rounds?.open = nil
    guard frame.range("error") == nil, let response = Self.bareResult(frame) else {
      return refused(
        question, of: call, upstream.log.quoted(frame.string("message", in: .error) ?? "its answer was no result"))
    }
    call.rounds?.answered(with: response)
    askNext(call)
  }

  /// The client does not answer a question of a round.
  private func refused(_ question: InputRounds.Question, of call: Call, _ reason: String) {
    if question.kind == .elicitationForm || question.kind == .elicitationURL {
      call.rounds?.answered(with: "{\"action\":\"cancel\"}")
      askNext(call)
      return
    }
    // The modern era has no words for a client that refuses to sample or to tell its roots.
    let what = question.kind.method.rawValue
    fail(
      call,
      Failure(
        server: call.server?.name, phase: .call, reason: "the client refused its \(what): \(reason)", outcome: .unknown)
    )
  }

  /// Nobody will answer any more: servers are told so, and calls go on as far as they can without.
  func refuseAllQuestions() {
    questions.refuseAll("The client has closed its input.")
    dropParkedCalls()
    for call in calls.all {
      guard case .asking = call.state, call.rounds?.open != nil, let question = call.rounds?.next else { continue }
      call.rounds?.open = nil
      refused(question, of: call, "it has closed its input")
    }
  }

  /// The result without what belongs to its own hop.
  private static func bareResult(_ frame: Frame) -> String? {
    guard frame.object(.result) != nil else { return nil }
    var members: [String] = []
    frame.forEachMember(of: .result) { member in
      if frame.has(member, key: "_meta") { return }
      members.append(String(decoding: frame[(member.key.lowerBound - 1)..<member.value.upperBound], as: UTF8.self))
    }
    return "{\(members.joined(separator: ","))}"
  }

  private func sendRoundAgain(_ call: Call) {
    guard let lane = call.lane, let original = call.original else { return }
    call.stopWaiting()
    call.state = .waiting
    call.rounds?.finish()
    lane.accept(call, original)
  }

  /// Takes back what the client is being asked for a call that is over.
  func withdrawQuestion(of call: Call) {
    guard let minted = call.rounds?.open else { return }
    call.rounds?.open = nil
    questions.withdrawRound(minted)
  }

  /// Says that what the person was sent to a URL for is done.
  func completeElicitations(of call: Call) {
    guard let rounds = call.rounds else { return }
    for id in rounds.elicitations {
      Reply.notification(.elicitationComplete, params: "{\"elicitationId\":\(JSONText.quote(id))}", to: port.output)
    }
    call.rounds?.elicitations = []
  }

  /// Milliseconds before a call that the server only wants to see again is sent again.
  private static let pace: UInt64 = 250
}
