import Configuration
import EventLoop
import JSONRPC
import MCP

/// Which server a request is for, and what has to change in it on the way.
extension ClientSession {
  /// What is known about where a request goes.
  enum Route {
    case server(UpstreamServer, Call.Edit?)
    /// Answered here.
    case local(payload: String)
    /// No server has it; one that is not ready yet may.
    case unknown(what: String, code: ErrorCode, data: String?)
    /// No list names the URI; one that is still starting may do so within so many milliseconds.
    case undecided(UInt64)
    case invalid(String)
    case refused(ErrorCode, String)
  }

  func route(_ request: Call, _ frame: Frame) {
    if request.terms.era.isModern, request.method.takesInput, let raw = frame.raw("requestState", in: .params),
      let token = ParkingToken(raw: raw)
    {
      resume(request, frame, token)
    } else {
      routeAnew(request, frame)
    }
  }

  /// Sends a request to the server that it is for.
  func routeAnew(_ request: Call, _ frame: Frame) {
    switch destination(request, frame) {
    case .server(let server, let edit):
      if case .resourcesRead = request.method, serveFromCache(request, frame, server) { return }
      // Whatever it waited for, from here on it waits for this server.
      request.stopWaiting()
      request.edit = edit
      server.accept(request, frame)
    case .local(let payload):
      // What the gateway says of itself changes with its configuration only, but nobody tells.
      respond(payload, hints: request.method == .resourcesRead ? CacheHints.none : nil, to: request)
    case .invalid(let message): respond(.invalidParams, message, to: request)
    case .refused(let code, let message): respond(code, message, to: request)
    case .unknown(let what, let code, let data):
      if !hasWaited(request), !manager.settled.isOpen || manager.wakeSleepers() {
        park(request, frame, for: manager.configuration.settings.unknownNameWait)
      } else {
        respond(code, what + manager.absentees, data: data, to: request)
      }
    case .undecided(let milliseconds): park(request, frame, for: milliseconds)
    }
  }

  /// Whether a request has waited as long as one may for a server that names what it asks for.
  private func hasWaited(_ request: Call) -> Bool { request.frame != nil && request.patience == nil }

  /// How long to wait, in milliseconds, for a list that names the URI of a request. A server that hangs is waited for once,
  /// not again for each URI.
  private func timeToBeNamed(_ request: Call) -> UInt64? {
    hasWaited(request) ? nil : manager.startTimeLeft(of: manager.configuration.settings.unknownNameWait)
  }

  private func park(_ request: Call, _ frame: Frame, for milliseconds: UInt64) {
    guard request.patience == nil else {
      parked.append(request)
      return
    }
    guard manager.mayQueue(parked.reduce(frame.bytes.count) { $0 + ($1.frame?.bytes.count ?? 0) }) else {
      respond(.internal, "Too much waits for servers that are still starting.", to: request)
      return
    }
    request.frame = frame.copy()
    parked.append(request)
    request.patience = manager.clock.after(milliseconds) { [self] in
      guard !request.isFinished, let frame = request.frame else { return }
      parked.removeAll { $0 === request }
      request.patience = nil
      route(request, frame)
    }
  }

  /// Tries again what waited for a name; some server has come.
  func retryParked() {
    let waiting = parked
    parked = []
    for request in waiting {
      guard !request.isFinished, let frame = request.frame else { continue }
      route(request, frame)
    }
  }

  func destination(_ request: Call, _ frame: Frame) -> Route {
    switch request.method {
    case .toolsCall, .promptsGet: named(request, frame)
    case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe: resource(request, frame)
    case .completionComplete: completion(request, frame)
    default: task(request, frame)
    }
  }

  // MARK: - Tools and prompts

