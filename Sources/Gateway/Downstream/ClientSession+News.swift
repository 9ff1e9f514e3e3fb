import Configuration
import EventLoop
import JSONRPC
import MCP

/// What servers tell a client of their own accord.
extension ClientSession {
  func progress(
    _ frame: Frame, _ range: Range<Int>, _ token: RawToken, from server: UpstreamServer,
    of request: Call? = nil
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

  /// Bytes of a log message, and the number of them, that are kept until the client is ready.
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
