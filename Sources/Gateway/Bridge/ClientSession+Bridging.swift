import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// Answers that change on the way because client and server are not both of the legacy era.
extension ClientSession {
  /// Whether an answer may be another one for this client: when one of the two is of the modern era, or when it is an error
  /// that not every legacy client knows.
  func needsBridge(_ frame: Frame, _ request: Call, _ client: ServerConnection) -> Bool {
    if client.era.isModern || request.terms.era.isModern { return true }
    return frame.outer.error != nil && !request.terms.capabilities.elicitationURL
  }

  /// Announces the edits that an answer needs, or deals with one that is no answer in the client's era. Returns whether
  /// the answer is to be passed on.
  func bridge(_ frame: Frame, _ request: Call, from client: ServerConnection) -> Bool {
    if frame.range("error") != nil { return bridgeError(frame, request, from: client) }
    guard frame.object(.result) != nil, !frame.hasDuplicate("result") else {
      fail(
        request,
        Failure(
          server: client.server.name, phase: .call, reason: "its result is not an object", outcome: .unknown))
      return false
    }
    if client.era == .modern, !ResultCodec.isComplete(frame) { return bridgeInterim(frame, request, client.server) }
    switch request.terms.era {
    case .legacy: ResultCodec.forLegacyClient(frame, request.method, &splicer)
    case .modern:
      if request.method == .tasksGet { dressQuestions(of: frame, .result, client.server) }
      ResultCodec.forModernClient(
        frame, request.method, from: client.era, identity: manager.resultHead, &splicer)
    }
    return true
  }

  /// Announces the edits of what a task asks for.
  func dressQuestions(of frame: Frame, _ parent: Frame.Parent, _ server: UpstreamServer) {
    guard let requests = frame.range("inputRequests", in: parent) else { return }
    JSONWalk.members(of: frame.bytes, in: requests) { _, value in
      if let params = JSONWalk.member("params", of: frame.bytes, in: value) { dress(params, of: frame, server) }
      return true
    }
  }

  /// An answer of a modern server that is not final.
  private func bridgeInterim(_ frame: Frame, _ request: Call, _ server: UpstreamServer) -> Bool {
    let type = frame.string("resultType", in: .result) ?? ""
    if type == "input_required", request.method.takesInput {
      guard request.terms.era == .modern else {
        beginRound(request, frame, from: server)
        return false
      }
      return relayQuestions(frame, request, server)
    }
    let isTask = type == "task" && request.method == .toolsCall && request.terms.capabilities.tasks
    let hasOther = request.terms.capabilities.extensions.contains { manager.allowedExtensions.contains($0.identifier) }
    guard request.terms.era == .modern, isTask || hasOther else {
      fail(
        request,
        Failure(
          server: server.name, phase: .call,
          reason: "it answered with a result of the type \"\(type)\", which is unknown",
          outcome: .unknown))
      return false
    }
    if isTask { request.purpose = .task }
    ResultCodec.forModernClient(frame, request.method, from: .modern, identity: manager.resultHead, &splicer)
    return true
  }

  /// Passes the questions of a modern server on to a modern client, the server's state with them as it is.
  private func relayQuestions(_ frame: Frame, _ request: Call, _ server: UpstreamServer) -> Bool {
    do throws(InputRounds.Fault) {
      for question in try InputRounds.questions(in: frame) {
        if request.terms.capabilities.missing(for: question.kind) != nil {
          throw InputRounds.Fault(
            reason: "it asked for \(question.kind.method.rawValue), which the client does not offer")
        }
        if let params = question.params { dress(params, of: frame, server) }
      }
    } catch {
      fail(request, Failure(server: server.name, phase: .call, reason: error.reason, outcome: .unknown))
      return false
    }
    if let uri = request.publicURI {
      if inputOwners.count >= Self.inputOwnerLimit { inputOwners = [:] }
      inputOwners[RawToken(uri)] = server
    }
    ResultCodec.forModernClient(frame, request.method, from: .modern, identity: manager.resultHead, &splicer)
    return true
  }

  /// Resources whose servers have asked for something that are remembered.
  private static let inputOwnerLimit = 1_000

  // MARK: - Errors

