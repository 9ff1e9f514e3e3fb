import ConnectionPooling
import EventLoop

/// The task that looks at every endpoint when something is due there: probes, misses, calls that have
/// waited for too long, idle and aged connections.
@GatewayActor
final class HealthChecker {
  private let clock: LoopClock
  private var endpoints: [Endpoint] = []
  /// When the task wakes by itself.
  private var wakesAt: UInt64?
  private var alarm = Gate()
  private var isOver = false

  init(clock: LoopClock) { self.clock = clock }

  func add(_ endpoint: Endpoint) { endpoints.append(endpoint) }

  func remove(_ endpoint: Endpoint) { endpoints.removeAll { $0 === endpoint } }

  /// Makes sure that the task wakes in time for an endpoint whose deadline may have come nearer.
  func attend(to endpoint: Endpoint) {
    guard let deadline = endpoint.deadline, wakesAt.map({ deadline < $0 }) ?? true else { return }
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
      let next = endpoints.compactMap(\.deadline).min()
      wakesAt = next
      let now = clock.now().milliseconds
      let timer = next.map { next in clock.after(next > now ? next - now : 0) { alarm.open() } }
      await alarm.wait()
      timer?.cancel()
      let time = clock.now().milliseconds
      for endpoint in endpoints where endpoint.deadline.map({ time >= $0 }) ?? false { endpoint.timePassed() }
    }
  }
}
