import Configuration
import EventLoop
import JSONRPC
import MCP

/// What a server says of its own accord.
extension ServerConnection {
  /// Answers a server's request, or has it answered by whoever is behind.
  func asked(_ frame: Frame) {
    guard let rawID = frame.raw("id").flatMap({ RawToken(identifier: $0) }) else {
      server.log(.warning, "request_without_id")
      return
    }
    guard unsentBytes <= Self.unreadLimit else { return lane.doesNotRead(self) }
    let method = frame.method
    if method == .ping, era == .legacy { return answer(rawID, "{}") }
    guard era == .legacy else {
      // A modern server must not ask, and a modern client must not answer (2026-07-28, basic/transports, stdio).
      countSkippedLine()
      server.log(.debug, "request_dropped", ["method": frame.string("method") ?? ""])
      return
    }
    askedAt = heardAt
    guard frame.hasGoodParams else { return refuse(rawID, .invalidParams, "The params must be an object.") }
    guard let kind = InputQuestion(method, params: frame.raw("params")) else {
      // Servers that log what they receive repeat our own requests there, behind words.
      guard !frame.isBehindWords else { return countSkippedLine() }
      refuse(
        rawID, .methodNotFound, "The client behind this connection does not offer \(frame.string("method") ?? "").")
      return
    }
    if kind.method == .elicitationCreate, frame.raw("message", in: .params)?.first != UInt8(ascii: "\"") {
      return refuse(rawID, .invalidParams, "The \"message\" of \(kind.method.rawValue) must be text.")
    }
    ask(ServerQuestion(kind: kind, frame: frame.copy(), id: rawID, connection: self))
  }

  /// Bytes that a server may leave unread while it asks for more.
  private static let unreadLimit = 32 << 20

  /// Finds who is to answer a question, and asks.
  func ask(_ question: ServerQuestion) {
    let task = relatedTask(question.frame)
    if let id = task.flatMap({ JSONText.string($0) }),
      server.upstream.news.askedForTask(question, server.wrapped(task: id))
    {
      return
    }
    if let call = call(for: question.kind, task: task) {
      call.caller.asked(question, during: call)
    } else {
      server.upstream.news.asked(question)
    }
  }

  /// The raw id of the task that a message belongs to.
  private func relatedTask(_ frame: Frame) -> UnsafeRawBufferPointer? {
    frame.range("io.modelcontextprotocol/related-task", in: .paramsMeta).flatMap {
      JSONWalk.member("taskId", of: frame.bytes, in: $0).map { frame[$0] }
    }
  }

  /// Passes a server's notification to whom it concerns.
  func notified(_ frame: Frame) {
    guard let method = frame.method, frame.hasGoodParams else {
      server.log(.debug, "notification_dropped", ["method": frame.string("method") ?? ""])
      return
    }
    let news = server.upstream.news
    switch method {
    case .progress: progressed(frame)
    case .message: news.logged(frame, lane)
    case .subscriptionsAcknowledged: acknowledged(frame)
    case .resourcesUpdated where era == .modern && !isListenedTo(frame): server.log(.debug, "stray_notification")
    case .resourcesUpdated: news.resourceUpdated(frame, lane)
    case .toolsListChanged: server.listChanged(.tools)
    case .promptsListChanged: server.listChanged(.prompts)
    case .resourcesListChanged:
      server.listChanged(.resources)
      server.listChanged(.resourceTemplates)
    case .cancelled where era == .modern:
      if let id = frame.raw("requestId", in: .params) { listenCancelled(id) }
    case .cancelled:
      guard let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) }) else { return }
      news.withdrawn(id, self, frame)
    case .elicitationComplete: news.elicitationCompleted(frame, lane)
    case .tasksStatus: news.taskChanged(frame, lane)
    case .tasksChanged where isListenedTo(frame): news.taskChanged(frame, lane)
    default: server.log(.debug, "notification_dropped", ["method": method.rawValue])
    }
  }

  private func progressed(_ frame: Frame) {
    guard let range = frame.range("progressToken", in: .params) else { return }
    if let call = pendingCall(token: frame[range]) {
      call.heardAt = heardAt
      guard let token = call.progressToken else { return }
      call.caller.progressed(frame, range, token, from: server, of: call)
    } else if let task = JSONText.minted(frame[range]).flatMap({ taskProgress(of: $0) }) {
      task.caller.progressed(frame, range, task.token, from: server, of: nil)
    }
  }
}
