import Configuration
import EventLoop
import JSONRPC
import MCP

/// Finds where a request goes, by what a client sees and what is known of the client. It changes nothing, so that it can
/// be asked without anything being sent.
@GatewayActor
struct Router {
  /// What is known of the client that asks.
  struct Asker {
    let era: Era
    let subscriptions: Subscriptions
    /// The lanes that have its tasks.
    let tasks: TaskLedger
    /// Which servers have asked for more before they give out a resource.
    let inputOwners: [RawToken: UpstreamServer]
  }

  let view: CatalogView
  let upstream: ServerSet
  let own: OwnResources

  func route(_ method: Method, _ frame: Frame, for asker: Asker) -> Route {
    switch method {
    case .toolsCall: Self.tool(frame, asker.era, view)
    case .promptsGet: Self.prompt(frame, view)
    case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe: resource(method, frame, asker)
    case .completionComplete: completion(frame)
    case .custom: custom(frame)
    default: task(frame, asker)
    }
  }

  // MARK: - Tools and prompts

  /// A call of a tool that nothing is to be said about.
  struct PlainTool {
    let target: Catalog.Target
    let server: UpstreamServer
    /// Where the public name stands in the request.
    let name: Range<Int>
  }

  /// The short way of most requests; nil for what wants a closer look.
  @inline(__always)
  static func plainTool(_ frame: Frame, _ view: CatalogView) -> PlainTool? {
    guard let range = name(in: frame), hasGoodArguments(frame), frame.range("task", in: .params) == nil,
      let target = view.tool(quoted: frame[range]), let server = view.server(of: target), server.showsAllTools
    else { return nil }
    return PlainTool(target: target, server: server, name: range)
  }

  static func tool(_ frame: Frame, _ era: Era, _ view: CatalogView) -> Route {
    guard let range = name(in: frame) else { return .invalid("\"name\" must be the name of a tool, given once.") }
    guard hasGoodArguments(frame) else { return .invalid("\"arguments\" must be an object.") }
    if view.face == .search { return ownTool(frame, range, era, view) }
    guard let target = view.tool(quoted: frame[range]), let server = view.server(of: target) else {
      return unlisted(frame, range, view, isTool: true)
    }
    guard server.showsAllTools || view.allows(target, of: server) else { return unknownName(frame[range], "tool") }
    return route(target, server, frame, range, era)
  }

  /// A call of a tool that the client may call.
  static func route(
    _ target: Catalog.Target, _ server: UpstreamServer, _ frame: Frame, _ range: Range<Int>, _ era: Era
  ) -> Route {
    guard !era.isModern, frame.range("task", in: .params) != nil else {
      return .tool(target, server, name: range, asTask: false)
    }
    if let capabilities = server.negotiated?.capabilities, !capabilities.tasksToolsCall {
      return .refused(.methodNotFound, "Server \"\(server.name)\" does not run tools as tasks.")
    }
    return .tool(target, server, name: range, asTask: true)
  }

  static func prompt(_ frame: Frame, _ view: CatalogView) -> Route {
    guard let range = name(in: frame) else { return .invalid("\"name\" must be the name of a prompt, given once.") }
    guard hasGoodArguments(frame) else { return .invalid("\"arguments\" must be an object.") }
    guard let target = view.prompt(quoted: frame[range]), let server = view.server(of: target), view.shows(server.id)
    else {
      return unlisted(frame, range, view, isTool: false)
    }
    return .server(Route.Destination(server: server, edit: Call.Edit(range: range, bytes: target.raw)))
  }

  /// A name that no list holds goes to the server under whose prefix it stands.
  private static func unlisted(_ frame: Frame, _ range: Range<Int>, _ view: CatalogView, isTool: Bool) -> Route {
    guard let name = JSONText.string(frame[range]), let owner = view.unlisted(name, isTool: isTool) else {
      return unknownName(frame[range], isTool ? "tool" : "prompt")
    }
    return .server(
      Route.Destination(
        server: owner.server, edit: Call.Edit(range: range, bytes: Array(JSONText.quote(owner.original).utf8)),
        purpose: isTool && frame.range("task", in: .params) != nil ? .task : .plain))
  }

