import CLibUV

/// Work that is done once at the end of a loop turn, however often it was asked for: flushing what was written.
///
/// It runs after the turn's callbacks and, for work that timers and jobs asked for, right before the loop polls, so
/// that nothing written ever waits for an unrelated event.
@GatewayActor
package enum TurnEnd {
  private static var waiting: [@GatewayActor () -> Void] = []
  private static var running: [@GatewayActor () -> Void] = []

  /// Calls `body` once, before the loop next waits for events.
  package static func call(_ body: @escaping @GatewayActor () -> Void) { waiting.append(body) }

  private static func run() {
    while !waiting.isEmpty {
      swap(&waiting, &running)
      for body in running { body() }
      running.removeAll(keepingCapacity: true)
    }
  }

  nonisolated static func install(on loop: UnsafeMutablePointer<uv_loop_t>) {
    let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    uv_prepare_init(loop, prepare)
    uv_prepare_start(prepare) { _ in GatewayActor.assumeIsolated { TurnEnd.run() } }
    unreference(prepare)
    let check = UnsafeMutablePointer<uv_check_t>.allocate(capacity: 1)
    uv_check_init(loop, check)
    uv_check_start(check) { _ in GatewayActor.assumeIsolated { TurnEnd.run() } }
    unreference(check)
  }

  private nonisolated static func unreference<Handle>(_ handle: UnsafeMutablePointer<Handle>) {
    uv_unref(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self))
  }
}
