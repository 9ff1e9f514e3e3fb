package import EventLoop

/// A clock that stands still until a test moves it.
@GatewayActor
package final class ManualClock {
  private struct Entry {
    let id: Int
    let due: UInt64
    let body: @GatewayActor () -> Void
  }

  private var time: UInt64 = 1_000
  private var entries: [Entry] = []
  private var lastID = 0
  private var watchers: [(UInt64) -> Bool] = []

  package init() {}

  /// The clock as the gateway uses it.
  package var clock: LoopClock {
    LoopClock(
      now: { Instant(milliseconds: self.time) },
      after: { milliseconds, body in
        self.lastID += 1
        let id = self.lastID
        self.entries.append(Entry(id: id, due: self.time + milliseconds, body: body))
        self.watchers.removeAll { $0(milliseconds) }
        return LoopClock.Cancellation { self.entries.removeAll { $0.id == id } }
      })
  }

  /// Suspends until somebody waits, or has begun to wait, for exactly that many milliseconds.
  package func whenWaiting(for milliseconds: UInt64) async {
    if entries.contains(where: { $0.due == time + milliseconds }) { return }
    let gate = Gate()
    watchers.append { waited in
      guard waited == milliseconds else { return false }
      gate.open()
      return true
    }
    await gate.wait()
  }

  /// Moves time on, and calls what becomes due, in order.
  package func advance(by milliseconds: UInt64) {
    let end = time + milliseconds
    while let next = entries.filter({ $0.due <= end }).min(by: { ($0.due, $0.id) < ($1.due, $1.id) }) {
      entries.removeAll { $0.id == next.id }
      time = max(time, next.due)
      next.body()
    }
    time = end
  }
}
