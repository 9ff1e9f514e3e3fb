import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a modern client wants to be told of: its open listens, from their arrival to their end.
@GatewayActor
final class Listens {
  /// Listens that one client may have open.
  private static let limit = 1_000
  /// URIs of one listen for which servers are asked in turn.
  private static let unownedLimit = 100
  /// Milliseconds after which a listen is acknowledged without the resources whose servers have not answered.
  private static let acknowledgementWait: UInt64 = 1_500

  private let manager: ServerManager
  /// The number of the session whose they are.
  private let session: UInt64
  private var view: CatalogView
  private let port: ClientPort
  private var splicer = Splicer()
  private var open: [RawToken: ClientListen] = [:]

  init(of session: UInt64, at manager: ServerManager, view: CatalogView, to port: ClientPort) {
    self.session = session
    self.manager = manager
    self.view = view
    self.port = port
  }

  /// It is known now what the client sees.
  func sees(_ view: CatalogView) { self.view = view }

  var count: Int { open.count }
  /// Bytes of all that is listened for.
  var size: Int { open.values.reduce(0) { $0 + $1.filter.size } }

  /// Whether another one can be opened.
  func haveRoom(for filter: ListenFilter) -> Bool {
    open.count < Self.limit && size + filter.size <= Subscriptions.byteLimit
  }

  func contains(_ id: RawToken) -> Bool { open[id] != nil }

  // MARK: - Beginning and end

  /// Opens a listen: acknowledged at once, or when the servers concerned have said what they honour, or after a while
  /// without those that have not.
  ///
  /// `laneOfTask` returns the lane that has a task, by the id that the client knows.
  func open(_ id: RawToken, _ filter: ListenFilter, _ profile: ListProfile, laneOfTask: (String) -> Lane?) {
    let listen = ClientListen(id: id, filter: filter, profile: profile)
    for kind in ListKind.allCases { _ = listen.known.note(view.payload(kind, for: profile), of: kind) }
    open[id] = listen
    guard !filter.resources.isEmpty || !filter.tasks.isEmpty else { return listen.acknowledge(to: port.output) }
    let lanes = filter.tasks.map { ($0.text, laneOfTask($0.text)) }
    let enough = Gate()
    let timer = manager.clock.after(Self.acknowledgementWait) { enough.open() }
    Task { @GatewayActor in
      await subscribe(listen, filter.resources.map(\.text), tasks: lanes)
      enough.open()
    }
    enough.whenOpen { [self] in
      timer.cancel()
      if isOpen(listen) { listen.acknowledge(to: port.output) }
    }
  }

  private func isOpen(_ listen: ClientListen) -> Bool { open[listen.id] === listen }

  /// Ends a listen that the client does not want any more; it gets no answer. Returns false when there is none.
  func end(_ id: RawToken) -> Bool {
    guard let listen = open.removeValue(forKey: id) else { return false }
    release(listen)
    return true
  }

  private func release(_ listen: ClientListen) {
    for (_, subjects) in Dictionary(grouping: listen.resources.all, by: \.lane.id) {
      subjects[0].lane.release(subjects.map(\.original))
    }
    for (_, subjects) in Dictionary(grouping: listen.tasks.all, by: \.lane.id) {
      subjects[0].lane.connection?.updateListening()
    }
  }

  /// Forgets all of them, because the client is gone.
  func releaseAll() { for id in Array(open.keys) { _ = end(id) } }

  /// Tells the client that all of them end, because the gateway does.
  func endAll() {
    for listen in open.values {
      if !listen.isAcknowledged { listen.acknowledge(to: port.output) }
      listen.end(manager.upstream.introduction.resultHead, to: port.output)
    }
    releaseAll()
  }

  // MARK: - Servers that are to tell

  private func subscribe(_ listen: ClientListen, _ uris: [String], tasks: [(id: String, lane: Lane?)]) async {
    await manager.upstream.settle(within: Self.acknowledgementWait)
    await view.whenMerged()
    var owned: [LaneID: [ClientListen.Subject]] = [:]
    var unowned: [String] = []
    for uri in uris where view.own.text(of: uri) == nil {
      let owners = view.owners(of: uri)
      guard owners.count == 1 else {
        if !owners.isEmpty, unowned.count < Self.unownedLimit { unowned.append(uri) }
        continue
      }
      guard let lane = lane(at: owners[0].server) else { continue }
      owned[lane.id, default: []].append(ClientListen.Subject(uri, at: lane, original: owners[0].original))
    }
    let answered =
      tasks.compactMap { subscribe(listen, toTask: $0.id, $0.lane) } + owned.values.map { subscribe(listen, to: $0) }
      + unowned.map { subscribe(listen, toUnowned: $0) }
    for gate in answered { await gate.wait() }
  }

  /// The lane of a server that can tell the session of what it wants to hear: never another session's own.
  private func lane(at server: UpstreamServer) -> Lane? {
    server.lanes.first { $0.connection != nil && $0.serves(session) }
  }

