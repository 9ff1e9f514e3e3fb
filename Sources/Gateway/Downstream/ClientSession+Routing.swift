import Configuration
import EventLoop
import JSONRPC
import MCP

/// What follows from where a request goes.
extension ClientSession {
  var router: Router { Router(view: view, upstream: upstream, own: view.own) }

  func asker(_ call: Call) -> Router.Asker {
    Router.Asker(
      era: call.terms.era, subscriptions: subscriptions, tasks: legacy.tasks, inputOwners: modern.inputOwners)
  }

  func route(_ call: Call, _ frame: Frame) {
    if call.terms.era.isModern, call.method.takesInput, let raw = frame.raw("requestState", in: .params),
      let token = ParkingToken(raw: raw), !call.isResumed
    {
      resume(call, Router.carried(in: frame, view) ?? frame, token)
    } else {
      routeAnew(call, frame)
    }
  }

  /// Sends a request to the server that it is for.
  func routeAnew(_ call: Call, _ frame: Frame) {
    if case .toolsCall = call.method, let plain = Router.plainTool(frame, view) {
      callTool(plain.target, at: plain.server, plain.name, asTask: false, call, frame)
    } else if let mended = frame.withoutNulls(among: ["arguments", "task", "context", "_meta"]) {
      // Clients that write one structure for all requests fill it up with nulls.
      routeAnew(call, mended)
    } else if view.isMerging {
      let view = view
      awaitLists(call, call.frame ?? frame.copy()) { await view.whenMerged() }
    } else if view.face == .search, case .toolsCall = call.method, let wait = timeToBeListed {
      let upstream = upstream
      awaitLists(call, call.frame ?? frame.copy()) { await upstream.whenListed(within: wait) }
    } else {
      follow(router.route(call.method, frame, for: asker(call)), call, frame)
    }
  }

  /// Bytes of arguments that are written down of a call.
  private static let mostAudited = 64 << 10

  @inline(__always)
  private func callTool(
    _ target: Catalog.Target, at server: UpstreamServer, _ name: Range<Int>, asTask: Bool, _ call: Call, _ frame: Frame
  ) {
    call.tool = target
    if asTask { call.purpose = .task } else { call.requiresTask = target.requiresTask }
    if target.isRepeatable, server.configuration.settings.retry == .readOnly {
      call.isRepeatable = true
      call.retry = call.frame ?? frame.copy()
    }
    if audit?.keepsArguments == true {
      call.auditedArguments = frame.raw("arguments", in: .params).map {
        String(decoding: $0.prefix(Self.mostAudited), as: UTF8.self)
      }
    }
    // Whatever it waited for, from here on it waits for this server.
    call.stopWaiting()
    call.edit = Call.Edit(range: name, bytes: target.raw)
    server.accept(call, frame)
  }

  @inline(never)
  private func follow(_ route: Route, _ call: Call, _ frame: Frame) {
    switch route {
    case .tool(let target, let server, let name, let asTask):
      callTool(target, at: server, name, asTask: asTask, call, frame)
    case .carried(let route, let frame):
      // Where it waits from here on, what is edited and sent is what was carried.
      if call.frame != nil { call.frame = frame.copy() }
      follow(route, call, frame)
    case .server(let destination): go(to: destination, call, frame)
    case .undecided(let destination):
      if let left = timeToBeNamed(call) { awaitName(call, frame, for: left) } else { go(to: destination, call, frame) }
    case .local(let payload):
      // What the gateway says of itself changes with its configuration only, but nobody tells.
      respond(payload, hints: call.method == .resourcesRead ? CacheHints.none : nil, to: call)
    case .invalid(let message): respond(.invalidParams, message, to: call)
    case .refused(let code, let message): respond(code, message, to: call)
    case .unknown(let what, let code, let data):
      if !hasWaited(call), !upstream.settled.isOpen || upstream.wakeSleepers(known: false) {
        awaitName(call, frame, for: manager.configuration.settings.unknownNameWait)
      } else if !hasWaited(call), let kind = call.method.list, view.isChanging(kind) {
        // What is being read may name it.
        let (kept, view) = (frame.copy(), view)
        call.frame = kept
        awaitLists(call, kept) { await view.freshen(kind) }
      } else {
        let name = call.method.list == .resources ? nil : frame.string("name", in: .params)
        respond(code, what + view.absentees(for: name), data: data, to: call)
      }
    }
  }