  private func named(_ request: Call, _ frame: Frame) -> Route {
    let isTool = if case .toolsCall = request.method { true } else { false }
    guard let range = frame.range("name", in: .params), frame.bytes[range.lowerBound] == UInt8(ascii: "\""),
      !frame.hasDuplicate("name", in: .params)
    else { return .invalid("\"name\" must be the name of a \(isTool ? "tool" : "prompt"), given once.") }
    if let arguments = frame.range("arguments", in: .params),
      frame.bytes[arguments.lowerBound] != UInt8(ascii: "{")
    {
      return .invalid("\"arguments\" must be an object.")
    }
    guard let target = isTool ? manager.tool(quoted: frame[range]) : manager.prompt(quoted: frame[range]),
      let server = manager.server(target.server)
    else { return unknownName(frame[range], isTool: isTool) }
    if isTool { request.tool = target }
    if isTool, !request.terms.era.isModern, frame.range("task", in: .params) != nil {
      if let capabilities = server.negotiated?.capabilities, !capabilities.tasksToolsCall {
        return .refused(.methodNotFound, "Server \"\(server.name)\" does not run tools as tasks.")
      }
      request.purpose = .task
    } else {
      request.requiresTask = target.requiresTask
    }
    if target.isRepeatable, server.configuration.settings.retry == .readOnly {
      request.isRepeatable = true
      request.retry = request.frame ?? frame.copy()
    }
    return .server(server, Call.Edit(range: range, bytes: target.raw))
  }

  private func unknownName(_ name: UnsafeRawBufferPointer, isTool: Bool) -> Route {
    .unknown(
      what: "Unknown \(isTool ? "tool" : "prompt"): \(JSONText.string(name) ?? "").", code: .invalidParams, data: nil)
  }

  // MARK: - Resources

  private func resource(_ request: Call, _ frame: Frame) -> Route {
    guard let range = frame.range("uri", in: .params), let uri = JSONText.string(frame[range]),
      !frame.hasDuplicate("uri", in: .params)
    else { return .invalid("\"uri\" must be a string, given once.") }
    if let text = manager.ownResource(uri) {
      guard request.method == .resourcesRead else {
        return .refused(.invalidParams, "\(uri) does not change while this process lives.")
      }
      let content = "{\"uri\":\(JSONText.quote(uri)),\"mimeType\":\"text/plain\",\"text\":\(JSONText.quote(text))}"
      return .local(payload: "{\"contents\":[\(content)]}")
    }
    if request.method == .resourcesUnsubscribe, let subscription = subscriptions[RawToken(uri)] {
      return unsubscribe(request, subscription, edit(frame, range, uri, subscription.original), publicURI: uri)
    }
    let owner = manager.owner(of: uri)
    var candidates = owner.map { [$0] } ?? manager.guesses(at: uri)
    var isKnown = owner != nil
    if request.method != .resourcesRead, candidates.count > 1 {
      candidates.removeAll { $0.server.negotiated?.capabilities.resourcesSubscribe == false }
    }
    if request.terms.era == .modern, isRetry(frame) {
      // What the client brings was asked for by one server, and is no other one's business.
      if let asker = inputOwners[RawToken(uri)] {
        candidates = [candidates.first { $0.server === asker } ?? .init(server: asker, original: uri)]
        isKnown = true
      } else if candidates.count > 1 {
        return .invalid("No server has asked for what this request brings.")
      }
    }
    guard let first = candidates.first else {
      return notFound(uri, request)
    }
    if !isKnown, let left = timeToBeNamed(request) { return .undecided(left) }
    request.publicURI = uri
    request.originalURI = first.original
    request.candidates = candidates.dropFirst().map(\.server)
    if !request.candidates.isEmpty { request.retry = frame.copy() }
    switch request.method {
    case .resourcesSubscribe:
      if first.server.negotiated?.capabilities.resourcesSubscribe == false {
        return .refused(.methodNotFound, "Server \"\(first.server.name)\" does not offer subscriptions.")
      }
      request.purpose = .subscribe(publicURI: uri, original: first.original)
    case .resourcesUnsubscribe: request.purpose = .unsubscribe(publicURI: uri)
    default:
      let isWatched = candidates.count == 1 && manager.audience.watches(first.original, at: first.server)
      request.purpose = isWatched ? .readWatched(original: first.original) : .plain
    }
    return .server(first.server, edit(frame, range, uri, first.original))
  }

