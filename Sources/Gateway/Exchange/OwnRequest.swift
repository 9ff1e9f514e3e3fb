import EventLoop
import JSONRPC
import MCP

/// A request that the gateway itself has made of a server and waits for.
@GatewayActor
final class OwnRequest {
  /// What the gateway is at with it.
  let phase: Failure.Phase
  private(set) var result: Result<StoredFrame, Failure>?
  /// The id that it has on its connection.
  var id: UInt64 = 0
  /// Open when it is answered or has failed.
  let gate = Gate()
  /// Ends the wait for the answer.
  var timer: LoopClock.Cancellation?

  init(phase: Failure.Phase = .call) { self.phase = phase }

  func succeed(_ frame: StoredFrame) { end(.success(frame)) }

  func fail(_ failure: Failure) { end(.failure(failure)) }

  /// Suspends until the request is answered or has failed.
  func answer() async -> Result<StoredFrame, Failure> {
    await gate.wait()
    return result ?? .failure(Failure(server: nil, phase: phase, reason: "it was given up"))
  }

  private func end(_ result: Result<StoredFrame, Failure>) {
    timer?.cancel()
    timer = nil
    // The first end counts: who waited may have acted on it.
    if self.result == nil { self.result = result }
    gate.open()
  }
}

extension OwnRequest: Caller {
  func answered(_ call: Call, _ frame: Frame, from connection: ServerConnection) { succeed(frame.copy()) }

  func failed(_ call: Call, _ failure: Failure, as outcome: CallOutcome?) { fail(failure) }

  func lost(_ call: Call, _ failure: Failure) {
    fail(Failure(server: failure.server, phase: phase, reason: failure.reason))
  }

  func refused(_ call: Call, _ code: ErrorCode, _ message: String) {
    fail(Failure(server: nil, phase: phase, reason: message))
  }

  // Its caller is nobody who could be told or asked anything.

  func progressed(_ frame: Frame, _ range: Range<Int>, _ token: RawToken, from server: UpstreamServer, of call: Call?) {
  }

  func canBeAsked(_ question: InputQuestion, during call: Call) -> Bool { false }

  func asked(_ question: ServerQuestion, during call: Call) {
    question.connection.refuse(question.id, .methodNotFound, "Nobody who could answer this waits for an answer.")
  }

  func isAsking(for connection: ServerConnection) -> Bool { false }

  func subscribe(_ call: Call, at lane: Lane) {}
}
