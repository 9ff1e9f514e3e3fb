import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a client asks.
extension ClientSession {
  func requested(_ frame: Frame) {
    guard let id = frame.id, !frame.outer.repeated.contains(.id) else { return object(.noID, to: frame, nil) }
    if let fault = envelopeFault(frame) { return object(fault, to: frame, id) }
    guard !inFlight.contains(id), listens[id] == nil else { return object(.openID, to: frame, id) }
    let isModern = Self.isModern(frame)
    var terms = legacyTerms
    if isModern {
      switch modernTerms(frame) {
      case .failure(let refusal): return refuse(refusal.code, refusal.message, data: refusal.data, id: id)
      case .success(let own): terms = own
      }
    }
    guard let method = frame.method else { return object(.unknownMethod, to: frame, id) }
    if let params = frame.outer.params, frame.bytes[params.lowerBound] != UInt8(ascii: "{") {
      return object(.params, to: frame, id)
    }
    if isModern {
      manager.declare(terms.capabilities, by: .modern, isDiscovery: method == .discover)
    } else if revision == nil, method != .initialize, method != .ping {
      return object(.tooEarly, to: frame, id)
    }
    guard inFlight.count < requestLimit else { return object(.tooMany, to: frame, id) }
    let request = Call(session: self, id: id, method: method, terms: terms)
    if let batch {
      request.batch = batch
      batch.expect()
    }
    inFlight[id] = request
    if isModern { handleModern(request, frame) } else { handle(request, frame) }
  }

  /// Why a request is not taken up.
  private enum Objection {
    case noID, version, repetition, noMethod, openID, unknownMethod, params, tooEarly, tooMany
  }

  private func envelopeFault(_ frame: Frame) -> Objection? {
    guard let version = frame.outer.jsonrpc, JSONText.equals(frame[version], quoted: "2.0") else { return .version }
    if frame.outer.repeated.contains(.method) || frame.outer.repeated.contains(.params) { return .repetition }
    guard let method = frame.outer.method, frame.bytes[method.lowerBound] == UInt8(ascii: "\"") else {
      return .noMethod
    }
    return nil
  }

  /// Says why a request is not taken up: apart, so that those that are do not have to step over all the words.
  @inline(never)
  private func object(_ objection: Objection, to frame: Frame, _ id: RawToken?) {
    let method = frame.string("method") ?? ""
    switch objection {
    case .noID: refuse(.invalidRequest, "The id of a request is a string or a number, given once.", id: id)
    case .version: refuse(.invalidRequest, "\"jsonrpc\" must be \"2.0\".", id: id)
    case .repetition: refuse(.invalidRequest, "\"method\" or \"params\" is given twice.", id: id)
    case .noMethod: refuse(.invalidRequest, "\"method\" must be a string.", id: id)
    case .openID:
      let text = id?.text ?? ""
      refuse(.invalidRequest, "Another request with the id \(text) has not been answered yet.", id: id)
    case .unknownMethod: refuse(.methodNotFound, "There is no method \(method).", id: id)
    case .params: refuse(.invalidParams, "The params of \(method) must be an object.", id: id)
    case .tooEarly:
      refuse(
        .invalidParams,
        "\(method) came before initialize, and without \"\(ReservedMeta.protocolVersion)\" and "
          + "\"\(ReservedMeta.clientCapabilities)\" in its _meta: one of the two says what the client can do.", id: id)
    case .tooMany:
      refuse(
        .internal, "\(inFlight.count) requests of this client are unanswered: wait for some of them.", id: id)
    }
  }

  private func handle(_ request: Call, _ frame: Frame) {
    switch request.method {
    case .ping: respond("{}", to: request)
    case .initialize: initialize(request, frame)
    case .toolsList: list(.tools, request, frame)
    case .promptsList: list(.prompts, request, frame)
    case .resourcesList: list(.resources, request, frame)
    case .resourceTemplatesList: list(.resourceTemplates, request, frame)
    case .loggingSetLevel: setLevel(request, frame)
    case .tasksList: listTasks(request, frame)
    case .toolsCall, .promptsGet, .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe, .completionComplete,
      .tasksGet, .tasksResult, .tasksCancel:
      route(request, frame)
    default: respond(.methodNotFound, "A client does not send \(request.method.rawValue).", to: request)
    }
  }

  // MARK: - Handshake

