import EventLoop
import JSONRPC
import MCP

/// What the gateway asks a server in its own name.
extension ServerConnection {
  /// Asks the server in the gateway's own name. Fails when the connection ends or the time is over.
  ///
  /// `timeout` is in milliseconds; nil for as long as the connection lives.
  func request(
    _ method: Method, params: String?, timeout: UInt64?, phase: Failure.Phase
  ) async -> Result<StoredFrame, Failure> {
    await begin(method, params: params, timeout: timeout, phase: phase).answer()
  }

  /// Writes such a request at once, so that what is written next comes behind it.
  func begin(
    _ method: Method, params: String?, timeout: UInt64?, phase: Failure.Phase, isProbe: Bool = false
  ) -> OwnRequest {
    let own = OwnRequest(phase: phase)
    guard !closed.isOpen else {
      own.fail(lossFailure(phase))
      return own
    }
    let id = nextID()
    own.id = id
    own.timer = timeout.map { timeout in
      clock.after(timeout) { self.expire(id, method: method, after: timeout, phase: phase) }
    }
    pending[id] = Call(
      method, by: own, id: RawToken("\(id)"), terms: server.upstream.ownTerms,
      origin: isProbe ? .probe : .gateway)
    write(.request(id: id, method)) { Reply.request(method, params: stamped(params, for: method), id: id, to: $0) }
    return own
  }

  /// Returns the params of a request of the gateway's own as this server's era wants them.
  private func stamped(_ params: String?, for method: Method) -> String? {
    guard era == .modern || method == .discover else { return params }
    let wantsTasks = method == .subscriptionsListen && negotiated?.capabilities.offersTasks == true
    let meta =
      "\"_meta\":\((wantsTasks ? server.upstream.introduction.taskStamp : server.upstream.introduction.stamp).object)"
    guard let params, params != "{}" else { return "{\(meta)}" }
    return "{\(meta),\(params.dropFirst())"
  }

  /// Forgets a request of the gateway's own that the server will not answer.
  func forget(_ id: UInt64) { _ = pending.removeValue(forKey: id) }

  /// Forgets a request of the gateway's own that it does not wait for any more, and tells the server.
  func withdraw(_ id: UInt64) {
    guard pending.removeValue(forKey: id) != nil else { return }
    notify(.cancelled, params: "{\"requestId\":\(id)}")
  }

  private func expire(_ id: UInt64, method: Method, after timeout: UInt64, phase: Failure.Phase) {
    // An answer that is already in the pipe is read first: this process may have been stopped for a while.
    _ = clock.after(1) { [self] in
      guard let call = pending.removeValue(forKey: id) else { return }
      if method != .initialize { notify(.cancelled, params: "{\"requestId\":\(id)}") }
      call.caller.failed(
        call,
        Failure(
          server: server.name, phase: phase,
          reason: "no answer to \(method.rawValue) within \(Duration.spelled(timeout))" + lastWordsNote), as: nil)
    }
  }
}
