import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a client asks.
extension ClientSession {
  func requested(_ frame: Frame) {
    guard let id = frame.id, !frame.outer.repeated.contains(.id) else { return object(.noID, to: frame, nil) }
    if let fault = Self.envelopeFault(frame) { return object(fault, to: frame, id) }
    guard !calls.contains(id), !listens.contains(id) else { return object(.openID, to: frame, id) }
    let isModern = ModernClient.made(frame)
    var terms = legacy.terms
    if isModern {
      switch modern.terms(of: frame, upstream.introduction) {
      case .failure(let refusal): return refuse(refusal.code, refusal.message, data: refusal.data, id: id)
      case .success(let own): terms = own
      }
    }
    let method = frame.method ?? .custom
    if let params = frame.outer.params, frame.bytes[params.lowerBound] != UInt8(ascii: "{") {
      return object(.params, to: frame, id)
    }
    if isModern {
      meet(terms, frame, isDiscovery: method == .discover)
    } else if !handshake.isOpen, method != .initialize, method != .ping {
      return object(method == .custom ? .unknownMethod : .tooEarly, to: frame, id)
    }
    guard !calls.isFull else { return object(.tooMany, to: frame, id) }
    let call = Call(method, by: self, id: id, terms: terms, session: number)
    if let replies = waiting.replies { call.isAnswered(in: replies) }
    calls.add(call)
    if isModern { takeModern(call, frame) } else { takeLegacy(call, frame) }
  }

  /// Why a request is not taken up.
  private enum Objection {
    case noID, version, repetition, noMethod, openID, unknownMethod, params, tooEarly, tooMany
  }

