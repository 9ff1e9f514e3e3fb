import CLibUV

/// A one-shot timer on the loop that can be started again.
///
/// Its resolution is one millisecond. Releasing the last reference stops it.
@GatewayActor
package final class LoopTimer {
  private let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
  private var body: (@GatewayActor () -> Void)?

  package init() {
    uv_timer_init(EventLoop.shared.handle, timer)
    timer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  /// Calls `body` once on the loop, `milliseconds` from now; what was scheduled before is dropped.
  package func start(after milliseconds: UInt64, _ body: @escaping @GatewayActor () -> Void) {
    self.body = body
    uv_update_time(EventLoop.shared.handle)
    uv_timer_start(
      timer,
      { timer in
        let owner = Unmanaged<LoopTimer>.fromOpaque(timer!.pointee.data).takeUnretainedValue()
        GatewayActor.assumeIsolated { owner.fire() }
      }, milliseconds, 0)
  }

  /// Forgets what was scheduled. Harmless when nothing is.
  package func stop() {
    uv_timer_stop(timer)
    body = nil
  }

  private func fire() {
    let body = body
    self.body = nil
    body?()
  }

  isolated deinit {
    uv_timer_stop(timer)
    uv_close(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }
}
