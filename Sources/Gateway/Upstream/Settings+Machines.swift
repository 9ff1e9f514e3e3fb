import Configuration
import ConnectionPooling

extension ConnectionPool.Settings {
  /// What the configuration says of one endpoint's connections.
  ///
  /// - Parameter isExtra: whether the endpoint is one that the server can do without while there is little to do.
  init(_ settings: ServerSettings, isExtra: Bool) {
    self.init(
      callsInFlight: settings.callsInFlight, waiters: settings.queue, idleTimeout: settings.idleTimeout,
      keepsFirst: !isExtra, maxAge: settings.maxAge)
  }
}

extension ProbeState.Settings {
  /// A server that is reached over a network is silent by nature while nothing is asked of it, and every question costs it
  /// a request and keeps its session alive: what is idle is not asked then, unless the configuration says when.
  static let remoteInterval: UInt64 = 10 * 60_000

  init(_ settings: ServerSettings, isRemote: Bool) {
    let isUsual = settings.probeInterval == ServerSettings().probeInterval
    self.init(
      interval: isRemote && isUsual ? Self.remoteInterval : settings.probeInterval,
      callInterval: min(5_000, settings.probeInterval),
      timeout: settings.probeTimeout, unhealthyAfter: settings.unhealthyAfter, busyEjection: settings.busyEjection)
  }
}

extension EndpointState.Settings {
  init(_ settings: ServerSettings) {
    let reconnect = settings.reconnect
    let policy: Backoff.Policy =
      switch reconnect.policy {
      case .constant: .constant
      case .linear: .linear
      case .exponential: .exponential
      }
    self.init(
      backoff: Backoff(
        policy: policy, first: reconnect.first, base: reconnect.base, cap: reconnect.cap, jitter: reconnect.jitter),
      breakerAfter: settings.breakerAfter, maxAttempts: reconnect.maxAttempts, resetAfter: reconnect.resetAfter,
      wakeWait: settings.wakeWait)
  }
}

extension LoadBalancer {
  init(_ settings: ServerSettings) {
    let policy: Policy =
      switch settings.balancing {
      case .roundRobin: .roundRobin
      case .leastInFlight: .leastInFlight
      case .healthWeighted: .healthWeighted
      }
    self.init(policy: policy, hasAffinity: settings.affinity)
  }
}

extension RetryPolicy {
  init(_ settings: ServerSettings) { self = settings.retry == .readOnly ? .readOnly : .never }
}

extension EndpointState.Condition {
  /// The condition in a few words.
  var summary: String {
    switch self {
    case .idle: "idle"
    case .starting(let attempt, let phase): "starting: \(phase.rawValue)" + (attempt > 0 ? ", attempt \(attempt)" : "")
    case .ready: "ready"
    case .degraded(.slow(let delay), _): "degraded: a probe took \(Duration.spelled(delay))"
    case .degraded(.sluggish(let factor), _): "degraded: calls take \(factor) times as long as usual"
    case .degraded(.silent(let misses), _): "degraded: \(misses) probes missed"
    case .degraded(.busy, _): "degraded: busy with calls"
    case .degraded(.stopped, _): "degraded: stopped"
    case .backingOff(_, let attempt, let why): "backing off after failure \(attempt): \(why.message)"
    case .trial(let attempt, let phase): "trial \(attempt): \(phase.rawValue)"
    case .failed(let why): "failed: \(why.message)"
    case .closed: "closed"
    }
  }

  var logLevel: LogLevel {
    switch self {
    case .degraded, .backingOff: .warning
    case .failed: .error
    case .starting, .trial: .debug
    case .idle, .ready, .closed: .info
    }
  }
}
