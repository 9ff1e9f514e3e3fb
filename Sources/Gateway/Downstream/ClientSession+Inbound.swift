import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a client says of its own accord, and what servers ask it.
extension ClientSession {
  // MARK: - Notifications of the client

  func notified(_ frame: Frame) {
    guard let method = frame.method else {
      manager.log(.debug, "client_notification_dropped", ["method": frame.string("method") ?? ""])
      return
    }
    switch method {
    case .initialized:
      guard revision != nil else { return }
      isInitialized = true
      let (questions, waiting) = (heldQuestions, held)
      heldQuestions = []
      held = []
      for question in questions { ask(question.frame, id: question.id, for: question.client) }
      for action in waiting { action() }
    case .cancelled:
      guard let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) }), !endListen(id),
        let request = inFlight[id], request.method != .initialize
      else { return }
      abandon(request, frame)
    case .progress:
      guard let range = frame.range("progressToken", in: .params), let id = JSONText.unsigned(frame[range]),
        let entry = asked[id], case .server(let client, _) = entry.origin, let token = entry.progressToken
      else { return }
      client.forward(frame, replacing: range, with: token)
    case .rootsListChanged: manager.rootsChanged(frame, of: self)
    default: manager.log(.debug, "client_notification_dropped", ["method": method.rawValue])
    }
  }

  // MARK: - Requests of servers

  /// Asks the client what a server wants to know; the answer goes back by the id that is given out here.
  func ask(_ frame: Frame, id: RawToken, for client: ServerConnection) {
    let method = frame.method
    guard !inputEnded.isOpen else {
      Reply.error(.internal, "The client has closed its input.", id: id, revision: nil, to: client.output)
      return
    }
    if let refusal = refusal(method, frame) {
      Reply.error(refusal.code, refusal.message, id: id, revision: nil, to: client.output)
      return
    }
    guard asked.values.count(where: { $0.isOf(client) }) + heldQuestions.count < Self.questionLimit else {
      Reply.error(
        .internal, "\(Self.questionLimit) questions wait for the client already.", id: id, revision: nil,
        to: client.output)
      return
    }
    guard isInitialized else {
      guard manager.mayQueue(heldQuestions.reduce(frame.bytes.count) { $0 + $1.frame.bytes.count }) else {
        Reply.error(.internal, "Too much waits for the client already.", id: id, revision: nil, to: client.output)
        return
      }
      heldQuestions.append(HeldQuestion(client: client, id: id, frame: frame.copy()))
      return
    }
    guard let idRange = frame.range("id") else { return }
    let minted = mintID()
    splicer.reset()
    splicer.replace(idRange, with: minted)
    var progressToken: RawToken?
    if let token = frame.range("progressToken", in: .paramsMeta) {
      progressToken = RawToken(identifier: frame[token])
      splicer.replace(token, with: minted)
    }
    if let params = frame.object(.params) { dress(params, of: frame, client.server) }
    wrapRelatedTask(frame, in: .paramsMeta, client.server)
    asked[minted] = Asked(origin: .server(client, id), progressToken: progressToken)
    splicer.write(frame, to: output)
  }

  /// What the client never said it can do is refused here, as it would have refused it.
  private func refusal(_ method: Method?, _ frame: Frame) -> (code: ErrorCode, message: String)? {
    switch method {
    case .rootsList: return capabilities.roots ? nil : (.methodNotFound, "The client has no roots.")
    case .samplingCreateMessage:
      if !capabilities.sampling { return (.methodNotFound, "The client does not offer sampling.") }
      let usesTools = frame.range("tools", in: .params) != nil || frame.range("toolChoice", in: .params) != nil
      return usesTools && !capabilities.samplingTools
        ? (.invalidParams, "The client does not offer sampling with tools.") : nil
    case .elicitationCreate:
      if !capabilities.elicitationForm, !capabilities.elicitationURL {
        return (.methodNotFound, "The client does not offer elicitation.")
      }
      let isURL = frame.string("mode", in: .params) == "url"
      return (isURL ? capabilities.elicitationURL : capabilities.elicitationForm)
        ? nil : (.invalidParams, "The client does not offer elicitation in \(isURL ? "URL" : "form") mode.")
    default: return (.methodNotFound, "The client offers no such method.")
    }
  }

  /// Passes the client's answer to the server that asked.
  func answered(_ frame: Frame) {
    guard let range = frame.range("id"), let id = JSONText.unsigned(frame[range]),
      let entry = asked.removeValue(forKey: id)
    else {
      manager.log(.debug, "client_answer_dropped")
      return
    }
    switch entry.origin {
    case .round(let request): answeredRound(request, frame)
    case .server(let client, let id):
      guard !client.closed.isOpen else { return }
      splicer.reset()
      splicer.replace(range, with: id)
      unwrapTaskIDs(frame)
      splicer.write(frame, to: client.output)
    }
  }

  /// Whether the client has a question of this connection open.
  func isAsking(for client: ServerConnection) -> Bool { asked.values.contains { $0.isOf(client) } }

  /// Tells every server that waits for an answer of the client that there will be none.
  func refuseQuestions(_ reason: String) {
    let open =
      asked.values.compactMap { question -> (ServerConnection, RawToken)? in
        if case .server(let client, let id) = question.origin { (client, id) } else { nil }
      } + heldQuestions.map { ($0.client, $0.id) }
    asked = [:]
    heldQuestions = []
    for (client, id) in open where !client.closed.isOpen {
      Reply.error(.internal, reason, id: id, revision: nil, to: client.output)
    }
  }

  /// A server takes its own request back.
  func withdrawn(_ id: RawToken, by client: ServerConnection, _ frame: Frame) {
    withdrawParked(id, by: client)
    heldQuestions.removeAll { $0.client === client && $0.id == id }
    guard let (minted, _) = asked.first(where: { $0.value.isOf(client, id) }),
      let range = frame.range("requestId", in: .params)
    else { return }
    asked[minted] = nil
    splicer.reset()
    splicer.replace(range, with: minted)
    splicer.write(frame, to: output)
  }

  /// Takes back what a lost server had asked.
  func connectionClosed(_ client: ServerConnection) {
    heldQuestions.removeAll { $0.client === client }
    for (minted, entry) in asked where entry.isOf(client) {
      asked[minted] = nil
      let reason = JSONText.quote("Server \"\(client.server.name)\" is gone.")
      Reply.notification(.cancelled, params: "{\"requestId\":\(minted),\"reason\":\(reason)}", to: output)
    }
  }

  /// Questions of servers that may be open at once, and things that may be kept until the client is ready.
  static let questionLimit = 1000
}
