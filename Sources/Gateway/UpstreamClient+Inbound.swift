import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a server says of its own accord.
extension UpstreamClient {
  /// Answers a server's request, or asks the client behind.
  func asked(_ frame: Frame) {
    guard let rawID = frame.raw("id").flatMap({ RawToken(identifier: $0) }) else {
      server.log(.warning, "request_without_id")
      return
    }
    switch frame.raw("method").flatMap({ Method(raw: $0) }) {
    case .ping: Reply.result("{}", id: rawID, to: output)
    case .samplingCreateMessage, .elicitationCreate, .rootsList:
      let session = taskOwner(frame) ?? latestRelayed?.session ?? server.manager.audience.onlySession
      guard let session else {
        Reply.error(
          .internal, "No client is connected that could answer this.", id: rawID, revision: nil, to: output)
        return
      }
      session.ask(frame, id: rawID, for: self)
    default:
      let name = frame.string("method") ?? ""
      Reply.error(
        .methodNotFound, "The client behind this connection does not offer \(name).", id: rawID, revision: nil,
        to: output)
    }
  }

  /// The session for whose task a server asks.
  private func taskOwner(_ frame: Frame) -> ClientSession? {
    guard let related = frame.range("io.modelcontextprotocol/related-task", in: .paramsMeta),
      let id = JSONWalk.member("taskId", of: frame.bytes, in: related).flatMap({ JSONText.string(frame[$0]) })
    else { return nil }
    return server.manager.audience.owner(ofTask: server.wrapped(task: id))
  }

  /// Passes a server's notification to whom it concerns.
  func notified(_ frame: Frame) {
    guard let method = frame.raw("method").flatMap({ Method(raw: $0) }) else {
      server.log(.debug, "notification_dropped", ["method": frame.string("method") ?? ""])
      return
    }
    switch method {
    case .progress: progressed(frame)
    case .message: server.manager.audience.logged(frame, from: server)
    case .resourcesUpdated: server.manager.audience.resourceUpdated(frame, from: endpoint)
    case .toolsListChanged: server.listChanged(.tools)
    case .promptsListChanged: server.listChanged(.prompts)
    case .resourcesListChanged:
      server.listChanged(.resources)
      server.listChanged(.resourceTemplates)
    case .cancelled:
      guard let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) }) else { return }
      server.manager.audience.withdrawn(id, by: self, frame)
    case .elicitationComplete: server.manager.audience.elicitationCompleted(frame)
    case .tasksStatus:
      guard let id = frame.string("taskId", in: .params) else { return }
      server.manager.audience.taskChanged(frame, from: server, wrapped: server.wrapped(task: id))
    default: server.log(.debug, "notification_dropped", ["method": method.rawValue])
    }
  }

  private func progressed(_ frame: Frame) {
    guard let range = frame.range("progressToken", in: .params) else { return }
    if let request = relayed(token: frame[range]) {
      request.heardAt = heardAt
      guard let token = request.progressToken else { return }
      request.session.progress(frame, range, token, from: server)
    } else if let id = JSONText.unsigned(frame[range]), let task = taskProgress[id] {
      task.session.progress(frame, range, task.token, from: server)
    }
  }
}
