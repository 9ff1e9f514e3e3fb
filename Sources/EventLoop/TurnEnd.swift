import CLibUV

/// What has something to do once at the end of a loop turn, however often it asked for it: flush what was written.
///
/// An object, so that what asks often, as each message does, allocates nothing for it.
package protocol TurnEndWork: AnyObject {
  /// Does it. Called once for each time it was asked for.
  @GatewayActor func turnEnds()
}

/// Work that is done at the end of a loop turn: right before the loop polls, after all callbacks, timers and jobs that
/// may have asked for it, so that nothing written ever waits for an unrelated event.
@GatewayActor
package enum TurnEnd {
  private static var waiting: [any TurnEndWork] = []
  private static var running: [any TurnEndWork] = []

  /// Calls the work's ``TurnEndWork/turnEnds()`` before the loop next waits for events.
  package static func call(_ work: any TurnEndWork) { waiting.append(work) }

  /// Calls `body` once, before the loop next waits for events.
  package static func call(_ body: @escaping @GatewayActor () -> Void) { call(Once(body)) }

  private final class Once: TurnEndWork {
    private let body: @GatewayActor () -> Void

    init(_ body: @escaping @GatewayActor () -> Void) { self.body = body }

    func turnEnds() { body() }
  }

  static func run() {
    while !waiting.isEmpty {
      swap(&waiting, &running)
      for work in running { work.turnEnds() }
      running.removeAll(keepingCapacity: true)
    }
  }

  nonisolated static func install(on loop: UnsafeMutablePointer<uv_loop_t>) {
    let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    uv_prepare_init(loop, prepare)
    uv_prepare_start(prepare) { _ in GatewayActor.assumeIsolated { TurnEnd.run() } }
    uv_unref(UnsafeMutableRawPointer(prepare).assumingMemoryBound(to: uv_handle_t.self))
  }
}
