import EventLoop
import JSONRPC
import MCP

/// What servers answer to a client's requests.
extension ClientSession {
  /// Passes a server's answer on: its bytes as they came, but for the id and what only this hop knows.
  func deliver(_ frame: Frame, to request: ClientRequest, from client: UpstreamClient, id: UInt64) {
    guard !request.isFinished else { return }
    if frame.outer.error != nil, tryNext(request, frame) { return }
    let answer = frame.outer.error == nil ? frame : request.firstError ?? frame
    guard let idRange = answer.outer.id else { return }
    splicer.reset()
    splicer.replace(idRange, with: request.id)
    if client.era == .modern || request.terms.era == .modern, !bridge(answer, request, from: client) { return }
    restore(answer, request, client, id)
    if request.rounds != nil { completeElicitations(of: request) }
    splicer.write(answer, to: destination(of: request))
    keepForLater(frame, request, client)
    settlePurpose(request, frame)
    count(request, outcome(of: answer, request))
    finish(request)
  }

  private func outcome(of frame: Frame, _ request: ClientRequest) -> CallOutcome {
    if frame.outer.error != nil { return .error }
    let isToolError = request.method == .toolsCall && frame.raw("isError", in: .result)?.first == UInt8(ascii: "t")
    return isToolError ? .toolError : .ok
  }

  /// Replaces names that the server uses by those that the client knows.
  private func restore(_ frame: Frame, _ request: ClientRequest, _ client: UpstreamClient, _ id: UInt64) {
    let server = client.server
    switch request.method {
    case .toolsCall, .promptsGet, .resourcesRead:
      if manager.servers.count > 1 || manager.renames(of: server) { restoreURIs(frame, server) }
    default: break
    }
    switch request.purpose {
    case .task: wrapTaskIDs(frame, server)
    default:
      if request.terms.era == .legacy, frame.range("io.modelcontextprotocol/related-task", in: .resultMeta) != nil {
        wrapTaskIDs(frame, server)
      }
    }
    if case .task = request.purpose, request.method == .toolsCall, let token = request.progressToken,
      frame.range("task", in: .result) != nil
    {
      client.keepProgress(of: id, session: self, token: token)
    }
  }

  private func settlePurpose(_ request: ClientRequest, _ frame: Frame) {
    guard frame.outer.error == nil, let server = request.server else { return }
    switch request.purpose {
    case .subscribe(let uri, let original):
      subscriptions[RawToken(uri)] = Subscription(server: server, original: original)
    case .unsubscribe(let uri): subscriptions[RawToken(uri)] = nil
    default: break
    }
  }

  /// Asks the next server that may know a URI. Returns false when there is none left.
  private func tryNext(_ request: ClientRequest, _ frame: Frame) -> Bool {
    guard !request.candidates.isEmpty, let original = request.retry else { return false }
    if request.firstError == nil { request.firstError = frame.copy() }
    count(request, .error)
    let server = request.candidates.removeFirst()
    request.server = server
    request.state = .waiting
    request.edit = nil
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
    // Most content is text, and need not be walked to know that no block of it is a resource or a link to one.
    if let content = frame.range("content", in: .result),
      ByteScan.mayHaveString(beginningWith: "resource", in: frame[content])
    {
      JSONWalk.elements(of: frame.bytes, in: content) {
        block($0)
        return true
      }
    }
    if let contents = frame.range("contents", in: .result) {
      JSONWalk.elements(of: frame.bytes, in: contents) {
        visit($0)
        return true
      }
    }
    if let messages = frame.range("messages", in: .result) {
      JSONWalk.elements(of: frame.bytes, in: messages) { message in
        if let content = JSONWalk.member("content", of: frame.bytes, in: message) { block(content) }
        return true
      }
    }
    if renames, let data = frame.range("data", in: .error) { visit(data) }
  }

  // MARK: - Task ids

  /// Puts the server's key in front of every task id of a message.
  func wrapTaskIDs(_ frame: Frame, _ server: UpstreamServer) {
    let prefix = TaskID.prefix(for: manager.taskKey(of: server))
    func wrap(_ range: Range<Int>?) {
      guard let range, frame[range].first == UInt8(ascii: "\"") else { return }
      splicer.replace((range.lowerBound + 1)..<(range.lowerBound + 1), with: prefix)
    }
    for parent in [Frame.Parent.result, .params] {
      wrap(frame.range("taskId", in: parent))
      if let task = frame.range("task", in: parent) { wrap(JSONWalk.member("taskId", of: frame.bytes, in: task)) }
    }
    for parent in [Frame.Parent.resultMeta, .paramsMeta] {
      guard let related = frame.range("io.modelcontextprotocol/related-task", in: parent) else { continue }
      wrap(JSONWalk.member("taskId", of: frame.bytes, in: related))
    }
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
