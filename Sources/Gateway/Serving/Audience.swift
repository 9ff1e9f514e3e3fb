package import EventLoop
import JSONRPC
import MCP

/// The sessions that are to hear what servers say to everybody.
///
/// It stands between servers, which know no clients, and sessions, which come and go.
@GatewayActor
package final class Audience {
  private var sessions: [ClientSession] = []

  package init() {}

  var members: [ClientSession] { sessions }

  func join(_ session: ClientSession) { sessions.append(session) }

  func leave(_ session: ClientSession) { sessions.removeAll { $0 === session } }

  /// The one session that a server may ask of its own accord; nil when there are none or several.
  var onlyLegacySession: ClientSession? {
    let legacy = sessions.filter { $0.revision != nil }
    return legacy.count == 1 ? legacy[0] : nil
  }

  /// The most talkative level that any session asked for.
  var logLevel: LoggingLevel? { sessions.compactMap(\.logLevel).min() }

  /// Whether some session leaves so much unread that servers must wait.
  var isCongested: Bool { sessions.contains(where: \.isCongested) }

  func announceChanges() { for session in sessions { session.announceChanges() } }

  func catalogChanged() { for session in sessions { session.retryParked() } }

  func logged(_ frame: Frame, from endpoint: Endpoint) {
    for session in sessions where endpoint.serves(session) { session.logged(frame, endpoint.server) }
  }

  /// Of a part of what sessions are subscribed to, only the server knows to which whole it belongs: all of them hear it.
  func resourceUpdated(_ frame: Frame, from endpoint: Endpoint) {
    guard let uri = frame.string("uri", in: .params) else { return }
    let subscribed = sessions.filter { $0.isSubscribed(to: uri, at: endpoint) }
    for session in subscribed.isEmpty ? sessions : subscribed { session.resourceUpdated(frame, endpoint) }
  }

  /// Tells who is subscribed to a URI to read it again: while its server was away, a change went unseen.
  func resourceMayHaveChanged(_ uri: String, at endpoint: Endpoint) {
    for session in sessions { session.resourceMayHaveChanged(uri, endpoint) }
  }

  func elicitationCompleted(_ frame: Frame, from endpoint: Endpoint) {
    for session in sessions where endpoint.serves(session) { session.elicitationCompleted(frame) }
  }

  func taskChanged(_ frame: Frame, from server: UpstreamServer, wrapped id: String) {
    for session in sessions where session.tasks[id] != nil { session.taskChanged(frame, server) }
  }

  /// Passes on what a modern server tells of a task.
  func taskChanged(_ frame: Frame, at endpoint: Endpoint) {
    for session in sessions { session.updateTaskListens(frame, endpoint) }
  }

  /// Tasks at an endpoint that sessions listen for, by its server's ids.
  func tasks(at endpoint: Endpoint) -> Set<String> {
    Set(sessions.flatMap { $0.listens.values.flatMap(\.tasks) }.filter { $0.endpoint === endpoint }.map(\.original))
  }

  /// The session that has a task, by its wrapped id.
  func owner(ofTask id: String) -> ClientSession? { sessions.first { $0.tasks[id] != nil } }

  func withdrawn(_ id: RawToken, by client: ServerConnection, _ frame: Frame) {
    for session in sessions { session.withdrawn(id, by: client, frame) }
  }

  func connectionClosed(_ client: ServerConnection) { for session in sessions { session.connectionClosed(client) } }

  /// URIs that sessions are subscribed to at an endpoint, by its server's own form of them.
  func subscriptions(at endpoint: Endpoint) -> [String] {
    Set(sessions.flatMap { $0.subscriptions(at: endpoint) }.map { RawToken($0) }).map(\.text)
  }

  /// Whether some session is subscribed to what a server calls `uri`.
  func watches(_ uri: String, at server: UpstreamServer) -> Bool {
    sessions.contains { session in
      session.subscriptions.values.contains {
        $0.endpoint.server === server && $0.original.utf8.elementsEqual(uri.utf8)
      }
    }
  }

  /// Which of some URIs nobody wants to hear of at an endpoint.
  func unneeded(_ uris: [String], at endpoint: Endpoint) -> [String] {
    let needed = Set(subscriptions(at: endpoint).map { RawToken($0) })
    return uris.filter { uri in
      !needed.contains(RawToken(uri)) && !sessions.contains { $0.isSubscribing(to: uri, at: endpoint) }
    }
  }

  /// Whether some session is subscribed to a URI at an endpoint, or is just about to be.
  func needs(_ uri: String, at endpoint: Endpoint) -> Bool {
    sessions.contains { $0.isSubscribed(to: uri, at: endpoint) || $0.isSubscribing(to: uri, at: endpoint) }
  }
}
