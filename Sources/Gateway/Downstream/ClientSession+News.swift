import Configuration
import EventLoop
import JSONRPC
import MCP

/// What servers tell a client of their own accord.
extension ClientSession {
  func progressed(_ frame: Frame, _ range: Range<Int>, _ token: RawToken, from server: UpstreamServer, of call: Call?) {
    if let call, call.original != nil, !call.advances(frame) { return }
    guard !mayDrop() else { return }
    splicer.reset()
    splicer.replace(range, with: token)
    TaskIDs.wrapRelated(frame, in: .paramsMeta, server.taskKey, &splicer)
    splicer.write(frame, to: port.output)
  }

  func logged(_ frame: Frame, _ server: UpstreamServer) {
    let level = frame.string("level", in: .params).flatMap { LoggingLevel(rawValue: $0) }
    guard isWanted(level, from: server) else { return }
    guard handshake.isReady || !handshake.isOpen else {
      // What is said before the client is ready is kept only as far as it is little.
      guard frame.bytes.count <= Self.keptMessageLimit, waiting.untilReady.count < Self.keptMessages else {
        manager.metrics.notificationDropped()
        return
      }
      let copy = frame.copy()
      waiting.untilReady.append { self.logged(copy, server) }
      return
    }
    guard !mayDrop() else { return }
    splicer.reset()
    if upstream.labelling.showsNames { Labels.label(frame, server.name, &splicer) }
    TaskIDs.wrapRelated(frame, in: .paramsMeta, server.taskKey, &splicer)
    splicer.write(frame, to: port.output)
  }

  /// Whether a log message is for this client: it has a legacy session whose level it reaches, or a modern request to
  /// that server is open which asked for it. A message on stdio does not say to which request it belongs.
  private func isWanted(_ level: LoggingLevel?, from server: UpstreamServer) -> Bool {
    if handshake.isOpen {
      guard let wanted = legacy.logLevel, let level else { return true }
      if level >= wanted { return true }
    }
    return modern.wantsLog(level, from: server, at: clock.now()) { calls.all }
  }

  // MARK: - Resources

  func resourceUpdated(_ frame: Frame, _ lane: Lane) {
    guard let range = frame.range("uri", in: .params), let uri = JSONText.string(frame[range]) else { return }
    listens.resourceUpdated(frame, range, uri, lane)
    guard handshake.isReady, subscriptions.concern(lane) else { return }
    splicer.reset()
    let known = subscriptions.forms(of: uri, at: lane).min() ?? view.publicForm(of: uri, server: lane.server)
    guard mayTell(of: known ?? uri, lane) else { return }
    if let known, !known.utf8.elementsEqual(uri.utf8) { splicer.replace(range, with: JSONText.quote(known)) }
    RequestCodec.untag(frame, &splicer)
    splicer.write(frame, to: port.output)
  }

  /// Whether what a client knows as `uri` may be a server's: it is none that the client hears of from another one, or that
  /// another one lists.
  private func mayTell(of uri: String, _ lane: Lane) -> Bool {
    if let subscription = subscriptions[uri] { return subscription.lane.server === lane.server }
    return view.listedOwner(of: uri).map { $0 === lane.server } ?? true
  }

  /// Tells the client to read a resource again.
  func resourceMayHaveChanged(_ original: String, _ lane: Lane) {
    for uri in subscriptions.forms(of: original, at: lane) {
      Reply.notification(.resourcesUpdated, params: "{\"uri\":\(JSONText.quote(uri))}", to: port.output)
    }
    listens.resourceMayHaveChanged(original, lane)
  }

  /// The servers' own URIs of what the client wants to hear of at a lane.
  func wantedResources(at lane: Lane) -> [String] { subscriptions.originals(at: lane) + listens.resources(at: lane) }

  func wants(_ uri: String, at lane: Lane) -> Bool {
    subscriptions.contains(uri, at: lane) || listens.cover(uri, at: lane)
  }

  /// Whether a subscription is on its way that will stand for a URI.
  func isSubscribing(to uri: String, at lane: Lane) -> Bool { subscribing(at: lane).contains(RawToken(uri)) }

  /// The servers' own URIs of what is on its way to be subscribed to at a lane.
  func subscribing(at lane: Lane) -> Set<RawToken> {
    Set(
      calls.all.compactMap { call in
        guard case .subscribe(_, let original) = call.purpose, call.lane === lane else { return nil }
        return RawToken(original)
      })
  }

  func subscribe(_ call: Call, at lane: Lane) {
    guard case .subscribe(let uri, let original) = call.purpose else {
      lane.connection?.updateListening()
      return respond("{}", to: call)
    }
    let former = subscriptions[uri]
    subscriptions.add(uri, at: lane, original: original)
    Task { @GatewayActor in
      let isTold = await !lane.tell(of: [original]).isEmpty
      if isTold, !call.isFinished { return respond("{}", to: call) }
      if let former {
        subscriptions.add(uri, at: former.lane, original: former.original)
      } else {
        subscriptions.remove(uri)
      }
      lane.release([original])
      // It may have been taken back meanwhile.
      guard !call.isFinished else { return }
      if tryNext(call, as: .error) { return }
      respond(.invalidParams, "Server \"\(lane.server.name)\" does not tell of changes of \(uri).", to: call)
    }
  }

  /// Ends all subscriptions: at their servers those that no other session needs.
  func releaseSubscriptions() {
    let released = subscriptions.all
    subscriptions = Subscriptions()
    for (_, ended) in Dictionary(grouping: released, by: { ObjectIdentifier($0.lane) }) {
      ended[0].lane.release(ended.map(\.original))
    }
  }

  // MARK: - Tasks, elicitations, lists

  func elicitationCompleted(_ frame: Frame) {
    guard handshake.isReady, legacy.capabilities.elicitationURL else { return }
    splicer.reset()
    splicer.write(frame, to: port.output)
  }

  func taskChanged(_ frame: Frame, _ server: UpstreamServer) {
    guard handshake.isReady else { return }
    splicer.reset()
    if let range = frame.range("taskId", in: .params) { TaskIDs.wrap(range, of: frame, server.taskKey, &splicer) }
    TaskIDs.wrapRelated(frame, in: .paramsMeta, server.taskKey, &splicer)
    splicer.write(frame, to: port.output)
  }

  /// Says which merged lists are no longer what the client knows.
  func announceChanges() {
    listens.announceChanges()
    guard handshake.isOpen else { return }
    guard handshake.isReady else {
      // Once is enough: it says what is other by then.
      if waiting.untilReady.count <= Self.keptMessages { waiting.untilReady.append { self.announceChanges() } }
      return
    }
    let profile = legacy.terms.profile
    let asked = Set(calls.all.filter { $0.terms.era == .legacy }.map(\.method))
    let news = ListKind.allCases.filter { kind in
      !asked.contains(kind.method) && legacy.isNews(view.payload(kind, for: profile), of: kind)
    }
    for method in Set(news.map(\.changed)).sorted(by: { $0.rawValue < $1.rawValue }) {
      Reply.notification(method, to: port.output)
      manager.metrics.changeSent(method)
    }
  }

  /// Bytes of a log message, and the number of things, that are kept until the client is ready.
  private static let keptMessageLimit = 16 << 10
  private static let keptMessages = 200
}
