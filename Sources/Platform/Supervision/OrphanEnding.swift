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

  /// What ran below us before we had a supervisor, by start time: jobs of a shell that became us with `exec`.
  private let foreign: [Int32: UInt64]

  /// `foreign` is what ``processesBelow()`` found before the first supervisor was started.
  init(clock: LoopClock, sparing foreign: [Int32: UInt64] = [:]) {
    self.clock = clock
    self.foreign = foreign
  }

  /// Returns what runs below us, by start time. Asks for all processes only when some child of ours is among them: a gateway
  /// mostly has none when it starts, and a busy machine has a thousand others.
  static func processesBelow() -> [Int32: UInt64] {
    guard hasChildren() else { return [:] }
    return ProcessTable.descendants(of: getpid(), in: ProcessTable.all()).reduce(into: [:]) {
      $0[$1.process] = $1.startTime
    }
  }

  private static func hasChildren() -> Bool {
    var child = siginfo_t()
    return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD
  }

  /// Sends SIGTERM at once and SIGKILL after the ladder's grace; returns what even that did not end, mostly nothing.
  mutating func run() async -> [Int32] {
    var step = ladder.begin(urgent: true, at: clock.now().milliseconds)
    while true {
      let orphans = reapAndFind()
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
  private func reapAndFind() -> [Int32] {
    let entries = ProcessTable.all()
    let strangers = entries.filter { foreign[$0.process] == $0.startTime }.flatMap { stranger in
      [stranger.process] + ProcessTable.descendants(of: stranger.process, in: entries).map(\.process)
    }
    let supervised = Set(
      SupervisorChild.living.flatMap { supervisor in
        [supervisor] + ProcessTable.descendants(of: supervisor, in: entries).map(\.process)
      } + strangers)
    return ProcessTable.descendants(of: getpid(), in: entries).compactMap { entry in
      guard !supervised.contains(entry.process) else { return nil }
      guard entry.isZombie else { return Self.isSpared(entry) ? nil : entry.process }
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
