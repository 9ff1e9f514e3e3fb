import EventLoop
import JSONRPC
import MCP

/// What servers answer to a client's requests.
extension ClientSession {
  /// Passes a server's answer on: its bytes as they came, but for the id and what only this hop knows.
  func deliver(_ frame: Frame, to request: Call, from client: ServerConnection, id: UInt64) {
    guard !request.isFinished else { return }
    if frame.outer.error != nil {
      if request.firstError == nil, !request.candidates.isEmpty { request.firstError = (frame.copy(), client) }
      if tryNext(request, as: .error) || answerWithFirstError(request, as: .error) { return }
    }
    guard let idRange = frame.outer.id else { return }
    splicer.reset()
    splicer.replace(idRange, with: request.id)
    if needsBridge(frame, request, client), !bridge(frame, request, from: client) { return }
    restore(frame, request, client.server)
    keepProgress(frame, request, client, id)
    if request.rounds != nil { completeElicitations(of: request) }
    splicer.write(frame, to: destination(of: request))
    keepForLater(frame, request, client)
    settlePurpose(request, frame)
    count(request, outcome(of: frame, request))
    finish(request)
  }

  /// Answers with what the first server said that was asked and refused. Returns false when none did.
  ///
  /// - Parameter outcome: as what the last attempt is counted.
  func answerWithFirstError(_ request: Call, as outcome: CallOutcome) -> Bool {
    guard let (frame, client) = request.firstError, let idRange = frame.outer.id else { return false }
    splicer.reset()
    splicer.replace(idRange, with: request.id)
    if client.era == .modern || request.terms.era == .modern, !bridge(frame, request, from: client) { return true }
    restore(frame, request, client.server)
    splicer.write(frame, to: destination(of: request))
    count(request, outcome)
    finish(request)
    return true
  }

  private func outcome(of frame: Frame, _ request: Call) -> CallOutcome {
    if frame.outer.error != nil { return .error }
    guard case .toolsCall = request.method else { return .ok }
    let flag = frame.range("isError", in: .result)
    return flag.map { frame.bytes[$0.lowerBound] == UInt8(ascii: "t") } == true ? .toolError : .ok
  }

  /// Replaces names that the server uses by those that the client knows.
  private func restore(_ frame: Frame, _ request: Call, _ server: UpstreamServer) {
    switch request.method {
    case .toolsCall, .promptsGet, .resourcesRead:
      if manager.servers.count > 1 || manager.renames(of: server) { restoreURIs(frame, server) }
    default: break
    }
    if case .task = request.purpose, let range = taskID(of: frame, request) { wrapTaskID(range, of: frame, server) }
    if !request.terms.era.isModern { wrapRelatedTask(frame, in: .resultMeta, server) }
  }

  /// Where the answer to a request about a task says which task it is.
  private func taskID(of frame: Frame, _ request: Call) -> Range<Int>? {
    switch request.method {
    case .toolsCall where request.terms.era == .modern: frame.range("taskId", in: .result)
    case .toolsCall:
      frame.range("task", in: .result).flatMap { JSONWalk.member("taskId", of: frame.bytes, in: $0) }
    case .tasksGet, .tasksCancel: frame.range("taskId", in: .result)
    // The result of the tool itself, in which nothing is the protocol's but what stands under `_meta`.
    default: nil
    }
  }

  private func keepProgress(_ frame: Frame, _ request: Call, _ client: ServerConnection, _ id: UInt64) {
    guard case .task = request.purpose, request.method == .toolsCall, let token = request.progressToken,
      frame.range("task", in: .result) != nil
    else { return }
    client.keepProgress(of: id, session: self, token: token)
  }

  private func settlePurpose(_ request: Call, _ frame: Frame) {
    guard frame.outer.error == nil, let endpoint = request.endpoint else { return }
    switch request.purpose {
    case .subscribe(let uri, let original):
      subscriptions[RawToken(uri)] = Subscription(endpoint: endpoint, original: original)
    case .unsubscribe(let uri): subscriptions[RawToken(uri)] = nil
    case .readWatched(let original):
      if let result = frame.raw("result") { endpoint.readings.note(original, ServerConnection.digest(of: result)) }
    case .task:
      if let id = taskID(of: frame, request).flatMap({ JSONText.string(frame[$0]) }) {
        tasks.note(endpoint.server.wrapped(task: id), at: endpoint)
      }
    case .plain: break
    }
  }

