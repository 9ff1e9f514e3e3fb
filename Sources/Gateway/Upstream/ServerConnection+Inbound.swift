import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a server says of its own accord.
extension ServerConnection {
  /// Answers a server's request, or asks the client behind.
  func asked(_ frame: Frame) {
    guard let rawID = frame.raw("id").flatMap({ RawToken(identifier: $0) }) else {
      server.log(.warning, "request_without_id")
      return
    }
    let method = frame.method
    if method == .ping, era == .legacy {
      Reply.result("{}", id: rawID, to: output)
      return
    }
    guard era == .legacy else {
      // A modern server must not ask, and a modern client must not answer (2026-07-28, basic/transports, stdio).
      countSkippedLine()
      server.log(.debug, "request_dropped", ["method": frame.string("method") ?? ""])
      return
    }
    askedAt = heardAt
    guard let question = InputQuestion(method, params: frame.raw("params")) else {
      refuse(
        rawID, .methodNotFound, "The client behind this connection does not offer \(frame.string("method") ?? "").")
      return
    }
    let caller = caller(for: question, task: relatedTask(frame))
    let owner = taskOwner(frame)
    if owner == nil, let caller, caller.request.terms.era == .modern {
      caller.request.session.park(question, frame, id: rawID, for: caller, of: self)
    } else if let session = owner ?? caller?.request.session ?? bystander {
      session.ask(frame, id: rawID, for: self)
    } else if question.method == .elicitationCreate {
      refuse(rawID, .invalidParams, "No client that could answer this waits for an answer.")
    } else {
      refuse(rawID, .methodNotFound, "No client that could answer this waits for an answer.")
    }
  }

  /// The session that can be asked when no call says for whom the server asks.
  private var bystander: ClientSession? {
    guard let owner = endpoint.owner else { return server.manager.audience.onlyLegacySession }
    return owner.revision == nil ? nil : owner
  }

  private func refuse(_ id: RawToken, _ code: ErrorCode, _ message: String) {
    Reply.error(code, message, id: id, revision: nil, to: output)
  }

  /// The session for whose task a server asks.
  private func taskOwner(_ frame: Frame) -> ClientSession? {
    guard let id = relatedTask(frame).flatMap({ JSONText.string($0) }) else { return nil }
    return server.manager.audience.owner(ofTask: server.wrapped(task: id))
  }

  /// The raw id of the task that a message belongs to.
  private func relatedTask(_ frame: Frame) -> UnsafeRawBufferPointer? {
    frame.range("io.modelcontextprotocol/related-task", in: .paramsMeta).flatMap {
      JSONWalk.member("taskId", of: frame.bytes, in: $0).map { frame[$0] }
    }
  }

  /// Passes a server's notification to whom it concerns.
  func notified(_ frame: Frame) {
    guard let method = frame.method else {
      server.log(.debug, "notification_dropped", ["method": frame.string("method") ?? ""])
      return
    }
    switch method {
    case .progress: progressed(frame)
    case .message: server.manager.audience.logged(frame, from: endpoint)
    case .subscriptionsAcknowledged: acknowledged(frame)
    case .resourcesUpdated where era == .modern && !isListenedTo(frame): server.log(.debug, "stray_notification")
    case .resourcesUpdated:
      if let uri = frame.string("uri", in: .params) { server.manager.readCache.resourceChanged(uri, of: server.id) }
      server.manager.audience.resourceUpdated(frame, from: endpoint)
    case .toolsListChanged: server.listChanged(.tools)
    case .promptsListChanged: server.listChanged(.prompts)
    case .resourcesListChanged:
      server.listChanged(.resources)
      server.listChanged(.resourceTemplates)
    case .cancelled where era == .modern:
      if let id = frame.raw("requestId", in: .params) { listenCancelled(id) }
    case .cancelled:
      guard let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) }) else { return }
      server.manager.audience.withdrawn(id, by: self, frame)
    case .elicitationComplete: server.manager.audience.elicitationCompleted(frame, from: endpoint)
    case .tasksStatus:
      guard let id = frame.string("taskId", in: .params) else { return }
      server.manager.audience.taskChanged(frame, from: server, wrapped: server.wrapped(task: id))
    case .tasksChanged where isListenedTo(frame): server.manager.audience.taskChanged(frame, at: endpoint)
    default: server.log(.debug, "notification_dropped", ["method": method.rawValue])
    }
  }

  private func progressed(_ frame: Frame) {
    guard let range = frame.range("progressToken", in: .params) else { return }
    if let request = relayed(token: frame[range]) {
      request.heardAt = heardAt
      guard let token = request.progressToken else { return }
      request.session.progress(frame, range, token, from: server, of: request)
    } else if let id = JSONText.unsigned(frame[range]), let task = taskProgress[id] {
      task.session.progress(frame, range, task.token, from: server)
    }
  }
}
