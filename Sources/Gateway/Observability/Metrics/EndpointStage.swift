import ConnectionPooling

/// What the condition of an endpoint is called in logs, metrics and the status.
package enum EndpointStage: String, CaseIterable, Sendable {
  /// Nothing runs, and nothing is wanted yet.
  case disconnected
  /// It is started, and nothing went wrong before.
  case connecting
  /// It takes calls. How well it does is its health.
  case connected
  /// It was lost, and is tried again or waits for the next attempt.
  case reconnecting
  /// It was given up.
  case failed
  case closed
}

extension EndpointState.Condition {
  var stage: EndpointStage {
    switch self {
    case .idle: .disconnected
    case .starting(let attempt, _): attempt == 0 ? .connecting : .reconnecting
    case .ready, .degraded: .connected
    case .backingOff, .trial: .reconnecting
    case .failed: .failed
    case .closed: .closed
    }
  }

  /// How far it has come on the way to being connected; nil when it is not on that way.
  var phase: String? {
    switch self {
    case .starting(_, let phase), .trial(_, let phase): phase.rawValue
    case .backingOff: "waiting"
    case .idle, .ready, .degraded, .failed, .closed: nil
    }
  }

  /// What is not right, for a person; nil when nothing is known to be wrong.
  var complaint: String? {
    switch self {
    case .degraded(.slow(let delay), _): "a probe took \(Duration.spelled(delay))"
    case .degraded(.sluggish(let factor), _): "calls take \(factor) times as long as usual"
    case .degraded(.silent(let misses), _): "\(misses) probes missed"
    case .degraded(.busy, _): "probes missed while calls are in flight"
    case .degraded(.stopped, _): "a process of it is stopped"
    case .backingOff(_, _, let why), .failed(let why): why.message
    case .idle, .starting, .ready, .trial, .closed: nil
    }
  }
}

extension EndpointState.Health {
  /// Every name there is.
  static let names = ["healthy", "degraded", "unhealthy"]

  var name: String {
    switch self {
    case .healthy: "healthy"
    case .degraded: "degraded"
    case .unhealthy: "unhealthy"
    }
  }
}

extension EndpointState.Breaker {
  /// Every name there is.
  static let names = ["closed", "open", "halfOpen"]

  var name: String {
    switch self {
    case .closed: "closed"
    case .open: "open"
    case .halfOpen: "halfOpen"
    }
  }
}