  private func initialize(_ request: Call, _ frame: Frame) {
    guard let capabilities = frame.raw("capabilities", in: .params), capabilities.first == UInt8(ascii: "{") else {
      respond(.invalidParams, "initialize needs \"capabilities\", an object.", to: request)
      return
    }
    if revision != nil { startOver(but: request) }
    let agreed = Revision.negotiated(requested: frame.string("protocolVersion", in: .params))
    self.capabilities = ClientCapabilities(json: capabilities, allowed: manager.allowedExtensions).limited(to: agreed)
    introduction = frame.raw("clientInfo", in: .params).flatMap { ClientIntroduction(json: $0) }
    manager.declare(self.capabilities, by: .legacy)
    // One that waited behind another one has waited long enough.
    guard !manager.knowsAllInstructions, !isReplaying else {
      welcome(request, agreed)
      return
    }
    behindHandshake = []
    Task { @GatewayActor in
      await manager.settle(within: manager.configuration.settings.initializeWait)
      welcome(request, agreed)
      // One at a time, so that none is forgotten by who counts what is unanswered.
      while let frame = behindHandshake?.first {
        behindHandshake?.removeFirst()
        isReplaying = true
        handle(frame)
        isReplaying = false
      }
      behindHandshake = nil
      noteIdleness()
    }
  }

  private func welcome(_ request: Call, _ agreed: Revision) {
    guard !request.isFinished else { return }
    revision = agreed
    for kind in ListKind.allCases { known[kind] = manager.payload(kind, for: legacyTerms.profile) }
    let instructions = manager.instructions().map { ",\"instructions\":\(JSONText.quote($0))" } ?? ""
    respond(
      "{\"protocolVersion\":\"\(agreed.rawValue)\",\"capabilities\":\(ServerCapabilities.ofGateway(for: agreed)),"
        + "\"serverInfo\":\(manager.identity.json)\(instructions)}", to: request)
  }

  /// A second handshake on the same pipe is a new session: some clients do that.
  private func startOver(but request: Call) {
    // Modern requests have nothing to do with it.
    let ended = inFlight.values.filter { $0 !== request && $0.terms.era == .legacy }
    for other in ended { if case .waiting = other.state { other.endpoint?.withdraw(other) } }
    for other in ended { abandon(other) }
    isInitialized = false
    logLevel = nil
    refuseQuestions("The client has started its session over.")
    releaseSubscriptions()
    for server in manager.servers { server.sessionStartedOver(self) }
    tasks = TaskLedger()
    held = []
  }

  // MARK: - Lists

  func list(_ kind: ListKind, _ request: Call, _ frame: Frame) {
    if let cursor = frame.raw("cursor", in: .params), cursor.first != UInt8(ascii: "n") {
      respond(.invalidParams, "There is no such cursor: every list comes whole, in one page.", to: request)
      return
    }
    guard !manager.settled.isOpen || manager.hasExpired(kind) else {
      serve(kind, request)
      return
    }
    Task { @GatewayActor in
      await manager.settle(within: manager.configuration.settings.listsWait)
      await manager.freshen(kind)
      serve(kind, request)
    }
  }

  private func serve(_ kind: ListKind, _ request: Call) {
    guard !request.isFinished else { return }
    let profile = request.terms.profile
    let payload = manager.payload(kind, for: profile)
    if profile.era == .legacy { known[kind] = payload }
    respond(payload, hints: profile.era == .modern ? manager.cacheHints(kind) : nil, to: request)
  }

  // MARK: - Logging

  private func setLevel(_ request: Call, _ frame: Frame) {
    guard let level = frame.string("level", in: .params).flatMap({ LoggingLevel(rawValue: $0) }) else {
      let levels = LoggingLevel.allCases.map(\.rawValue).joined(separator: ", ")
      respond(.invalidParams, "\"level\" must be one of \(levels).", to: request)
      return
    }
    logLevel = level
    manager.applyLogLevel()
    respond("{}", to: request)
  }

  // MARK: - Tasks

  /// Merges what is this session's of the task lists of all servers that have one (2025-11-25, basic/utilities/tasks).
  private func listTasks(_ request: Call, _ frame: Frame) {
    if let cursor = frame.raw("cursor", in: .params), cursor.first != UInt8(ascii: "n") {
      respond(.invalidParams, "There is no such cursor: every list comes whole, in one page.", to: request)
      return
    }
    Task { @GatewayActor in
      let own = await manager.tasks(of: self)
      respond("{\"tasks\":[\(own.joined(separator: ","))]}", to: request)
    }
  }
}
