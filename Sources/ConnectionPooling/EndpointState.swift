/// The one state of an endpoint: of one process of a server, or of one remote address.
///
/// Health, circuit breaker and reconnection are views of it and can never disagree.
///
/// ```
///            activate, wake              becameReady           vitalityChanged
///     idle ─────────────────► starting ───────────────► ready ◄───────────────► degraded
///                              ▲    │                     │                         │
///      the wait is over, wake, │    │ lost                │ lost                    │ lost
///      activate                │    ▼                     │                         │
///                            backingOff ◄─────────────────┴─────────────────────────┘
///                              │    ▲  │
///         the wait is over,    │    │  └──────► failed ───────────► starting or trial
///         the breaker is open  ▼    │ lost      no attempt is left   activate
///                              trial ─────────► ready
///                                    becameReady
///
///     starting, trial, ready, degraded, backingOff ──► idle      retire
///     starting, trial, ready, degraded ──► starting or trial     replace
///     backingOff, failed ──► backingOff                          machineWoke
///     every one ──► closed                                       shutDown
/// ```
///
/// Every attempt has a generation; what is reported of an older one changes nothing. A process is always told to close
/// before the next one is started, and the shell performs the two in this order: a replacement does not run before its
/// predecessor and all it left behind have ended.
///
/// All times are milliseconds of one monotonic clock. After each event the shell arms its timer for ``deadline``.
package struct EndpointState: Sendable {
  package struct Settings: Equatable, Sendable {
    package let backoff: Backoff
    /// Failures in a row that open the breaker; nil for a breaker that never opens.
    package let breakerAfter: Int?
    /// Attempts at reconnecting before the endpoint is given up; nil for no last one.
    package let maxAttempts: Int?
    /// Milliseconds of readiness after which a loss starts the sequence of waits anew.
    package let resetAfter: UInt64
    /// Milliseconds that a call waits for an endpoint that is not ready.
    package let wakeWait: UInt64

    package init(
      backoff: Backoff = Backoff(), breakerAfter: Int? = 5, maxAttempts: Int? = nil, resetAfter: UInt64 = 10_000,
      wakeWait: UInt64 = 10_000
    ) {
      self.backoff = backoff
      self.breakerAfter = breakerAfter
      self.maxAttempts = maxAttempts
      self.resetAfter = resetAfter
      self.wakeWait = wakeWait
    }
  }

  /// `attempt` is 0 for a start that nothing went wrong before, and n for the nth attempt at coming back.
  package enum Condition: Hashable, Sendable {
    /// Nothing runs, and nothing is wanted yet.
    case idle
    case starting(attempt: Int, phase: StartPhase)
    case ready(since: UInt64)
    case degraded(Degradation, since: UInt64)
    case backingOff(until: UInt64, attempt: Int, why: EndpointFailure)
    /// The one attempt that is made while the breaker is half open.
    case trial(attempt: Int, phase: StartPhase)
    /// Given up, since there is a last attempt and it failed.
    case failed(EndpointFailure)
    case closed
  }

  package enum Action: Hashable, Sendable {
    /// Open a connection, and report all that becomes of it under this generation.
    case start(generation: UInt64)
    /// End the connection of this generation, whatever state it is in. Nothing need be reported back.
    case close(generation: UInt64)
    /// Answer all calls that wait for the endpoint: they are refused.
    case refuseWaiters(EndpointFailure, retryAt: UInt64?)
    /// Log and count that this is the condition now.
    case changed(Condition)
  }

  package let settings: Settings
  package private(set) var condition = Condition.idle
  /// When the condition became what it is; nil for one that was never changed.
  package private(set) var since: UInt64?
  /// The number of the last attempt that was started; 0 before the first.
  package private(set) var generation: UInt64 = 0
  /// Losses since the sequence of waits began.
  package private(set) var failures = 0
  /// The last loss since the endpoint was last ready for long.
  package private(set) var lastFailure: EndpointFailure?

  package init(settings: Settings = Settings()) { self.settings = settings }

  /// When ``timePassed(at:)`` is due; nil for never.
  package var deadline: UInt64? {
    if case .backingOff(let until, _, _) = condition { until } else { nil }
  }

  // MARK: - Orders

  /// Starts an endpoint that is wanted before anybody calls it, or anew one that was given up.
  package mutating func activate(at now: UInt64) -> [Action] {
    switch condition {
    case .idle, .backingOff: return start(at: now)
    case .failed:
      failures = 0
      return start(at: now)
    case .starting, .trial, .ready, .degraded, .closed: return []
    }
  }

  /// A call needs the endpoint. It starts what is idle, and cuts a wait short unless the breaker is open.
  package mutating func wake(at now: UInt64) -> [Action] {
    switch condition {
    case .idle: start(at: now)
    case .backingOff: isBreakerOpen ? [] : start(at: now)
    case .starting, .trial, .ready, .degraded, .failed, .closed: []
    }
  }

  /// Puts a new connection in the place of the one that is open or being opened. It is no failure: the old one has
  /// reached its age, or was opened for other capabilities.
  package mutating func replace(at now: UInt64) -> [Action] {
    switch condition {
    case .starting, .trial, .ready, .degraded: [.close(generation: generation)] + start(at: now)
    case .idle, .backingOff, .failed, .closed: []
    }
  }

  /// Ends the connection until the next call: it was idle for too long.
  package mutating func retire(at now: UInt64) -> [Action] {
    switch condition {
    case .starting, .trial, .ready, .degraded: [.close(generation: generation)] + move(to: .idle, at: now)
    case .backingOff: move(to: .idle, at: now)
    case .idle, .failed, .closed: []
    }
  }

  /// The machine has slept, and what failed before says nothing any more: the next attempt is made within ``wakeSpread``,
  /// each at another time by `chance`, from 0 up to 1, so that many do not compete.
  package mutating func machineWoke(at now: UInt64, chance: Double) -> [Action] {
    switch condition {
    case .backingOff(_, _, let why), .failed(let why):
      failures = 1
      let until = now + UInt64(Double(Self.wakeSpread) * chance)
      return move(to: .backingOff(until: until, attempt: 1, why: why), at: now)
    case .idle, .starting, .trial, .ready, .degraded, .closed: return []
    }
  }

  /// Milliseconds over which those are spread that come back after the machine has slept.
  package static let wakeSpread: UInt64 = 3_000

  /// Ends the endpoint for good.
  package mutating func shutDown(at now: UInt64) -> [Action] {
    guard condition != .closed else { return [] }
    let open = isOpen
    return (open ? [.close(generation: generation)] : []) + move(to: .closed, at: now)
  }

  // MARK: - Facts

  /// The connection that is being opened has come further.
  package mutating func phaseReached(_ phase: StartPhase, generation: UInt64, at now: UInt64) -> [Action] {
    guard generation == self.generation else { return [] }
    switch condition {
    case .starting(let attempt, let last) where phase > last:
      return move(to: .starting(attempt: attempt, phase: phase), at: now)
    case .trial(let attempt, let last) where phase > last:
      return move(to: .trial(attempt: attempt, phase: phase), at: now)
    default: return []
    }
  }

  /// The connection can carry calls.
  package mutating func becameReady(generation: UInt64, at now: UInt64) -> [Action] {
    guard generation == self.generation else { return [] }
    switch condition {
    case .starting, .trial: return move(to: .ready(since: now), at: now)
    default: return []
    }
  }

  /// The connection ended by itself, could not be opened, or was found to be unusable. `chance` varies the wait, from 0
  /// up to 1.
  package mutating func lost(
    _ failure: EndpointFailure, generation: UInt64, at now: UInt64, chance: Double
  ) -> [Action] {
    guard generation == self.generation, isOpen else { return [] }
    return [.close(generation: generation)] + fail(failure, at: now, chance: chance)
  }

  /// The probe has a new opinion of the connection.
  package mutating func vitalityChanged(
    to vitality: Vitality, generation: UInt64, at now: UInt64, chance: Double
  ) -> [Action] {
    guard generation == self.generation else { return [] }
    switch (condition, vitality) {
    case (_, .dead(let failure)): return lost(failure, generation: generation, at: now, chance: chance)
    case (.ready(let since), .degraded(let why)): return move(to: .degraded(why, since: since), at: now)
    case (.degraded(let old, let since), .degraded(let why)):
      return old == why ? [] : move(to: .degraded(why, since: since), at: now)
    case (.degraded(_, let since), .healthy): return move(to: .ready(since: since), at: now)
    default: return []
    }
  }

  /// Time has passed; the next attempt is made when its wait is over.
  package mutating func timePassed(at now: UInt64) -> [Action] {
    guard let deadline, now >= deadline else { return [] }
    return start(at: now)
  }

  // MARK: - Transitions

  private var isOpen: Bool {
    switch condition {
    case .starting, .trial, .ready, .degraded: true
    case .idle, .backingOff, .failed, .closed: false
    }
  }

  var isBreakerOpen: Bool { settings.breakerAfter.map { failures >= $0 } ?? false }

  private mutating func start(at now: UInt64) -> [Action] {
    generation += 1
    let next: Condition =
      isBreakerOpen
      ? .trial(attempt: failures, phase: .transportSetup) : .starting(attempt: failures, phase: .transportSetup)
    return [.start(generation: generation)] + move(to: next, at: now)
  }

  private mutating func fail(_ failure: EndpointFailure, at now: UInt64, chance: Double) -> [Action] {
    switch condition {
    case .ready(let since), .degraded(_, let since): if now >= since + settings.resetAfter { failures = 0 }
    default: break
    }
    failures += 1
    lastFailure = failure
    if let last = settings.maxAttempts, failures > last {
      return [.refuseWaiters(failure, retryAt: nil)] + move(to: .failed(failure), at: now)
    }
    let until = now + settings.backoff.wait(afterFailures: failures, chance: chance)
    let refusal: [Action] = isBreakerOpen ? [.refuseWaiters(failure, retryAt: until)] : []
    return refusal + move(to: .backingOff(until: until, attempt: failures, why: failure), at: now)
  }

  private mutating func move(to next: Condition, at now: UInt64) -> [Action] {
    condition = next
    since = now
    return [.changed(next)]
  }
}
