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
package final class TurnEnd {
  /// What asked first, apart from the others: nearly always nothing else does.
  private var first: (any TurnEndWork)?
  private var others: [any TurnEndWork] = []
  private var running: [any TurnEndWork] = []

  nonisolated init() {}

  /// Calls the work's ``TurnEndWork/turnEnds()`` before the loop next waits for events.
  package func call(_ work: any TurnEndWork) {
    if first == nil { first = work } else { others.append(work) }
  }

  /// Calls `body` once, before the loop next waits for events.
  package static func call(_ body: @escaping @GatewayActor () -> Void) { EventLoop.shared.turnEnd.call(Once(body)) }

  private final class Once: TurnEndWork {
    private let body: @GatewayActor () -> Void

    init(_ body: @escaping @GatewayActor () -> Void) { self.body = body }

    func turnEnds() { body() }
  }

  func run() {
    while let work = first.take() {
      swap(&others, &running)
      work.turnEnds()
      guard !running.isEmpty else { continue }
      for work in running { work.turnEnds() }
      running.removeAll(keepingCapacity: true)
    }
  }
}