  private func go(to destination: Route.Destination, _ call: Call, _ frame: Frame) {
    let server = destination.server
    if let lane = destination.home { call.home = lane }
    if let (known, original) = destination.uri {
      call.publicURI = known
      call.originalURI = original
      call.candidates = destination.others
      if !destination.others.isEmpty { call.retry = frame.copy() }
    }
    switch call.method {
    case .resourcesRead:
      if serveFromCache(call, frame, server) { return }
      if destination.others.isEmpty, let uri = destination.uri, manager.audience.watches(uri.original, at: server) {
        call.purpose = .readWatched(original: uri.original)
      }
    case .resourcesSubscribe where server.negotiated?.capabilities.resourcesSubscribe == false:
      return respond(.methodNotFound, "Server \"\(server.name)\" does not offer subscriptions.", to: call)
    case .resourcesSubscribe where destination.uri.map({ !subscriptions.hasRoom(for: $0.known, $0.original) }) == true:
      let limit = "\(Subscriptions.byteLimit >> 20) MiB"
      return respond(.internal, "The URIs of this client's subscriptions have \(limit): end some of them.", to: call)
    case .completionComplete where server.negotiated?.capabilities.completions == false:
      return respond(Router.noCompletion, to: call)
    case .resourcesUnsubscribe:
      if let ended = destination.uri.flatMap({ subscriptions.remove($0.known) }), !mustUnsubscribe(ended) {
        return respond("{}", to: call)
      }
    default: break
    }
    if !destination.purpose.isPlain { call.purpose = destination.purpose }
    // Whatever it waited for, from here on it waits for this server.
    call.stopWaiting()
    modern.forgetLogReaders()
    call.edit = destination.edit
    server.accept(call, frame)
  }

  /// A subscription ends at the server only when nobody else there lives by it.
  private func mustUnsubscribe(_ ended: Subscriptions.Subscription) -> Bool {
    ended.lane.connection != nil && !manager.audience.needs(ended.original, at: ended.lane)
  }

  // MARK: - Names that no server has yet

  /// Whether a request has waited as long as one may for a server that names what it asks for.
  private func hasWaited(_ call: Call) -> Bool { call.frame != nil && call.patience == nil }

  /// How long to wait, in milliseconds, for a list that names the URI of a request. A server that hangs is waited for once,
  /// not again for each URI.
  private func timeToBeNamed(_ call: Call) -> UInt64? {
    hasWaited(call) ? nil : upstream.startTimeLeft(of: manager.configuration.settings.unknownNameWait)
  }

  /// How long the first lists may be waited for, in milliseconds, by who searches them; nil when they are there, or have been
  /// waited for.
  private var timeToBeListed: UInt64? {
    let wait = manager.configuration.settings.listsWait
    return upstream.listed.isOpen || upstream.startTimeLeft(of: wait) == nil ? nil : wait
  }

  /// Routes a request when the lists are there that may name what it asks for.
  private func awaitLists(
    _ call: Call, _ kept: StoredFrame, _ areThere: @escaping @GatewayActor () async -> Void
  ) {
    let size = kept.bytes.count
    guard manager.mayQueue(waiting.forLists + size) else {
      return respond(.internal, "Too much waits for lists that are being read.", to: call)
    }
    waiting.forLists += size
    Task { @GatewayActor in
      await areThere()
      waiting.forLists -= size
      if !call.isFinished { route(call, kept) }
    }
  }

  private func awaitName(_ call: Call, _ frame: Frame, for milliseconds: UInt64) {
    guard call.patience == nil else {
      waiting.forNames.append(call)
      return
    }
    guard manager.mayQueue(waiting.forNames.reduce(frame.bytes.count) { $0 + ($1.frame?.bytes.count ?? 0) }) else {
      respond(.internal, "Too much waits for servers that are still starting.", to: call)
      return
    }
    call.frame = frame.copy()
    waiting.forNames.append(call)
    call.patience = clock.after(milliseconds) { [self] in
      call.patience = nil
      // Where it waits no more, it waits for lists, and is routed when they are there.
      guard !call.isFinished, let frame = call.frame, let place = waiting.forNames.firstIndex(where: { $0 === call })
      else { return }
      waiting.forNames.remove(at: place)
      route(call, frame)
    }
  }

  /// Tries again what waited for a name; some server has come.
  func retryNames() {
    let calls = waiting.forNames
    waiting.forNames = []
    for call in calls {
      guard !call.isFinished, let frame = call.frame else { continue }
      route(call, frame)
    }
  }
}

extension Method {
  /// The list that names what a request of this method asks for.
  fileprivate var list: ListKind? {
    switch self {
    case .toolsCall: .tools
    case .promptsGet: .prompts
    case .resourcesRead, .resourcesSubscribe: .resources
    default: nil
    }
  }
}
