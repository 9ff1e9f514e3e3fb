import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a client says of its own accord, and what servers ask it.
extension ClientSession {
  func notified(_ frame: Frame) {
    guard let method = frame.method else { return notifiedOfOwn(frame) }
    switch method {
    case .initialized: becameReady()
    case .cancelled:
      guard let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) }), !listens.end(id),
        let call = calls[id], call.method != .initialize
      else { return }
      abandon(call, frame)
    case .progress: questions.progressed(frame)
    case .rootsListChanged: upstream.rootsChanged(frame, of: number)
    default: upstream.log(.debug, "client_notification_dropped", ["method": method.rawValue])
    }
  }

  /// A notification that no revision knows goes to the one server that it can mean.
  private func notifiedOfOwn(_ frame: Frame) {
    let method = frame.string("method") ?? ""
    guard handshake.isReady,
      let connection = router.customOwner(of: method)?.lanes.first(where: {
        $0.serves(number) && $0.connection != nil
      })?.connection,
      connection.era == .legacy, manager.mayQueue(connection.unsentBytes + frame.bytes.count)
    else {
      return upstream.log(.debug, "client_notification_dropped", ["method": method])
    }
    connection.notify(.custom, frame)
  }

  private func becameReady() {
    guard handshake.isOpen else { return }
    handshake.ready()
    questions.clientIsReady()
    let actions = waiting.untilReady
    waiting.untilReady = []
    for action in actions { action() }
  }

  // MARK: - Questions of servers

  /// Whether a legacy session is open, or is being opened, whose client can be asked this by a request.
  func canAnswer(_ question: InputQuestion) -> Bool {
    (handshake.isOpen || handshake.isOpening) && legacy.capabilities.missing(for: question) == nil
  }

  func canBeAsked(_ question: InputQuestion, during call: Call) -> Bool {
    switch call.terms.era {
    case .legacy: canAnswer(question)
    case .modern: call.method.takesInput && call.terms.capabilities.missing(for: question) == nil
    }
  }

  func asked(_ question: ServerQuestion, during call: Call) {
    if call.terms.era == .modern { park(question, during: call) } else { ask(question) }
  }

  /// Asks the client by a request of its own.
  func ask(_ question: ServerQuestion) { questions.ask(question, legacy.capabilities, isReady: handshake.isReady) }

  func isAsking(for connection: ServerConnection) -> Bool { questions.isAsking(for: connection) }

  /// A server takes its own request back.
  func withdrawn(_ id: RawToken, by connection: ServerConnection, _ frame: Frame) {
    parked.withdrawn(id, by: connection)
    questions.withdrawn(id, by: connection, frame)
  }
}