  /// Errors that exist in one era only become what the other one says in their place.
  private func bridgeError(_ frame: Frame, _ request: Call, from client: ServerConnection) -> Bool {
    guard let range = frame.range("code", in: .error),
      let code = JSONText.number(frame[range]).flatMap({ Int(exactly: $0) })
    else { return true }
    switch (code, request.terms.era) {
    case (ErrorCode.resourceNotFound.rawValue, .modern):
      splicer.replace(range, with: "\(ErrorCode.invalidParams.rawValue)")
      if let uri = request.publicURI { nameMissing(uri, in: frame) }
      return true
    case (ErrorCode.urlElicitationRequired.rawValue, .modern) where client.era == .legacy:
      return bridgeURLRequirement(frame, request, client)
    case (ErrorCode.urlElicitationRequired.rawValue, .legacy) where !request.terms.capabilities.elicitationURL:
      return tellURLs(frame, request, client.server)
    case (ErrorCode.missingClientCapability.rawValue, .modern) where client.era == .modern && isMissing(frame, request):
      return true
    case (ErrorCode.missingClientCapability.rawValue, .legacy) where client.era == .modern:
      refuseForCapabilities(frame, request, client.server)
      return false
    case (ErrorCode.unsupportedProtocolVersion.rawValue, _) where client.era == .modern && client.inFlight == 0:
      // It is another server than it said it was: it is asked anew, when that harms nobody.
      respond(
        .internal, "Server \"\(client.server.name)\" does not speak its revision any more; it is being asked anew.",
        data: String(decoding: frame.raw("error") ?? frame.bytes, as: UTF8.self), to: request)
      manager.update(client.endpoint.id) { $0.replace(at: $1) }
      return false
    case (-32_099 ... -32_020, _) where client.era == .modern || request.terms.era == .modern:
      respond(
        .internal, "Server \"\(client.server.name)\" answered with an error that is not for its client.",
        data: String(decoding: frame.raw("error") ?? frame.bytes, as: UTF8.self), to: request)
      return false
    default: return true
    }
  }

  /// Says in an error what it is that was not found, where the server did not and there is room to say it.
  private func nameMissing(_ uri: String, in frame: Frame) {
    let name = "\"uri\":\(JSONText.quote(uri))"
    if let data = frame.range("data", in: .error) {
      guard frame.bytes[data.lowerBound] == UInt8(ascii: "{"),
        JSONWalk.member("uri", of: frame.bytes, in: data) == nil
      else { return }
      splicer.insert(members: name, intoObjectAt: data, of: frame.bytes)
    } else if let error = frame.object(.error) {
      splicer.insert(members: "\"data\":{\(name)}", intoObjectAt: error, of: frame.bytes)
    }
  }

  /// Whether an error names capabilities that the client has not declared: else it is not for the client to mend.
  private func isMissing(_ frame: Frame, _ request: Call) -> Bool {
    guard let data = frame.range("data", in: .error),
      let needed = JSONWalk.member("requiredCapabilities", of: frame.bytes, in: data),
      frame[needed].first == UInt8(ascii: "{")
    else { return false }
    return !request.terms.capabilities.cover(
      ClientCapabilities(json: frame[needed], allowed: manager.allowedExtensions))
  }

  private func bridgeURLRequirement(_ frame: Frame, _ request: Call, _ client: ServerConnection) -> Bool {
    if let missing = request.terms.capabilities.missing(for: .elicitationURL) {
      respond(
        .missingClientCapability,
        "Server \"\(client.server.name)\" needs a client that can have a person open a URL.",
        data: "{\"requiredCapabilities\":\(missing)}", to: request)
      return false
    }
    if request.method.takesInput, parkRefused(request, frame, by: client) { return false }
    respond(
      .internal, "Server \"\(client.server.name)\" wants a URL to be opened and did not say which.",
      data: String(decoding: frame.raw("error") ?? frame.bytes, as: UTF8.self), to: request)
    return false
  }

