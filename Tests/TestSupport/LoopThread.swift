import EventLoop
import Glibc

/// The thread that runs the event loop in tests, started at first use.
///
/// Started from a trait or from a suite's `init`, a run under Swift Testing hangs.
package enum LoopThread {
  /// Touching it starts the thread.
  package static let started: Void = {
    signal(SIGPIPE, SIG_IGN)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { _ in EventLoop.shared.run() }, nil)
    precondition(status == 0, "no thread for the event loop")
  }()
}

/// Runs `body` on the loop and returns what it returns.
package func onLoop<Result: Sendable>(
  _ body: @GatewayActor @Sendable () async throws -> Result
) async rethrows -> Result {
  LoopThread.started
  return try await body()
}

/// Returns after the loop has polled that many times.
@GatewayActor
package func turns(_ count: Int) async {
  let timer = LoopTimer()
  for _ in 0..<count {
    await withCheckedContinuation { continuation in timer.start(after: 0) { continuation.resume() } }
  }
}