  private static func name(in frame: Frame) -> Range<Int>? {
    guard let range = frame.range("name", in: .params), frame.bytes[range.lowerBound] == UInt8(ascii: "\""),
      !frame.hasDuplicate("name", in: .params)
    else { return nil }
    return range
  }

  private static func hasGoodArguments(_ frame: Frame) -> Bool {
    frame.range("arguments", in: .params).map { frame.bytes[$0.lowerBound] == UInt8(ascii: "{") } ?? true
  }

  static func unknownName(_ name: UnsafeRawBufferPointer, _ what: String) -> Route {
    .unknown(what: "Unknown \(what): \(JSONText.string(name) ?? "").", code: .invalidParams, data: nil)
  }

  // MARK: - Resources

  private func resource(_ method: Method, _ frame: Frame, _ asker: Asker) -> Route {
    guard let range = frame.range("uri", in: .params), let uri = JSONText.string(frame[range]),
      !frame.hasDuplicate("uri", in: .params)
    else { return .invalid("\"uri\" must be a string, given once.") }
    if let text = own.text(of: uri) { return ownResource(method, uri, text) }
    if method == .resourcesUnsubscribe, let subscription = asker.subscriptions[uri] {
      return .server(
        Route.Destination(
          server: subscription.lane.server, edit: Self.edit(frame, range, uri, subscription.original),
          home: subscription.lane, purpose: .unsubscribe(publicURI: uri), uri: (uri, subscription.original)))
    }
    let owner = view.owner(of: uri)
    var candidates = owner.map { [$0] } ?? view.guesses(at: uri)
    var isKnown = owner != nil
    if method != .resourcesRead, candidates.count > 1 {
      candidates.removeAll { $0.server.negotiated?.capabilities.resourcesSubscribe == false }
    }
    if asker.era == .modern, Self.isRetry(frame) {
      // What the client brings was asked for by one server, and is no other one's business.
      if let owner = asker.inputOwners[RawToken(uri)] {
        candidates = [candidates.first { $0.server === owner } ?? .init(server: owner, original: uri)]
        isKnown = true
      } else if candidates.count > 1 {
        return .invalid("No server has asked for what this request brings.")
      }
    }
    guard let first = candidates.first else { return Self.notFound(uri, asker.era) }
    var destination = Route.Destination(
      server: first.server, edit: Self.edit(frame, range, uri, first.original), uri: (uri, first.original),
      others: candidates.dropFirst().map(\.server))
    switch method {
    case .resourcesSubscribe:
      if isKnown, first.server.negotiated?.capabilities.resourcesSubscribe == false {
        return .refused(.methodNotFound, "Server \"\(first.server.name)\" does not offer subscriptions.")
      }
      destination.purpose = .subscribe(publicURI: uri, original: first.original)
    case .resourcesUnsubscribe: destination.purpose = .unsubscribe(publicURI: uri)
    default: break
    }
    return isKnown ? .server(destination) : .undecided(destination)
  }

  private func ownResource(_ method: Method, _ uri: String, _ text: String) -> Route {
    guard method == .resourcesRead else {
      return .refused(.invalidParams, "\(uri) does not change while this process lives.")
    }
    let content = "{\"uri\":\(JSONText.quote(uri)),\"mimeType\":\"text/plain\",\"text\":\(JSONText.quote(text))}"
    return .local(payload: "{\"contents\":[\(content)]}")
  }

  private static func isRetry(_ frame: Frame) -> Bool {
    frame.range("requestState", in: .params) != nil || frame.range("inputResponses", in: .params) != nil
  }

  private static func notFound(_ uri: String, _ era: Era) -> Route {
    .unknown(
      what: "Resource not found: \(uri).", code: era == .modern ? .invalidParams : .resourceNotFound,
      data: "{\"uri\":\(JSONText.quote(uri))}")
  }