  /// Tells a client that cannot have URLs opened which ones they are, in words. Returns whether the error goes as it is.
  private func tellURLs(_ frame: Frame, _ request: Call, _ server: UpstreamServer) -> Bool {
    guard request.method == .toolsCall, let data = frame.range("data", in: .error),
      let elicitations = JSONWalk.member("elicitations", of: frame.bytes, in: data)
    else { return true }
    var lines = ["Server \"\(server.name)\" needs somebody to open a URL first, and then the call again."]
    JSONWalk.elements(of: frame.bytes, in: elicitations) { element in
      let parts = ["message", "url"].compactMap { (name: StaticString) in
        JSONWalk.member(name, of: frame.bytes, in: element).flatMap { JSONText.string(frame[$0]) }
      }
      lines.append(parts.joined(separator: " "))
      return lines.count < 20
    }
    let text = JSONText.quote(manager.redacted(lines.joined(separator: "\n")))
    respond("{\"content\":[{\"type\":\"text\",\"text\":\(text)}],\"isError\":true}", to: request)
    return false
  }

  /// A legacy session has settled its capabilities long ago: the error of a modern server about them is told in words.
  private func refuseForCapabilities(_ frame: Frame, _ request: Call, _ server: UpstreamServer) {
    let needed = frame.range("data", in: .error).flatMap {
      JSONWalk.member("requiredCapabilities", of: frame.bytes, in: $0)
    }.map { String(decoding: frame[$0], as: UTF8.self) }
    let text =
      "Server \"\(server.name)\" needs something that this client does not offer: "
      + "\(needed ?? frame.string("message", in: .error) ?? "")."
    guard request.method == .toolsCall else {
      respond(.internal, text, data: needed.map { "{\"requiredCapabilities\":\($0)}" }, to: request)
      return
    }
    respond(
      "{\"content\":[{\"type\":\"text\",\"text\":\(JSONText.quote(manager.redacted(text)))}],\"isError\":true}",
      to: request)
  }

  // MARK: - Subscriptions of a legacy client at a modern server

  /// Subscribes, or ends a subscription, through the listen that the server gets for all clients.
  func subscribe(_ request: Call, at endpoint: Endpoint) {
    switch request.purpose {
    case .subscribe(let uri, let original):
      let key = RawToken(uri)
      let former = subscriptions[key]
      subscriptions[key] = Subscription(endpoint: endpoint, original: original)
      Task { @GatewayActor in
        let isHeld = await !endpoint.hold([original]).isEmpty
        if isHeld, !request.isFinished { return respond("{}", to: request) }
        subscriptions[key] = former
        endpoint.release([original])
        if tryNext(request, as: .error) { return }
        respond(.invalidParams, "Server \"\(endpoint.server.name)\" does not tell of changes of \(uri).", to: request)
      }
    default:
      endpoint.client?.updateListening()
      respond("{}", to: request)
    }
  }
}

/// Resources that may be given out again without asking.
extension ClientSession {
  /// Keeps what a modern server answered, for as long as it says; never what came of questions.
  func keepForLater(_ frame: Frame, _ request: Call, _ client: ServerConnection) {
    guard client.era.isModern, client.endpoint.owner == nil, request.method == .resourcesRead, request.isCacheable,
      request.rounds == nil,
      !request.isResumed,
      let uri = request.originalURI, frame.range("error") == nil, request.firstError == nil,
      ResultCodec.isComplete(frame)
    else { return }
    manager.readCache.store(
      frame, for: uri, of: client.server.id, readBy: number, at: manager.clock.now())
  }

  /// Answers with what was read before and is still fresh. Returns false when there is none.
  func serveFromCache(_ request: Call, _ frame: Frame, _ server: UpstreamServer) -> Bool {
    request.isCacheable =
      frame.range("inputResponses", in: .params) == nil && frame.range("requestState", in: .params) == nil
    guard request.isCacheable, let uri = request.originalURI,
      let (answer, hints) = manager.readCache.answer(to: uri, of: server.id, for: number, at: manager.clock.now()),
      let idRange = answer.range("id")
    else { return false }
    splicer.reset()
    splicer.replace(idRange, with: request.id)
    switch request.terms.era {
    case .legacy: ResultCodec.forLegacyClient(answer, request.method, &splicer)
    case .modern:
      ResultCodec.forModernClient(
        answer, request.method, from: .modern, identity: manager.resultHead, hints: hints, &splicer)
    }
    if manager.servers.count > 1 || manager.renames(of: server) { restoreURIs(answer, server) }
    splicer.write(answer, to: destination(of: request))
    finish(request)
    return true
  }
}