  /// Asks a lane to tell of resources; the gate opens when it has said of which it will.
  private func subscribe(_ listen: ClientListen, to subjects: [ClientListen.Subject]) -> Gate {
    let answered = Gate()
    guard let lane = subjects.first?.lane else { return answered }
    for subject in subjects { listen.resources.add(subject) }
    Task { @GatewayActor in
      defer { answered.open() }
      let honoured = await lane.tell(of: subjects.map(\.original))
      let isWanted = !listen.isAcknowledged && isOpen(listen)
      // What the acknowledgement did not name must not be told.
      let dropped = listen.settle(subjects, honoured: isWanted ? honoured : [])
      if !dropped.isEmpty { lane.release(dropped) }
    }
    return answered
  }

  /// Asks the server that has a task to tell of its changes; nil when there is none.
  private func subscribe(_ listen: ClientListen, toTask id: String, _ known: Lane?) -> Gate? {
    let quoted = Array(JSONText.quote(id).utf8)
    guard let wrapped = quoted.withUnsafeBytes({ TaskID.unwrap($0) }),
      let server = manager.upstream.server(taskKey: wrapped.server),
      let lane = known ?? lane(at: server), let connection = lane.connection
    else { return nil }
    let original = String(id.dropFirst(TaskID.prefix(for: wrapped.server).count))
    let answered = Gate()
    listen.tasks.add(ClientListen.Subject(id, at: lane, original: original))
    Task { @GatewayActor in
      defer { answered.open() }
      let isHonoured = await connection.tells(ofTask: original)
      if isHonoured, !listen.isAcknowledged, isOpen(listen) { return listen.tasks.honour(id) }
      listen.tasks.remove(id)
      lane.connection?.updateListening()
    }
    return answered
  }

  /// Asks those who may have a resource that no list holds, in turn; the gate opens when one has said that it will tell of
  /// it, or none has.
  private func subscribe(_ listen: ClientListen, toUnowned uri: String) -> Gate {
    let answered = Gate()
    let owners = view.owners(of: uri)
    Task { @GatewayActor in
      defer { answered.open() }
      for owner in owners where !listen.isAcknowledged && isOpen(listen) {
        guard let lane = lane(at: owner.server) else { continue }
        await subscribe(listen, to: [ClientListen.Subject(uri, at: lane, original: owner.original)]).wait()
        if listen.resources[uri] != nil { return }
      }
    }
    return answered
  }

  // MARK: - What is wanted

  /// The servers' own URIs of what is listened for at a lane.
  func resources(at lane: Lane) -> [String] {
    open.values.flatMap(\.resources.all).filter { $0.lane === lane }.map(\.original)
  }

  func tasks(at lane: Lane) -> [String] { open.values.flatMap(\.tasks.all).filter { $0.lane === lane }.map(\.original) }

  /// Whether a resource of a lane is listened for, to the letter.
  func cover(_ uri: String, at lane: Lane) -> Bool {
    open.values.contains { !$0.resources.called(uri, at: lane).isEmpty }
  }

  // MARK: - What is told

  /// Tells the listens that asked for it which lists are no longer what the client knows.
  func announceChanges() {
    for listen in open.values {
      let news = ListKind.allCases.filter { listen.known.note(view.payload($0, for: listen.profile), of: $0) }
      for method in Set(news.map(\.changed)).sorted(by: { $0.rawValue < $1.rawValue })
      where listen.filter.lists.contains(where: { $0.changed == method }) {
        listen.changed(method, to: port.output)
        manager.metrics.changeSent(method)
      }
    }
  }

  /// Passes the update of a resource to the listens that cover it, to each with its own tag.
  ///
  /// `range` is where the URI stands.
  func resourceUpdated(_ frame: Frame, _ range: Range<Int>, _ uri: String, _ lane: Lane) {
    for listen in open.values where listen.isAcknowledged {
      guard let resource = listen.resources.covering(uri, at: lane) else { continue }
      splicer.reset()
      let isSame = resource.original.utf8.elementsEqual(uri.utf8)
      let form = isSame ? resource.name : view.publicForm(of: uri, server: lane.server)
      // A part of what is listened for may be listed by another server, which tells of it itself.
      if !isSame, view.listedOwner(of: form ?? uri).map({ $0 !== lane.server }) ?? false { continue }
      if let form { splicer.replace(range, with: JSONText.quote(form)) }
      RequestCodec.tag(frame, with: listen.tag, &splicer)
      splicer.write(frame, to: port.output)
    }
  }

  /// Passes what a server tells of a task to the listens for it.
  func taskChanged(_ frame: Frame, _ lane: Lane) {
    guard let range = frame.range("taskId", in: .params), let id = JSONText.string(frame[range]) else { return }
    for listen in open.values where listen.isAcknowledged {
      guard listen.tasks.called(id, at: lane).contains(where: \.isHonoured) else { continue }
      splicer.reset()
      TaskIDs.wrap(range, of: frame, lane.server.taskKey, &splicer)
      Labels.dressQuestions(of: frame, .params, lane.server.name, manager.upstream.labelling, &splicer)
      RequestCodec.tag(frame, with: listen.tag, &splicer)
      splicer.write(frame, to: port.output)
    }
  }

  /// Tells the listens that cover a resource to read it again.
  func resourceMayHaveChanged(_ original: String, _ lane: Lane) {
    for listen in open.values where listen.isAcknowledged {
      for resource in listen.resources.called(original, at: lane) {
        Reply.notification(
          .resourcesUpdated, params: "{\"_meta\":{\(listen.tag)},\"uri\":\(JSONText.quote(resource.name))}",
          to: port.output)
      }
    }
  }
}