  private static func edit(_ frame: Frame, _ range: Range<Int>, _ uri: String, _ original: String) -> Call.Edit? {
    guard !uri.utf8.elementsEqual(original.utf8) else { return nil }
    return Call.Edit(range: range, bytes: Array(JSONText.quote(original).utf8))
  }

  // MARK: - Completion

  private func completion(_ frame: Frame) -> Route {
    guard let ref = frame.range("ref", in: .params),
      let type = JSONWalk.member("type", of: frame.bytes, in: ref).flatMap({ JSONText.string(frame[$0]) })
    else { return .invalid("\"ref\" must be an object with a \"type\".") }
    let destination: Route.Destination
    var isKnown = true
    switch type {
    case "ref/prompt":
      guard let name = JSONWalk.member("name", of: frame.bytes, in: ref), frame[name].first == UInt8(ascii: "\"") else {
        return .invalid("\"ref\" must have the \"name\" of a prompt.")
      }
      guard let prompt = view.prompt(quoted: frame[name]), let server = view.server(of: prompt) else {
        return Self.unknownName(frame[name], "prompt")
      }
      destination = Route.Destination(server: server, edit: Call.Edit(range: name, bytes: prompt.raw))
    case "ref/resource":
      guard let range = JSONWalk.member("uri", of: frame.bytes, in: ref), let uri = JSONText.string(frame[range]) else {
        return .invalid("\"ref\" must have the \"uri\" of a resource or a template.")
      }
      let known = view.templateOwner(of: uri) ?? view.owner(of: uri)
      isKnown = known != nil
      guard let owner = known ?? view.guesses(at: uri).first else {
        return .unknown(what: "Unknown resource: \(uri).", code: .invalidParams, data: nil)
      }
      destination = Route.Destination(server: owner.server, edit: Self.edit(frame, range, uri, owner.original))
    default: return .invalid("The type of \"ref\" must be \"ref/prompt\" or \"ref/resource\".")
    }
    guard isKnown else { return .undecided(destination) }
    return destination.server.negotiated?.capabilities.completions == false
      ? .local(payload: Self.noCompletion) : .server(destination)
  }

  /// What a server without completions is taken to answer.
  static let noCompletion = "{\"completion\":{\"values\":[]}}"

  // MARK: - Methods of somebody's own

  private func custom(_ frame: Frame) -> Route {
    let method = frame.string("method") ?? ""
    guard let server = customOwner(of: method) else {
      return .refused(.methodNotFound, "There is no method \(method).")
    }
    return .server(Route.Destination(server: server))
  }

  /// The one server that a method which no revision knows can mean: the only one that there is, or the only one that
  /// declares an extension under whose name the method stands.
  func customOwner(of method: String) -> UpstreamServer? {
    let servers = view.servers
    let possible =
      servers.count == 1
      ? servers
      : servers.filter { server in
        server.negotiated?.capabilities.extensions.contains { method.hasPrefix($0.identifier + "/") } == true
      }
    return possible.count == 1 ? possible[0] : nil
  }

  // MARK: - Tasks

  private func task(_ frame: Frame, _ asker: Asker) -> Route {
    guard let range = frame.range("taskId", in: .params), !frame.hasDuplicate("taskId", in: .params) else {
      return .invalid("\"taskId\" must be a string, given once.")
    }
    guard let wrapped = TaskID.unwrap(frame[range]), let server = upstream.server(taskKey: wrapped.server),
      view.shows(server.id)
    else {
      return .unknown(what: "Unknown task.", code: .invalidParams, data: nil)
    }
    let start = range.lowerBound + 1
    return .server(
      Route.Destination(
        server: server, edit: Call.Edit(range: start..<(start + wrapped.length), bytes: []),
        home: JSONText.string(frame[range]).flatMap { asker.tasks[$0] }, purpose: .task))
  }
}
