import CLibUV
import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The end of what a lost supervisor leaves to us: on Linux its orphans become our children, as we are a subreaper too.
///
/// Where that is not so nothing is found here, and the next supervisor ends what carries our marker.
@GatewayActor
struct OrphanEnding {
  private let clock: LoopClock
  private var ladder = Ladder()

  init(clock: LoopClock) { self.clock = clock }

  /// Sends SIGTERM at once and SIGKILL after the ladder's grace; returns what even that did not end, mostly nothing.
  mutating func run() async -> [Int32] {
    var step = ladder.begin(urgent: true, at: clock.now().milliseconds)
    while true {
      let orphans = Self.reapAndFind()
      if orphans.isEmpty { return [] }
      switch step {
      case .terminate:
        for orphan in orphans {
          kill(orphan, SIGTERM)
          kill(orphan, SIGCONT)
        }
      case .kill: for orphan in orphans { kill(orphan, SIGKILL) }
      case .giveUp: return orphans
      case nil: break
      }
      await clock.sleep(milliseconds: Ladder.interval)
      step = ladder.elapsed(clock.now().milliseconds)
    }
  }

  /// Reaps our children that have ended, and returns those below us that run, but for supervisors and what is theirs.
  private static func reapAndFind() -> [Int32] {
    let entries = ProcessTable.all()
    let supervised = Set(
      SupervisorChild.living.flatMap { supervisor in
        [supervisor] + ProcessTable.descendants(of: supervisor, in: entries).map(\.process)
      })
    return ProcessTable.descendants(of: getpid(), in: entries).compactMap { entry in
      guard !supervised.contains(entry.process) else { return nil }
      guard entry.isZombie else { return isSpared(entry) ? nil : entry.process }
      if entry.parent == getpid() {
        var status: Int32 = 0
        waitpid(entry.process, &status, WNOHANG)
      }
      return nil
    }
  }

  private static func isSpared(_ entry: ProcessTable.Entry) -> Bool {
    guard let value = MarkedProcesses.value(of: entry.process) else { return false }
    return ProcessMarker.chain(value).last?.spares(entry) == true
  }
}
