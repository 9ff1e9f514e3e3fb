extension EndpointState {
  package enum Health: Equatable, Sendable {
    case healthy
    case degraded(Degradation)
    case unhealthy(EndpointFailure?)
  }

  package enum Breaker: Equatable, Sendable {
    case closed
    case open(until: UInt64)
    case halfOpen
  }

  /// What a call that needs the endpoint is to do.
  package enum Admission: Equatable, Sendable {
    /// Take a lease.
    case proceed
    /// Wait for the endpoint, at most until then.
    case wait(until: UInt64)
    /// Be refused, with the cause and, when it is known, the time of the next attempt.
    case refuse(EndpointFailure?, retryAt: UInt64?)
  }

  package var health: Health {
    switch condition {
    case .ready: .healthy
    case .degraded(let why, _): .degraded(why)
    case .idle, .starting, .trial, .backingOff, .failed, .closed: .unhealthy(failures > 0 ? lastFailure : nil)
    }
  }

  package var breaker: Breaker {
    switch condition {
    case .backingOff(let until, _, _): isBreakerOpen ? .open(until: until) : .closed
    case .trial: .halfOpen
    case .idle, .starting, .ready, .degraded, .failed, .closed: .closed
    }
  }

  /// The attempt at coming back that is being waited for or made, and when it is due; nil when there is none.
  package var reconnection: (attempt: Int, at: UInt64?)? {
    switch condition {
    case .backingOff(let until, let attempt, _): (attempt, until)
    case .starting(let attempt, _) where attempt > 0: (attempt, nil)
    case .trial(let attempt, _): (attempt, nil)
    case .idle, .starting, .ready, .degraded, .failed, .closed: nil
    }
  }

  /// Whether calls can be sent now. A busy endpoint can take them too, but another one is the better choice.
  package var isAvailable: Bool {
    switch condition {
    case .ready, .degraded: true
    case .idle, .starting, .trial, .backingOff, .failed, .closed: false
    }
  }

  /// What the balancer is to think of the endpoint.
  package var availability: LoadBalancer.Availability {
    switch condition {
    case .ready: .available
    case .degraded: .degraded
    case .idle, .starting(0, _): .resting
    case .starting: .recovering
    case .backingOff: isBreakerOpen ? .out : .recovering
    case .trial, .failed, .closed: .out
    }
  }

  /// Whether the first start has come to an end, well or not: the first lists wait no longer for this endpoint. What is
  /// idle is not waited for either.
  package var isSettled: Bool {
    switch condition {
    case .starting(let attempt, _): attempt > 0
    case .idle, .ready, .degraded, .backingOff, .trial, .failed, .closed: true
    }
  }

  /// Says what becomes of a call; ask after ``wake(at:)``.
  package func admission(at now: UInt64) -> Admission {
    switch condition {
    case .ready, .degraded: .proceed
    case .idle, .starting: .wait(until: now + settings.wakeWait)
    case .backingOff(let until, _, let why):
      isBreakerOpen ? .refuse(why, retryAt: until) : .wait(until: now + settings.wakeWait)
    case .trial: .refuse(lastFailure, retryAt: nil)
    case .failed(let why): .refuse(why, retryAt: nil)
    case .closed: .refuse(lastFailure, retryAt: nil)
    }
  }
}
