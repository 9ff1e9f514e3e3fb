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

  func logged(_ frame: Frame, from server: UpstreamServer) { for session in sessions { session.logged(frame, server) } }

  func resourceUpdated(_ frame: Frame, from server: UpstreamServer) {
    for session in sessions { session.resourceUpdated(frame, server) }
  }

  /// Tells who is subscribed to a URI to read it again: while its server was away, a change went unseen.
  func resourceMayHaveChanged(_ uri: String, at server: UpstreamServer) {
    for session in sessions { session.resourceMayHaveChanged(uri, server) }
  }

  func elicitationCompleted(_ frame: Frame) { for session in sessions { session.elicitationCompleted(frame) } }

  func taskChanged(_ frame: Frame, from server: UpstreamServer) {
    for session in sessions { session.taskChanged(frame, server) }
  }

  func withdrawn(_ id: RawToken, by client: UpstreamClient, _ frame: Frame) {
    for session in sessions { session.withdrawn(id, by: client, frame) }
  }

  func connectionClosed(_ client: UpstreamClient) { for session in sessions { session.connectionClosed(client) } }

  /// URIs of a server that sessions are subscribed to, by its own form of them.
  func subscriptions(to server: UpstreamServer) -> Set<String> {
    sessions.reduce(into: []) { $0.formUnion($1.subscriptions(to: server)) }
  }
}
