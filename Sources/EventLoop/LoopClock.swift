import CLibUV

/// A point in monotonic time, in milliseconds from an arbitrary start.
package struct Instant: Comparable, Hashable, Sendable {
  package var milliseconds: UInt64

  @inlinable package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

  @inlinable package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

  /// Returns the instant `milliseconds` later.
  @inlinable package func advanced(by milliseconds: UInt64) -> Instant {
    Instant(milliseconds: self.milliseconds &+ milliseconds)
  }

  /// Returns how many milliseconds lie between an earlier instant and this one; 0 when `earlier` is not earlier.
  @inlinable package func since(_ earlier: Instant) -> UInt64 {
    milliseconds > earlier.milliseconds ? milliseconds - earlier.milliseconds : 0
  }
}

/// The clock that life cycles wait by: the loop's in the product, a hand-over clock in tests.
package struct LoopClock: Sendable {
  package var now: @GatewayActor @Sendable () -> Instant
  /// Calls the closure once after that many milliseconds, unless the returned timer is cancelled.
  package var after: @GatewayActor @Sendable (UInt64, @escaping @GatewayActor () -> Void) -> Cancellation

  package init(
    now: @escaping @GatewayActor @Sendable () -> Instant,
    after: @escaping @GatewayActor @Sendable (UInt64, @escaping @GatewayActor () -> Void) -> Cancellation
  ) {
    self.now = now
    self.after = after
  }

  /// What stops a call that was scheduled with ``LoopClock/after``.
  @GatewayActor
  package struct Cancellation {
    private let stop: @GatewayActor () -> Void

    package init(_ stop: @escaping @GatewayActor () -> Void) { self.stop = stop }

    package func cancel() { stop() }
  }

  /// The loop's own timers, and its time: that of its last poll, or of the last timer that was set since. A turn may
  /// handle hundreds of messages, and each asks for the time more than once.
  package static let loop = {
    let loop = EventLoop.shared
    return LoopClock(
      now: { Instant(milliseconds: uv_now(loop.handle)) },
      after: { milliseconds, body in
        let timer = LoopTimer()
        // The closure keeps the timer alive until it has fired or was stopped.
        timer.start(after: milliseconds) {
          body()
          timer.stop()
        }
        return Cancellation { timer.stop() }
      })
  }()

  /// Suspends for that many milliseconds; returns early, and silently, when the task is cancelled.
  @GatewayActor
  package func sleep(milliseconds: UInt64) async {
    let gate = Gate()
    let timer = after(milliseconds) { gate.open() }
    await withTaskCancellationHandler {
      await gate.wait()
    } onCancel: {
      Task { @GatewayActor in gate.open() }
    }
    timer.cancel()
  }
}
