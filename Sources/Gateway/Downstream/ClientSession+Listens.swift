import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// What modern clients want to be told of.
extension ClientSession {
  /// Opens a listen: acknowledged at once, or when the servers concerned have said what they honour, or after a while
  /// without those that have not.
  func listen(_ request: Call, _ frame: Frame) {
    guard let filter = ListenFilter(frame) else {
      respond(.invalidParams, "\"notifications\" must be an object that says what to listen for.", to: request)
      return
    }
    guard listens.count < Self.listenLimit else {
      respond(.internal, "\(listens.count) listens of this client are open: end some of them.", to: request)
      return
    }
    guard filter.tasks.isEmpty || request.terms.capabilities.tasks else { return refuseWithoutTasks(request) }
    let listen = ClientListen(id: request.id, filter: filter, profile: request.terms.profile)
    finish(request)
    for kind in ListKind.allCases { _ = listen.known.note(manager.payload(kind, for: listen.profile), of: kind) }
    listens[listen.id] = listen
    guard !filter.resources.isEmpty || !filter.tasks.isEmpty else { return listen.acknowledge(to: output) }
    let enough = Gate()
    let timer = manager.clock.after(Self.acknowledgementWait) { enough.open() }
    Task { @GatewayActor in
      await hold(filter, for: listen)
      enough.open()
    }
    enough.whenOpen { [self] in
      timer.cancel()
      guard listens[listen.id] === listen else { return }
      listen.acknowledge(to: output)
    }
  }

  private func hold(_ filter: ListenFilter, for listen: ClientListen) async {
    await manager.settle(within: Self.acknowledgementWait)
    var owned: [EndpointRegistry.ID: [ClientListen.Subject]] = [:]
    var unowned: [String] = []
    for uri in filter.resources.map(\.text) {
      let owners = manager.owners(of: uri)
      guard owners.count == 1 else {
        if !owners.isEmpty, unowned.count < Self.unownedLimit { unowned.append(uri) }
        continue
      }
      guard let endpoint = owners[0].server.endpoints.first(where: { $0.client != nil }) else { continue }
      owned[endpoint.id, default: []].append(ClientListen.Subject(uri, at: endpoint, original: owners[0].original))
    }
    let answered =
      filter.tasks.compactMap { hold(task: $0.text, for: listen) } + owned.values.map { hold($0, for: listen) }
      + unowned.map { hold($0, for: listen) }
    for gate in answered { await gate.wait() }
  }

  /// Asks an endpoint to tell of resources; the gate opens when it has said of which it will.
  private func hold(_ subjects: [ClientListen.Subject], for listen: ClientListen) -> Gate {
    let answered = Gate()
    guard let endpoint = subjects.first?.endpoint else { return answered }
    listen.resources += subjects
    Task { @GatewayActor in
      defer { answered.open() }
      let honoured = await endpoint.hold(subjects.map(\.original))
      let isWanted = !listen.isAcknowledged && listens[listen.id] === listen
      // What the acknowledgement did not name must not be told.
      let dropped = listen.settle(subjects, honoured: isWanted ? honoured : [])
      if !dropped.isEmpty { endpoint.release(dropped) }
    }
    return answered
  }

  /// Asks the server that has a task to tell of its changes; nil when there is none.
  private func hold(task id: String, for listen: ClientListen) -> Gate? {
    let quoted = Array(JSONText.quote(id).utf8)
    guard let wrapped = quoted.withUnsafeBytes({ TaskID.unwrap($0) }),
      let server = manager.server(taskKey: wrapped.server),
      let endpoint = tasks[id] ?? server.endpoints.first(where: { $0.client != nil }), let client = endpoint.client
    else { return nil }
    let original = String(id.dropFirst(TaskID.prefix(for: wrapped.server).count))
    let answered = Gate()
    listen.tasks.append(ClientListen.Subject(id, at: endpoint, original: original))
    Task { @GatewayActor in
      defer { answered.open() }
      let isHonoured = await client.holds(task: original)
      if isHonoured, !listen.isAcknowledged, listens[listen.id] === listen { return listen.confirm(task: id) }
      listen.tasks.removeAll { $0.isCalled(id) }
      endpoint.client?.updateListening()
    }
    return answered
  }

