import Configuration
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
    if handshake.isOpening, waitsForHandshake(frame),
      handshake.keep(frame, limit: manager.configuration.settings.maxQueuedBytes)
    {
      return
    }
    take(frame)
  }

  func take(_ frame: Frame) {
    switch frame.kind {
    case .request: requested(frame)
    case .notification: notified(frame)
    case .response:
      if case .round(let call) = questions.answered(frame) { answeredRound(call, frame) }
    case .batch: batched(frame)
    case .invalid:
      refuse(
        .invalidRequest, "This is no JSON-RPC message: it has neither a method nor a result nor an error.",
        id: frame.id)
    }
  }

  /// Clients that write everything at once still get the answer to `initialize` first. A ping waits for nothing, and a
  /// modern request has nothing to do with the session that is being opened.
  private func waitsForHandshake(_ frame: Frame) -> Bool {
    switch frame.kind {
    case .request: frame.method != .ping && !ModernClient.made(frame)
    case .notification: !endsModernRequest(frame)
    case .response, .batch, .invalid: true
    }
  }

  private func endsModernRequest(_ frame: Frame) -> Bool {
    guard frame.method == .cancelled,
      let id = frame.raw("requestId", in: .params).flatMap({ RawToken(identifier: $0) })
    else { return false }
    return listens.contains(id) || calls[id]?.terms.era == .modern
  }

  private func malformed(_ line: FrameReader.Malformed) {
    if !line.hasMethod, let id = line.mintedID {
      let (wasAsked, round) = questions.answerIsMalformed(id)
      if let round {
        fail(
          round,
          Failure(server: round.server?.name, phase: .call, reason: Questions.malformed, outcome: .unknown))
      }
      if wasAsked { return }
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

  // MARK: - Batches

  /// Takes the messages of an array one after the other, some in each turn of the loop. What comes behind it waits.
  private func batched(_ frame: Frame) {
    guard let revision = handshake.revision, revision.allowsBatches else {
      refuse(.invalidRequest, "Batches exist in revision 2025-03-26 only: send one message per line.", id: nil)
      return
    }
    let batch = Batch(frame)
    guard !batch.isEmpty else { return refuse(.invalidRequest, "The batch is empty.", id: nil) }
    waiting.batch = Waiting.Intake(rest: batch, replies: ReplyTarget(batchTo: port.output))
    guard takeSomeOfBatch() else { return }
    port.pause(.busy)
    Task { @GatewayActor in
      repeat {
        await Task.yield()
        await port.untilThereIsRoom()
      } while takeSomeOfBatch()
      port.goOn(.busy)
      noteIdleness()
    }
  }

  /// Returns whether there is more.
  func takeSomeOfBatch() -> Bool {
    guard var intake = waiting.batch else { return false }
    waiting.replies = intake.replies
    defer { waiting.replies = nil }
    for _ in 0..<Self.batchedPerTurn {
      switch intake.rest.next() {
      case .message(let element):
        if element.method == .initialize {
          refuse(.invalidRequest, "initialize must not be part of a batch.", id: element.id)
        } else {
          take(element)
        }
      case .broken: refuse(.invalidRequest, "An element of the batch is no message.", id: nil)
      case .tooMany:
        refuse(.invalidRequest, "The batch has more than \(Batch.limit) messages: the others were not read.", id: nil)
      case nil:
        waiting.batch = nil
        intake.replies.seal()
        intake.taken.open()
        return false
      }
    }
    waiting.batch = intake
    return true
  }

  /// Messages of one array that are taken in one turn of the loop.
  private static let batchedPerTurn = 50
}