  private func isRetry(_ frame: Frame) -> Bool {
    frame.range("requestState", in: .params) != nil || frame.range("inputResponses", in: .params) != nil
  }

  private func notFound(_ uri: String, _ request: Call) -> Route {
    .unknown(
      what: "Resource not found: \(uri).",
      code: request.terms.era == .modern ? .invalidParams : .resourceNotFound,
      data: "{\"uri\":\(JSONText.quote(uri))}")
  }

  /// A subscription ends at the server only when nobody else there lives by it.
  private func unsubscribe(
    _ request: Call, _ subscription: Subscription, _ edit: Call.Edit?, publicURI uri: String
  ) -> Route {
    subscriptions[RawToken(uri)] = nil
    guard subscription.endpoint.client != nil,
      !manager.audience.needs(subscription.original, at: subscription.endpoint)
    else { return .local(payload: "{}") }
    request.home = subscription.endpoint
    return .server(subscription.endpoint.server, edit)
  }

  private func edit(_ frame: Frame, _ range: Range<Int>, _ uri: String, _ original: String) -> Call.Edit? {
    guard !uri.utf8.elementsEqual(original.utf8) else { return nil }
    return Call.Edit(range: range, bytes: Array(JSONText.quote(original).utf8))
  }

  // MARK: - Completion

  private func completion(_ request: Call, _ frame: Frame) -> Route {
    guard let ref = frame.range("ref", in: .params),
      let type = JSONWalk.member("type", of: frame.bytes, in: ref).flatMap({ JSONText.string(frame[$0]) })
    else { return .invalid("\"ref\" must be an object with a \"type\".") }
    let target: (server: UpstreamServer, edit: Call.Edit?)
    switch type {
    case "ref/prompt":
      guard let name = JSONWalk.member("name", of: frame.bytes, in: ref), frame[name].first == UInt8(ascii: "\"") else {
        return .invalid("\"ref\" must have the \"name\" of a prompt.")
      }
      guard let prompt = manager.prompt(quoted: frame[name]), let server = manager.server(prompt.server) else {
        return unknownName(frame[name], isTool: false)
      }
      target = (server, Call.Edit(range: name, bytes: prompt.raw))
    case "ref/resource":
      guard let range = JSONWalk.member("uri", of: frame.bytes, in: ref), let uri = JSONText.string(frame[range]) else {
        return .invalid("\"ref\" must have the \"uri\" of a resource or a template.")
      }
      let known = manager.templateOwner(of: uri) ?? manager.owner(of: uri)
      if known == nil, let left = timeToBeNamed(request) { return .undecided(left) }
      guard let owner = known ?? manager.guesses(at: uri).first else {
        return .unknown(what: "Unknown resource: \(uri).", code: .invalidParams, data: nil)
      }
      target = (owner.server, edit(frame, range, uri, owner.original))
    default: return .invalid("The type of \"ref\" must be \"ref/prompt\" or \"ref/resource\".")
    }
    if target.server.negotiated?.capabilities.completions == false {
      return .local(payload: "{\"completion\":{\"values\":[]}}")
    }
    return .server(target.server, target.edit)
  }

  // MARK: - Tasks

  private func task(_ request: Call, _ frame: Frame) -> Route {
    guard let range = frame.range("taskId", in: .params), !frame.hasDuplicate("taskId", in: .params) else {
      return .invalid("\"taskId\" must be a string, given once.")
    }
    guard let wrapped = TaskID.unwrap(frame[range]), let server = manager.server(taskKey: wrapped.server) else {
      return .unknown(what: "Unknown task.", code: .invalidParams, data: nil)
    }
    request.purpose = .task
    request.home = JSONText.string(frame[range]).flatMap { tasks[$0] }
    let start = range.lowerBound + 1
    return .server(server, Call.Edit(range: start..<(start + wrapped.length), bytes: []))
  }
}