  /// Asks those who may have a resource that no list holds, in turn; the gate opens when one has said that it will tell of
  /// it, or none has.
  private func hold(_ uri: String, for listen: ClientListen) -> Gate {
    let answered = Gate()
    let owners = manager.owners(of: uri)
    Task { @GatewayActor in
      defer { answered.open() }
      for owner in owners where !listen.isAcknowledged && listens[listen.id] === listen {
        guard let endpoint = owner.server.endpoints.first(where: { $0.client != nil }) else { continue }
        await hold([ClientListen.Subject(uri, at: endpoint, original: owner.original)], for: listen).wait()
        if listen.resources.contains(where: { $0.isCalled(uri) }) { return }
      }
    }
    return answered
  }

  /// Ends a listen that the client does not want any more; it gets no answer.
  func endListen(_ id: RawToken) -> Bool {
    guard let listen = listens.removeValue(forKey: id) else { return false }
    for (_, subjects) in Dictionary(grouping: listen.resources, by: \.endpoint.id) {
      subjects[0].endpoint.release(subjects.map(\.original))
    }
    for (_, subjects) in Dictionary(grouping: listen.tasks, by: \.endpoint.id) {
      subjects[0].endpoint.client?.updateListening()
    }
    return true
  }

  /// Ends all listens, because the gateway ends.
  func endListens() {
    for listen in listens.values {
      if !listen.isAcknowledged { listen.acknowledge(to: output) }
      listen.end(manager.resultHead, to: output)
    }
    listens = [:]
  }

  // MARK: - What is told

  /// Tells the listens that asked for it which lists are no longer what the client knows.
  func announceToListens() {
    guard !listens.isEmpty else { return }
    for listen in listens.values {
      let news = ListKind.allCases.filter { listen.known.note(manager.payload($0, for: listen.profile), of: $0) }
      for method in Set(news.map(\.changed)).sorted(by: { $0.rawValue < $1.rawValue })
      where listen.filter.lists.contains(where: { $0.changed == method }) {
        listen.changed(method, to: output)
        manager.metrics.changeSent(method)
      }
    }
  }

  /// Passes the update of a resource to the listens that cover it, to each with its own tag.
  func updateListens(_ frame: Frame, _ uri: String, _ endpoint: Endpoint) {
    for listen in listens.values where listen.isAcknowledged {
      guard let resource = listen.resources.first(where: { $0.isHonoured && $0.covers(uri, at: endpoint) }) else {
        continue
      }
      splicer.reset()
      if let range = frame.range("uri", in: .params) {
        let isSame = resource.original.utf8.elementsEqual(uri.utf8)
        let form = isSame ? resource.name : manager.publicForm(of: uri, server: endpoint.server)
        if let form { splicer.replace(range, with: JSONText.quote(form)) }
      }
      RequestCodec.tag(frame, with: listen.tag, &splicer)
      splicer.write(frame, to: output)
    }
  }

  /// Passes what a server tells of a task to the listens for it.
  func updateTaskListens(_ frame: Frame, _ endpoint: Endpoint) {
    guard let range = frame.range("taskId", in: .params), let id = JSONText.string(frame[range]) else { return }
    for listen in listens.values where listen.isAcknowledged {
      guard
        listen.tasks.contains(where: {
          $0.isHonoured && $0.endpoint === endpoint && $0.original.utf8.elementsEqual(id.utf8)
        })
      else {
        continue
      }
      splicer.reset()
      wrapTaskID(range, of: frame, endpoint.server)
      dressQuestions(of: frame, .params, endpoint.server)
      RequestCodec.tag(frame, with: listen.tag, &splicer)
      splicer.write(frame, to: output)
    }
  }

  /// Tells the listens that cover a resource to read it again.
  func resourceMayHaveChangedForListens(_ original: String, _ endpoint: Endpoint) {
    for listen in listens.values where listen.isAcknowledged {
      for resource in listen.resources
      where resource.endpoint === endpoint && resource.original.utf8.elementsEqual(original.utf8) {
        Reply.notification(
          .resourcesUpdated, params: "{\"_meta\":{\(listen.tag)},\"uri\":\(JSONText.quote(resource.name))}", to: output)
      }
    }
  }

  /// Listens that one client may have open.
  private static let listenLimit = 1_000
  /// URIs of one listen for which servers are asked in turn.
  private static let unownedLimit = 100
  /// Milliseconds after which a listen is acknowledged without the resources whose servers have not answered.
  private static let acknowledgementWait: UInt64 = 1_500
}

extension ClientListen.Subject {
  /// Whether an update of `uri` is one of this resource: of itself or of a part of it.
  func covers(_ uri: String, at endpoint: Endpoint) -> Bool {
    self.endpoint === endpoint
      && (original.utf8.elementsEqual(uri.utf8) || ListenFilter.isPart(uri, of: original))
  }
}
