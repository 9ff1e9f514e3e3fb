import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a client says of its own accord, and what servers ask it.
extension ClientSession {
  // MARK: - Notifications of the client

  func notified(_ frame: Frame) {
    guard let method = frame.raw("method").flatMap({ Method(raw: $0) }) else {
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
  func ask(_ frame: Frame, id: RawToken, for client: UpstreamClient) {
    let method = frame.raw("method").flatMap { Method(raw: $0) }
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
  func isAsking(for client: UpstreamClient) -> Bool { asked.values.contains { $0.isOf(client) } }

  /// Tells every server that waits for an answer of the client that there will be none.
  func refuseQuestions(_ reason: String) {
    let open =
      asked.values.compactMap { question -> (UpstreamClient, RawToken)? in
        if case .server(let client, let id) = question.origin { (client, id) } else { nil }
      } + heldQuestions.map { ($0.client, $0.id) }
    asked = [:]
    heldQuestions = []
    for (client, id) in open where !client.closed.isOpen {
      Reply.error(.internal, reason, id: id, revision: nil, to: client.output)
    }
  }

  /// A server takes its own request back.
  func withdrawn(_ id: RawToken, by client: UpstreamClient, _ frame: Frame) {
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
  func connectionClosed(_ client: UpstreamClient) {
    heldQuestions.removeAll { $0.client === client }
    for (minted, entry) in asked where entry.isOf(client) {
      asked[minted] = nil
      let reason = JSONText.quote("Server \"\(client.server.name)\" is gone.")
      Reply.notification(.cancelled, params: "{\"requestId\":\(minted),\"reason\":\(reason)}", to: output)
    }
  }

  // MARK: - Notifications of servers

  func progress(
    _ frame: Frame, _ range: Range<Int>, _ token: RawToken, from server: UpstreamServer,
    of request: ClientRequest? = nil
  ) {
    if let request, request.original != nil, !request.advances(frame) { return }
    guard !mayDrop() else { return }
    splicer.reset()
    splicer.replace(range, with: token)
    wrapRelatedTask(frame, in: .paramsMeta, server)
    splicer.write(frame, to: output)
  }

  func logged(_ frame: Frame, _ server: UpstreamServer) {
    let level = frame.string("level", in: .params).flatMap { LoggingLevel(rawValue: $0) }
    guard isWanted(level, from: server) else { return }
    guard isInitialized || revision == nil else {
      // What is said before the client is ready is kept only as far as it is little.
      guard frame.bytes.count <= Self.keptMessageLimit, held.count < Self.keptMessages else {
        manager.metrics.notificationDropped()
        return
      }
      let copy = frame.copy()
      hold { self.logged(copy, server) }
      return
    }
    guard !mayDrop() else { return }
    splicer.reset()
    if manager.labels { label(frame, server) }
    wrapRelatedTask(frame, in: .paramsMeta, server)
    splicer.write(frame, to: output)
  }

  /// Whether a log message is for this client: it has a legacy session whose level it reaches, or a modern request to
  /// that server is open which asked for it. A message on stdio does not say to which request it belongs.
  private func isWanted(_ level: LoggingLevel?, from server: UpstreamServer) -> Bool {
    if revision != nil {
      guard let logLevel, let level else { return true }
      if level >= logLevel { return true }
    }
    return inFlight.values.contains { request in
      guard request.terms.era == .modern, request.server === server, let wanted = request.terms.logLevel else {
        return false
      }
      return level.map { $0 >= wanted } ?? true
    }
  }

  private func label(_ frame: Frame, _ server: UpstreamServer) {
    if let logger = frame.range("logger", in: .params) {
      insert(server.name + "/", intoStringAt: logger, of: frame)
    } else if let params = frame.range("params") {
      splicer.insert(
        members: "\"logger\":\(JSONText.quote(server.name))", intoObjectAt: params, of: frame.bytes)
    }
  }

  func insert(_ text: String, intoStringAt range: Range<Int>, of frame: Frame) {
    guard frame[range].first == UInt8(ascii: "\"") else { return }
    let inner = JSONText.quote(text).dropFirst().dropLast()
    splicer.replace((range.lowerBound + 1)..<(range.lowerBound + 1), with: String(inner))
  }

  func resourceUpdated(_ frame: Frame, _ endpoint: Endpoint) {
    guard let range = frame.range("uri", in: .params), let uri = JSONText.string(frame[range]) else { return }
    if !listens.isEmpty { updateListens(frame, uri, endpoint) }
    guard isInitialized, subscriptions.values.contains(where: { $0.endpoint === endpoint }) else { return }
    splicer.reset()
    if let form = subscribedForm(of: uri, endpoint) ?? manager.publicForm(of: uri, server: endpoint.server) {
      splicer.replace(range, with: JSONText.quote(form))
    }
    RequestCodec.untag(frame, &splicer)
    splicer.write(frame, to: output)
  }

  /// Tells the client to read a resource again.
  func resourceMayHaveChanged(_ original: String, _ endpoint: Endpoint) {
    for (form, subscription) in subscriptions where subscription.stands(for: original, at: endpoint) {
      Reply.notification(.resourcesUpdated, params: "{\"uri\":\(JSONText.quote(form.text))}", to: output)
    }
    resourceMayHaveChangedForListens(original, endpoint)
  }

  /// The URI under which the client subscribed to what the server calls `uri`, when it differs.
  private func subscribedForm(of uri: String, _ endpoint: Endpoint) -> String? {
    for (form, subscription) in subscriptions where subscription.stands(for: uri, at: endpoint) {
      return form.text.utf8.elementsEqual(uri.utf8) ? nil : form.text
    }
    return nil
  }

  func subscriptions(at endpoint: Endpoint) -> [String] {
    subscriptions.values.filter { $0.endpoint === endpoint }.map(\.original)
      + listens.values.flatMap(\.resources).filter { $0.endpoint === endpoint }.map(\.original)
  }

  func isSubscribed(to uri: String, at endpoint: Endpoint) -> Bool {
    subscriptions.values.contains { $0.stands(for: uri, at: endpoint) }
      || listens.values.contains { listen in
        listen.resources.contains { $0.endpoint === endpoint && $0.original.utf8.elementsEqual(uri.utf8) }
      }
  }

  /// Whether a subscription is on its way that will stand for a URI.
  func isSubscribing(to uri: String, at endpoint: Endpoint) -> Bool {
    inFlight.values.contains { request in
      guard case .subscribe(_, let original) = request.purpose, request.endpoint === endpoint else { return false }
      return original.utf8.elementsEqual(uri.utf8)
    }
  }

  /// Ends all subscriptions: at their servers those that no other session needs.
  func releaseSubscriptions() {
    let released = subscriptions.values
    subscriptions = [:]
    for subscription in released { subscription.endpoint.release([subscription.original]) }
  }

  func elicitationCompleted(_ frame: Frame) {
    guard isInitialized, revision != nil, capabilities.elicitationURL else { return }
    splicer.reset()
    splicer.write(frame, to: output)
  }

  func taskChanged(_ frame: Frame, _ server: UpstreamServer) {
    guard isInitialized else { return }
    splicer.reset()
    if let range = frame.range("taskId", in: .params) { wrapTaskID(range, of: frame, server) }
    wrapRelatedTask(frame, in: .paramsMeta, server)
    splicer.write(frame, to: output)
  }

  /// Says which merged lists are no longer what the client knows.
  func announceChanges() {
    announceToListens()
    guard revision != nil else { return }
    guard isInitialized else {
      hold { self.announceChanges() }
      return
    }
    let profile = legacyTerms.profile
    let news = ListKind.allCases.filter { kind in
      guard !inFlight.values.contains(where: { $0.method == kind.method && $0.terms.era == .legacy }) else {
        return false
      }
      return known.note(manager.payload(kind, for: profile), of: kind)
    }
    for method in Set(news.map(\.changed)).sorted(by: { $0.rawValue < $1.rawValue }) {
      Reply.notification(method, to: output)
      manager.metrics.changeSent(method)
    }
  }

  /// Keeps something until the client is ready for it; a flood of it is dropped.
  private func hold(_ action: @escaping @GatewayActor () -> Void) {
    guard held.count <= Self.questionLimit else {
      manager.metrics.notificationDropped()
      return
    }
    held.append(action)
  }

  /// Questions of servers that may be open at once, and things that may be kept until the client is ready.
  private static let questionLimit = 1000
  /// Bytes of a log message, and the number of them, that are kept until then.
  private static let keptMessageLimit = 16 << 10
  private static let keptMessages = 200
}

extension [ListKind: ByteBuffer] {
  /// Takes a list as known. Returns whether it is another one than before.
  mutating func note(_ payload: ByteBuffer, of kind: ListKind) -> Bool {
    defer { self[kind] = payload }
    guard let known = self[kind] else { return true }
    return known !== payload && !known.bytes.elementsEqual(payload.bytes)
  }
}
