import EventLoop
import JSONRPC
import MCP

/// What a modern server over HTTP reads in header fields as well.
extension ServerConnection {
  /// Whether arguments go into header fields where a tool wants that.
  var repeatsInHeaders: Bool { sendsEach && era == .modern }

  /// Deals with an answer that says that header fields contradict the body: the server did not carry the call out, and its
  /// tools want other arguments there than they did. They are read again, and the call goes out once more (2026-07-28,
  /// basic/transports). No client has anything to do with header fields of this hop, so the error is passed on to none.
  ///
  /// - Parameters:
  ///   - call: is still pending.
  ///   - id: its id here.
  ///   - answer: what the server says to it.
  /// - Returns: whether the answer was dealt with.
  func isMismatch(_ call: Call, _ id: UInt64, _ answer: Frame) -> Bool {
    guard repeatsInHeaders, call.origin == .client,
      answer.raw("code", in: .error).flatMap({ JSONText.number($0) }) == Double(ErrorCode.headerMismatch.rawValue)
    else { return false }
    if call.method == .toolsCall, !call.hasNewHeaders, let frame = call.retry {
      call.hasNewHeaders = true
      pending[id] = call
      Task.immediate { @GatewayActor in
        await server.readToolsAgain(on: self)
        // It may have been cancelled, have run out of time, or have gone down with the connection.
        guard !closed.isOpen, pending[id] === call else { return }
        _ = pending.removeValue(forKey: id)
        relay(call, frame, at: clock.now())
      }
      return true
    }
    lane.returned(call, answered: true)
    let words = server.upstream.log.quoted(answer.string("message", in: .error) ?? "")
    call.caller.failed(
      call,
      Failure(
        server: server.name, phase: .call, reason: "it says that header fields contradict the request: \(words)",
        outcome: .refused), as: nil)
    return true
  }
}
