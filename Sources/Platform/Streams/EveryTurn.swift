import CLibUV
import EventLoop

/// Work that is done a portion at a time, one in each turn of the loop, which polls in between.
@GatewayActor
final class EveryTurn {
  private let idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
  private let body: @GatewayActor () -> Void

  /// Keeps `body` for the turns after ``start()``.
  init(_ body: @escaping @GatewayActor () -> Void) {
    self.body = body
    uv_idle_init(EventLoop.shared.handle, idle)
    idle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  /// Begins with the next turn. Idempotent.
  func start() {
    uv_idle_start(idle) { idle in
      let owner = Unmanaged<EveryTurn>.fromOpaque(idle!.pointee.data).takeUnretainedValue()
      GatewayActor.assumeIsolated { owner.body() }
    }
  }

  /// Does no further portion. Idempotent.
  func stop() { uv_idle_stop(idle) }

  isolated deinit {
    uv_idle_stop(idle)
    uv_close(UnsafeMutableRawPointer(idle).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }
}