  private static func envelopeFault(_ frame: Frame) -> Objection? {
    guard frame.isVersionTwo else { return .version }
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
    case .noID:
      refuse(
        .invalidRequest,
        "The id of a request is a string or a number of at most \(RawToken.longestIdentifier) bytes, given once.",
        id: id)
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
        .internal, "\(calls.count) requests of this client are unanswered: wait for some of them.", id: id)
    }
  }

  private func takeLegacy(_ call: Call, _ frame: Frame) {
    switch call.method {
    case .ping: respond("{}", to: call)
    case .initialize: initialize(call, frame)
    case .toolsList: list(.tools, call, frame)
    case .promptsList: list(.prompts, call, frame)
    case .resourcesList: list(.resources, call, frame)
    case .resourceTemplatesList: list(.resourceTemplates, call, frame)
    case .loggingSetLevel: setLevel(call, frame)
    case .tasksList: listTasks(call, frame)
    case .toolsCall, .promptsGet, .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe, .completionComplete,
      .tasksGet, .tasksResult, .tasksCancel, .custom:
      route(call, frame)
    default: respond(.methodNotFound, "A client does not send \(call.method.rawValue).", to: call)
    }
  }

  // MARK: - Handshake

  private func initialize(_ call: Call, _ frame: Frame) {
    guard let capabilities = frame.raw("capabilities", in: .params), capabilities.first == UInt8(ascii: "{") else {
      respond(.invalidParams, "initialize needs \"capabilities\", an object.", to: call)
      return
    }
    if handshake.isOpen { startOver(but: call) }
    let agreed = Revision.negotiated(requested: frame.string("protocolVersion", in: .params))
    let declared = ClientCapabilities(json: capabilities, allowed: upstream.introduction.allowedExtensions).limited(
      to: agreed)
    legacy.declared(declared, stamp: upstream.introduction.stamp(for: declared))
    introduced(frame.raw("clientInfo", in: .params))
    upstream.sessionOpened(number, declared)
    if role == .client { upstream.declare(declared) }
    // One that waited behind another one has waited long enough.
    let isWhole = upstream.knowsAllInstructions && !view.isMerging
    guard !isWhole, !handshake.isReplaying else { return welcome(call, agreed) }
    handshake.begins()
    Task { @GatewayActor in
      if !upstream.knowsAllInstructions {
        await upstream.settle(within: manager.configuration.settings.initializeWait)
      }
      await view.whenMerged()
      welcome(call, agreed)
      await takeWhatWaited()
    }
  }

  /// Takes up what came behind the handshake, one at a time, so that none is forgotten by who counts what is unanswered,
  /// and some in each turn of the loop.
  private func takeWhatWaited() async {
    var count = 0
    while let frame = handshake.takeNext() {
      take(frame)
      await waiting.batch?.taken.wait()
      count += 1
      if count.isMultiple(of: Self.takenPerTurn) { await Task.yield() }
    }
    noteIdleness()
  }

  /// Messages behind a handshake that are taken in one turn of the loop.
  private static let takenPerTurn = 50

  private func welcome(_ call: Call, _ agreed: Revision) {
    guard !call.isFinished else { return }
    handshake.answered(with: agreed)
    for kind in ListKind.allCases { legacy.known[kind] = view.payload(kind, for: legacy.terms.profile) }
    let instructions = view.own.instructions.map { ",\"instructions\":\(JSONText.quote($0))" } ?? ""
    respond(
      "{\"protocolVersion\":\"\(agreed.rawValue)\",\"capabilities\":\(ServerCapabilities.ofGateway(for: agreed)),"
        + "\"serverInfo\":\(manager.identity.json)\(instructions)}", to: call)
  }

  /// A second handshake on the same pipe is a new session: some clients do that.
  private func startOver(but call: Call) {
    // Modern requests have nothing to do with it.
    let ended = calls.all.filter { $0 !== call && $0.terms.era == .legacy }
    for other in ended { if case .waiting = other.state { other.lane?.withdraw(other) } }
    for other in ended { abandon(other) }
    handshake.startsOver()
    legacy.startOver()
    questions.refuseAll("The client has started its session over.")
    releaseSubscriptions()
    for server in upstream.servers { server.sessionStartedOver(number) }
    waiting.untilReady = []
  }

  // MARK: - Lists

  func list(_ kind: ListKind, _ call: Call, _ frame: Frame) {
    if let cursor = frame.raw("cursor", in: .params), cursor.first != UInt8(ascii: "n") {
      respond(.invalidParams, "There is no such cursor: every list comes whole, in one page.", to: call)
      return
    }
    view.lookAgain(at: kind)
    guard !upstream.listed.isOpen || view.isChanging(kind) else { return serve(kind, call) }
    Task { @GatewayActor in
      await upstream.whenListed(within: manager.configuration.settings.listsWait)
      await view.freshen(kind)
      serve(kind, call)
    }
  }

  private func serve(_ kind: ListKind, _ call: Call) {
    guard !call.isFinished else { return }
    let profile = call.terms.profile
    let payload = view.payload(kind, for: profile)
    if profile.era == .legacy { legacy.served(payload, of: kind) }
    respond(payload, hints: profile.era == .modern ? view.cacheHints(kind) : nil, to: call)
  }

  // MARK: - Logging

  private func setLevel(_ call: Call, _ frame: Frame) {
    guard let level = frame.string("level", in: .params).flatMap({ LoggingLevel(rawValue: $0) }) else {
      let levels = LoggingLevel.allCases.map(\.rawValue).joined(separator: ", ")
      respond(.invalidParams, "\"level\" must be one of \(levels).", to: call)
      return
    }
    legacy.logLevel = level
    upstream.applyLogLevel()
    respond("{}", to: call)
  }

  // MARK: - Tasks

  /// Merges what is this session's of the task lists of all servers that have one (2025-11-25, basic/utilities/tasks).
  private func listTasks(_ call: Call, _ frame: Frame) {
    if let cursor = frame.raw("cursor", in: .params), cursor.first != UInt8(ascii: "n") {
      respond(.invalidParams, "There is no such cursor: every list comes whole, in one page.", to: call)
      return
    }
    Task { @GatewayActor in
      let own = await manager.tasks(of: number) { legacy.tasks[$0] != nil }
      respond("{\"tasks\":[\(own.joined(separator: ","))]}", to: call)
    }
  }
}
