#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Notices that the machine has slept: connections that were open then lead nowhere, and the other end does not say so.
///
/// The system counts the time that it slept on one of its clocks and not on the other. Both are looked at now and then, and
/// whenever ``look()`` is called.
@GatewayActor
package final class SleepWatch {
  /// Milliseconds of sleep that are worth telling of: connections survive less.
  package static let least: UInt64 = 15_000
  /// Milliseconds between two looks, of the time in which the machine is awake.
  static let interval: UInt64 = 10_000

  private let clock: LoopClock
  private let asleep: @GatewayActor () -> UInt64
  private let woke: @GatewayActor (UInt64) -> Void
  /// Milliseconds that the machine had slept when it was last looked.
  private var seen: UInt64
  private var timer: LoopClock.Cancellation?

  /// - Parameters:
  ///   - clock: what is waited by.
  ///   - asleep: milliseconds that the machine has slept in all.
  ///   - woke: told for how many milliseconds it has slept, once it is awake.
  package init(
    clock: LoopClock = .loop, asleep: @escaping @GatewayActor () -> UInt64 = { SleepWatch.asleep },
    woke: @escaping @GatewayActor (UInt64) -> Void
  ) {
    self.clock = clock
    self.asleep = asleep
    self.woke = woke
    seen = asleep()
    lookLater()
  }

  /// Looks at once, before something is begun that should not go by an old connection.
  package func look() {
    let now = asleep()
    let slept = now > seen ? now - seen : 0
    seen = now
    if slept >= Self.least { woke(slept) }
  }

  package func stop() {
    timer?.cancel()
    timer = nil
  }

  private func lookLater() {
    timer = clock.after(Self.interval) { [weak self] in
      self?.look()
      self?.lookLater()
    }
  }

  /// Milliseconds that the machine has slept since it was started.
  private nonisolated static var asleep: UInt64 {
    #if canImport(Darwin)
      let (all, awake) = (milliseconds(CLOCK_MONOTONIC_RAW), milliseconds(CLOCK_UPTIME_RAW))
    #else
      let (all, awake) = (milliseconds(CLOCK_BOOTTIME), milliseconds(CLOCK_MONOTONIC))
    #endif
    return all > awake ? all - awake : 0
  }

  private nonisolated static func milliseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }
}