  /// Asks the next server that may know a URI. Returns false when there is none left.
  ///
  /// - Parameter outcome: as what the attempt before is counted.
  func tryNext(_ request: Call, as outcome: CallOutcome) -> Bool {
    guard !request.candidates.isEmpty, let original = request.retry, !manager.isClosing else { return false }
    count(request, outcome)
    request.stopWaiting()
    let server = request.candidates.removeFirst()
    request.server = server
    request.state = .waiting
    request.edit = nil
    request.rounds = nil
    server.accept(request, original)
    return true
  }

  // MARK: - URIs

  /// Notes whose URIs an answer mentions, and replaces those that are listed under another form.
  func restoreURIs(_ frame: Frame, _ server: UpstreamServer) {
    let renames = manager.renames(of: server)
    func visit(_ object: Range<Int>) {
      guard let range = JSONWalk.member("uri", of: frame.bytes, in: object), let uri = JSONText.string(frame[range])
      else { return }
      manager.learn(uri, from: server)
      if renames, let form = manager.publicForm(of: uri, server: server) {
        splicer.replace(range, with: JSONText.quote(form))
      }
    }
    func block(_ range: Range<Int>) {
      guard let type = JSONWalk.member("type", of: frame.bytes, in: range) else { return }
      if JSONText.equals(frame[type], quoted: "resource_link") {
        visit(range)
      } else if JSONText.equals(frame[type], quoted: "resource"),
        let resource = JSONWalk.member("resource", of: frame.bytes, in: range)
      {
        visit(resource)
      }
    }
    if let content = frame.range("content", in: .result) {
      // Most of it is text, and need not be walked to know that no block of it is a resource or a link to one.
      guard ByteScan.mayHaveString(beginningWith: "resource", in: frame[content]) else { return }
      JSONWalk.elements(of: frame.bytes, in: content) {
        block($0)
        return true
      }
    } else if let contents = frame.range("contents", in: .result) {
      JSONWalk.elements(of: frame.bytes, in: contents) {
        visit($0)
        return true
      }
    } else if let messages = frame.range("messages", in: .result) {
      JSONWalk.elements(of: frame.bytes, in: messages) { message in
        if let content = JSONWalk.member("content", of: frame.bytes, in: message) { block(content) }
        return true
      }
    }
    if renames, let data = frame.range("data", in: .error) { visit(data) }
  }

  // MARK: - Task ids

  /// Puts the server's key in front of a task id.
  func wrapTaskID(_ range: Range<Int>, of frame: Frame, _ server: UpstreamServer) {
    guard frame[range].first == UInt8(ascii: "\"") else { return }
    let start = range.lowerBound + 1
    splicer.replace(start..<start, with: TaskID.prefix(for: manager.taskKey(of: server)))
  }

  /// Does so for the task that a message belongs to (2025-11-25, basic/utilities/tasks, related task metadata).
  func wrapRelatedTask(_ frame: Frame, in parent: Frame.Parent, _ server: UpstreamServer) {
    guard let related = frame.range("io.modelcontextprotocol/related-task", in: parent),
      let range = JSONWalk.member("taskId", of: frame.bytes, in: related)
    else { return }
    wrapTaskID(range, of: frame, server)
  }

  /// Takes the key off again in what the client answers or tells.
  func unwrapTaskIDs(_ frame: Frame) {
    for parent in [Frame.Parent.resultMeta, .paramsMeta] {
      guard let related = frame.range("io.modelcontextprotocol/related-task", in: parent),
        let range = JSONWalk.member("taskId", of: frame.bytes, in: related), let wrapped = TaskID.unwrap(frame[range])
      else { continue }
      let start = range.lowerBound + 1
      splicer.replace(start..<(start + wrapped.length), with: "")
    }
  }
}
