import EventLoop
package import JSONRPC
import MCP

/// What a client writes, sorted by what it is.
extension ClientSession {
  package func received(_ event: FrameReader.Event) {
    switch event {
    case .frame(let frame): received(frame)
    case .malformed(let line): malformed(line)
    }
  }

  private func received(_ frame: Frame) {
    if behindHandshake != nil, keepBehindHandshake(frame) { return }
    handle(frame)
  }

  func handle(_ frame: Frame) {
    switch frame.kind {
    case .request: requested(frame)
    case .notification: notified(frame)
    case .response: answered(frame)
    case .batch: batched(frame)
    case .invalid:
      refuse(
        .invalidRequest, "This is no JSON-RPC message: it has neither a method nor a result nor an error.",
        id: frame.raw("id").flatMap { RawToken(identifier: $0) })
    }
  }

  /// Clients that write everything at once still get the answer to `initialize` first.
  private func keepBehindHandshake(_ frame: Frame) -> Bool {
    if frame.kind == .request {
      if frame.method == .ping { return false }
      // A modern request has nothing to do with the session that is being opened.
      if Self.isModern(frame) { return false }
    }
    if frame.kind == .notification, endsModernRequest(frame) { return false }
    guard manager.mayQueue(frame.bytes.count + (behindHandshake ?? []).reduce(0) { $0 + $1.bytes.count }) else {
      return false
    }
    behindHandshake?.append(frame.copy())
    return true
  }

  private func endsModernRequest(_ frame: Frame) -> Bool {
    guard frame.method == .cancelled,
      let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) })
    else { return false }
    return listens[id] != nil || inFlight[id]?.terms.era == .modern
  }

  private func malformed(_ line: FrameReader.Malformed) {
    if !line.hasMethod, let id = line.id?.withBytes({ JSONText.unsigned($0) }),
      let entry = asked.removeValue(forKey: id)
    {
      let reason = "The client's answer was not valid JSON."
      switch entry.origin {
      case .server(let client, let id): Reply.error(.internal, reason, id: id, revision: nil, to: client.output)
      case .round(let request):
        fail(request, Failure(server: request.server?.name, phase: .call, reason: reason, outcome: .unknown))
      }
      return
    }
    switch line.reason {
    case .syntax(let error):
      refuse(.parse, "This is not JSON: \(error) at byte \(error.offset + 1).", id: line.id)
    case .tooLong(let limit):
      refuse(
        .invalidRequest,
        "This message is longer than \(limit) bytes, the limit \"maxFrame\" of the gateway's configuration.",
        id: line.id)
    }
  }

  private func batched(_ frame: Frame) {
    guard let revision, revision.allowsBatches else {
      refuse(.invalidRequest, "Batches exist in revision 2025-03-26 only: send one message per line.", id: nil)
      return
    }
    let reply = BatchReply(output: output)
    batch = reply
    var isEmpty = true
    JSONWalk.elements(of: frame.bytes, in: 0..<frame.bytes.count) { range in
      isEmpty = false
      guard case .success(let element) = Frame.parse(frame[range]), element.kind != .batch else {
        refuse(.invalidRequest, "An element of the batch is no message.", id: nil)
        return true
      }
      if element.method == .initialize {
        refuse(
          .invalidRequest, "initialize must not be part of a batch.",
          id: element.raw("id").flatMap { RawToken(identifier: $0) })
      } else {
        received(element)
      }
      return true
    }
    if isEmpty { refuse(.invalidRequest, "The batch is empty.", id: nil, inBatch: false) }
    batch = nil
    reply.seal()
  }
}
