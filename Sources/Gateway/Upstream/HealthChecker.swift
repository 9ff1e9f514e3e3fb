import ConnectionPooling
import EventLoop

/// The task that looks at every lane when something is due there: probes, misses, calls that have
/// waited for too long, idle and aged connections.
@GatewayActor
final class HealthChecker {
  private let clock: LoopClock
  private var lanes: [Lane] = []
  /// When the task wakes by itself, or was asked to; `UInt64.max` for never.
  private var wakesAt = UInt64.max
  private var alarm = Gate()
  private var isOver = false

  init(clock: LoopClock) { self.clock = clock }

  func add(_ lane: Lane) { lanes.append(lane) }

  func remove(_ lane: Lane) { lanes.removeAll { $0 === lane } }

  /// Makes sure that the task wakes in time for a lane whose deadline may have come nearer.
  func attend(to lane: Lane) { attend(by: lane.deadline) }

  /// Makes sure that the task wakes by then. Asked with nearly every call, and seldom earlier than it wakes anyway: it
  /// keeps to what it was asked, though nothing may be due by then any more.
  func attend(by deadline: UInt64?) {
    guard let deadline, deadline < wakesAt else { return }
    wakesAt = deadline
    alarm.open()
  }

  func stop() {
    isOver = true
    alarm.open()
  }

  /// Runs until ``stop()``.
  func run() async {
    while !isOver {
      let alarm = Gate()
      self.alarm = alarm
      wakesAt = lanes.reduce(wakesAt) { min($0, $1.deadline ?? .max) }
      let now = clock.now().milliseconds
      let timer =
        wakesAt == .max
        ? nil
        : clock.after(wakesAt > now ? wakesAt - now : 0) { [self] in
          wakesAt = .max
          alarm.open()
        }
      await alarm.wait()
      timer?.cancel()
      let time = clock.now().milliseconds
      for lane in lanes where lane.deadline.map({ time >= $0 }) ?? false { lane.timePassed() }
    }
  }
}
