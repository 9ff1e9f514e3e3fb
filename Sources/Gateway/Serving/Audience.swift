package import EventLoop
import JSONRPC
import MCP

/// The sessions that are to hear what servers say to everybody, and whose wishes servers are told together.
///
/// It stands between servers, which know no clients, and sessions, which come and go.
@GatewayActor
package final class Audience {
  private let upstream: ServerSet
  private let catalogs: Catalogs
  package private(set) var members: [ClientSession] = []
  /// Whether clients are about to be told of changed lists.
  private var isAnnouncing = false
  private let readers: Readers

  init(_ upstream: ServerSet, _ catalogs: Catalogs) {
    self.upstream = upstream
    self.catalogs = catalogs
    readers = Readers(upstream)
    upstream.news = news
    upstream.interest = interest
    catalogs.lateMerge = { [unowned self] in
      retryNames()
      announce()
    }
  }

  // The set does not outlive whoever has made it and the audience together.

  private var news: ServerNews {
    ServerNews(
      offerChanged: { [unowned self] in offerChanged() },
      settled: { [unowned self] in retryNames() },
      resourcesChanged: { [unowned self] in catalogs.readCache.serverChanged($0) },
      logged: { [unowned self] frame, lane in
        for session in members where lane.serves(session.number) && session.view.shows(lane.server.id) {
          session.logged(frame, lane.server)
        }
      },
      resourceUpdated: { [unowned self] in resourceUpdated($0, $1) },
      resourceMayHaveChanged: { [unowned self] uri, lane in
        for session in members { session.resourceMayHaveChanged(uri, lane) }
      },
      elicitationCompleted: { [unowned self] frame, lane in
        guard let id = frame.string("elicitationId", in: .params), lane.server.elicitations[id] != nil else { return }
        for session in members where lane.serves(session.number) { session.elicitationCompleted(frame) }
      },
      taskChanged: { [unowned self] in taskChanged($0, $1) },
      askedForTask: { [unowned self] question, task in
        guard let session = members.first(where: { $0.legacy.tasks[task] != nil }) else { return false }
        session.ask(question)
        return true
      },
      asked: { [unowned self] in asked($0) },
      withdrawn: { [unowned self] id, connection, frame in
        for session in members { session.withdrawn(id, by: connection, frame) }
      },
      connectionClosed: { [unowned self] connection in
        for session in members { session.questions.connectionClosed(connection) }
      })
  }

  private var interest: Interest {
    Interest(
      logLevel: { [unowned self] in members.compactMap(\.logLevel).min() },
      resources: { [unowned self] in wantedResources(at: $0) },
      tasks: { [unowned self] lane in Set(members.flatMap { $0.listens.tasks(at: lane) }) },
      unwanted: { [unowned self] uris, lane in
        let coming = members.reduce(into: Set<RawToken>()) { $0.formUnion($1.subscribing(at: lane)) }
        return uris.filter { uri in
          !coming.contains(RawToken(uri)) && !members.contains { $0.wants(uri, at: lane) }
        }
      },
      isHeldUp: { [unowned self] in readers.holdUp(members) })
  }

  // MARK: - Members

  func join(_ session: ClientSession) {
    members.append(session)
    readers.membersChanged(members)
  }

  func leave(_ session: ClientSession) {
    members.removeAll { $0 === session }
    readers.release(session)
    readers.membersChanged(members)
  }

  /// A client leaves too much unread, or has read most of it.
  func congestionChanged(_ session: ClientSession) { readers.congestionChanged(session, among: members) }

  // MARK: - Lists

  private func retryNames() { for session in members { session.retryNames() } }

  /// Some list may have changed; each client is told of those that are no longer what it knows.
  private func offerChanged() {
    catalogs.markStale()
    for session in members { session.chooseView() }
    retryNames()
    announce()
  }

  /// Tells what has changed, all that changes within a while at once.
  private func announce() {
    guard !isAnnouncing else { return }
    isAnnouncing = true
    Task { @GatewayActor in
      await upstream.clock.sleep(milliseconds: ServerSet.settlingTime)
      isAnnouncing = false
      for session in members { session.announceChanges() }
    }
  }

  // MARK: - Questions

  /// Asks the session that can answer and has called the server last. On the first start that may be one that is still
  /// being opened.
  private func asked(_ question: ServerQuestion) {
    let lane = question.connection.lane
    let server = question.connection.server
    // Roots are asked for at the server's own time; anything else belongs to a call that is open, if there is one, and is
    // no business of those who made none.
    let callers = question.kind.method == .rootsList ? [] : question.connection.callers
    let concerned = members.filter {
      lane.serves($0.number) && $0.view.shows(server.id) && (callers.isEmpty || callers.contains($0.number))
    }
    let possible = concerned.filter { $0.canAnswer(question.kind) }
    if let session = possible.first(where: { $0.number == server.lastSession }) ?? possible.last {
      return session.ask(question)
    }
    // The only session there is says by itself what its client cannot do.
    let open = concerned.filter(\.handshake.isOpen)
    if open.count == 1 { return open[0].ask(question) }
    question.connection.refuse(
      question.id, question.kind.method == .elicitationCreate ? .invalidParams : .methodNotFound,
      "No client that could answer this waits for an answer.")
  }

  // MARK: - Resources and tasks

  /// Of a part of what sessions are subscribed to, only the server knows to which whole it belongs: all of them hear it.
  private func resourceUpdated(_ frame: Frame, _ lane: Lane) {
    guard let uri = frame.string("uri", in: .params) else { return }
    catalogs.readCache.resourceChanged(uri, of: lane.server.id)
    let subscribed = members.filter { $0.wants(uri, at: lane) }
    for session in subscribed.isEmpty ? members : subscribed { session.resourceUpdated(frame, lane) }
  }

  private func taskChanged(_ frame: Frame, _ lane: Lane) {
    if lane.connection?.era == .modern {
      for session in members { session.listens.taskChanged(frame, lane) }
    } else if let id = frame.string("taskId", in: .params) {
      let wrapped = lane.server.wrapped(task: id)
      for session in members where session.legacy.tasks[wrapped] != nil { session.taskChanged(frame, lane.server) }
    }
  }

  private func wantedResources(at lane: Lane) -> [String] {
    Set(members.flatMap { $0.wantedResources(at: lane) }.map { RawToken($0) }).map(\.text)
  }

  /// Whether some session is subscribed to what a server calls `uri`.
  func watches(_ uri: String, at server: UpstreamServer) -> Bool {
    server.lanes.contains { lane in members.contains { $0.subscriptions.contains(uri, at: lane) } }
  }

  /// Whether some session is subscribed to a URI at a lane, or is just about to be.
  func needs(_ uri: String, at lane: Lane) -> Bool {
    members.contains { $0.wants(uri, at: lane) || $0.isSubscribing(to: uri, at: lane) }
  }
}
