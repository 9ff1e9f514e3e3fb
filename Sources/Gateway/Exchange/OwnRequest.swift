import EventLoop
import JSONRPC

/// A request that the gateway itself has made of a server and waits for.
@GatewayActor
final class OwnRequest {
  /// Whether its answer is a sign of life that was asked for.
  let isProbe: Bool
  /// What the gateway is at with it.
  let phase: Failure.Phase
  private(set) var result: Result<StoredFrame, Failure>?
  /// The id that it has on its connection.
  var id: UInt64 = 0
  /// Open when it is answered or has failed.
  let gate = Gate()
  /// Ends the wait for the answer.
  var timer: LoopClock.Cancellation?

  init(phase: Failure.Phase = .call, isProbe: Bool = false) {
    self.phase = phase
    self.isProbe = isProbe
  }

  func succeed(_ frame: StoredFrame) { end(.success(frame)) }

  func fail(_ failure: Failure) { end(.failure(failure)) }

  /// Suspends until the request is answered or has failed.
  func answer() async -> Result<StoredFrame, Failure> {
    await gate.wait()
    return result!
  }

  private func end(_ result: Result<StoredFrame, Failure>) {
    timer?.cancel()
    timer = nil
    self.result = result
    gate.open()
  }
}
