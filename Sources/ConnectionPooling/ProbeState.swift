/// Tells whether the server at the other end of one connection is alive, by what is heard of it.
///
/// A probe is sent when nothing was heard for an interval, or when a call in flight has heard nothing for a while. Any
/// bytes that parse count as life. Silence after a probe is counted in misses; enough of them make the connection dead,
/// but only degraded as long as calls are in flight: many servers run a tool on their only thread. A process that is
/// stopped is no such server and dies after a short while, calls or not.
///
/// The gateway may itself have been stopped. So an expired deadline is not decided at once: ``timePassed(at:)`` asks for
/// one more poll, in which what has been waiting is read, and only ``polled(at:)`` decides. Time by which a deadline was
/// overslept does not count as the server's silence.
///
/// All times are milliseconds of one monotonic clock. After each event the shell arms its timer for ``deadline``.
package struct ProbeState: Sendable {
  package struct Settings: Equatable, Sendable {
    /// Silence after which a probe is sent.
    package let interval: UInt64
    /// Silence of a call in flight after which one is sent.
    package let callInterval: UInt64
    /// How many times as long as usual calls take from which on the server is sluggish, and until which it stays so.
    package let sluggishFrom: Double
    package let sluggishUntil: Double
    /// Silence after a probe that is its first miss.
    package let timeout: UInt64
    /// Each further such silence is another miss.
    package let missInterval: UInt64
    /// Misses that make a connection dead.
    package let unhealthyAfter: Int
    /// Silence after which it is dead although calls are in flight.
    package let busyEjection: UInt64
    /// How long a call that was cancelled or has expired still counts as one in flight.
    package let abandonedCall: UInt64
    /// How long a process may be stopped.
    package let stoppedEjection: UInt64
    /// A probe's round trip from which on the server is slow.
    package let slowAfter: UInt64
    /// Lateness of a timer beyond which the gateway itself must have been stopped.
    package let oversleeping: UInt64

    package init(
      interval: UInt64 = 30_000, callInterval: UInt64 = 5_000, timeout: UInt64 = 5_000, missInterval: UInt64 = 1_000,
      unhealthyAfter: Int = 3, busyEjection: UInt64 = 600_000, abandonedCall: UInt64 = 60_000,
      stoppedEjection: UInt64 = 2_000, slowAfter: UInt64 = 1_000, sluggishFrom: Double = 4, sluggishUntil: Double = 2,
      oversleeping: UInt64 = 1_000
    ) {
      self.interval = interval
      self.callInterval = callInterval
      self.timeout = timeout
      self.missInterval = missInterval
      self.unhealthyAfter = unhealthyAfter
      self.busyEjection = busyEjection
      self.abandonedCall = abandonedCall
      self.stoppedEjection = stoppedEjection
      self.slowAfter = slowAfter
      self.sluggishFrom = sluggishFrom
      self.sluggishUntil = sluggishUntil
      self.oversleeping = oversleeping
    }
  }

  package enum Action: Hashable, Sendable {
    /// Send a `ping`, or `server/discover`, and report its answer with ``probeAnswered(at:)``.
    case probe
    /// Have the state of the connection's processes read and report it with ``inspected(isStopped:at:)``.
    case inspectProcesses
    /// Let the loop poll once more, then call ``polled(at:)``.
    case pollAgain
    /// The connection is to be seen so from now on.
    case report(Vitality)
  }

  private var lastHeard: UInt64
  /// When the calls that are in flight began to be; nil when there are none.
  private var busySince: UInt64?
  /// When the last of them ended.
  private var idleSince: UInt64 = 0
  /// Until when calls that nobody waits for any more may still occupy the server.
  private var abandonedUntil: UInt64 = 0
  /// When the probe was sent that is not answered yet.
  private var probeSent: UInt64?
  /// Misses of that probe that were acted on.
  private var misses = 0
  /// The last probe's round trip, when it was a long one.
  private var slowness: UInt64?
  /// How many times as long as usual calls took when that was noticed; nil while they do not.
  private var sluggishness: Int?
  private var stoppedSince: UInt64?
  private var pausedSince: UInt64?
  private var isAwaitingPoll = false
  // What each call asks for lies above and at the beginning of this.
  package let settings: Settings
  package private(set) var vitality = Vitality.healthy

  /// Begins with a connection that has just become ready.
  package init(settings: Settings = Settings(), at now: UInt64) {
    self.settings = settings
    lastHeard = now
  }

  // MARK: - Facts about the connection

  /// Bytes came that parse.
  package mutating func heard(at now: UInt64) -> [Action] {
    lastHeard = now
    if misses == 0, case .healthy = vitality { return [] }
    misses = 0
    return assess(at: now)
  }

  /// The probe was answered; for that frame this is reported in the place of ``heard(at:)``.
  ///
  /// Its round trip counts from the last sign of life: a probe that stood behind a call in the server's queue says
  /// nothing about its speed.
  package mutating func probeAnswered(at now: UInt64) -> [Action] {
    guard let sent = probeSent else { return heard(at: now) }
    let delay = elapsed(since: max(sent, lastHeard), at: now)
    slowness = delay >= settings.slowAfter ? delay : nil
    probeSent = nil
    lastHeard = now
    misses = 0
    return assess(at: now)
  }

  /// The number of calls in flight is another one now. Returns the ``deadline``, if that may have come nearer.
  @discardableResult
  package mutating func loadChanged(to callsInFlight: Int, at now: UInt64) -> UInt64? {
    if callsInFlight > 0 {
      if busySince == nil { busySince = now }
    } else if busySince != nil {
      busySince = nil
      idleSince = now
      // Silence does not run out earlier for it, unless it is that after a probe.
      if probeSent == nil { return nil }
    }
    return deadline
  }

  /// A call was cancelled or has expired, and the server may still be at it.
  package mutating func callAbandoned(at now: UInt64) { abandonedUntil = now + settings.abandonedCall }

  /// Something happened that the connection may not have survived. A probe is due now, unless calls are in flight, whose
  /// silence is looked at anyway.
  package mutating func doubted(at now: UInt64) {
    guard probeSent == nil, busySince == nil else { return }
    lastHeard = min(lastHeard, now > settings.interval ? now - settings.interval : 0)
  }

  /// Calls take so many times as long as usual lately.
  package mutating func paceChanged(to excess: Double, at now: UInt64) -> [Action] {
    let isSluggish = excess >= (sluggishness == nil ? settings.sluggishFrom : settings.sluggishUntil)
    guard isSluggish != (sluggishness != nil) else { return [] }
    sluggishness = isSluggish ? Int(excess.rounded()) : nil
    return assess(at: now)
  }

  /// The connection is not read for now, since the client leaves too much unread. Its silence proves nothing.
  package mutating func readingPaused(at now: UInt64) {
    if pausedSince == nil { pausedSince = now }
  }

  package mutating func readingResumed(at now: UInt64) {
    guard let since = pausedSince else { return }
    pausedSince = nil
    forgive(now - since, at: now)
  }

  // MARK: - Facts about the process

  /// A process of the connection was stopped, as its parent was told.
  package mutating func processStopped(at now: UInt64) -> [Action] {
    if stoppedSince == nil { stoppedSince = now }
    return assess(at: now)
  }

  package mutating func processContinued(at now: UInt64) -> [Action] {
    stoppedSince = nil
    return assess(at: now)
  }

  /// The states of all the connection's processes were read.
  package mutating func inspected(isStopped: Bool, at now: UInt64) -> [Action] {
    isStopped ? processStopped(at: now) : processContinued(at: now)
  }

  // MARK: - Time

  /// When ``timePassed(at:)`` is due; nil for never. It may lie in the past.
  // Inlined, or else all of the state is copied to ask for it.
  @inline(__always)
  package var deadline: UInt64? {
    if isAwaitingPoll { return nil }
    if case .dead = vitality { return nil }
    let stopped = stoppedSince.map { $0 + settings.stoppedEjection }
    guard pausedSince == nil else { return stopped }
    return min(stopped ?? .max, probeDeadline)
  }

  @inline(__always)
  private var probeDeadline: UInt64 {
    guard let probeSent else {
      return min(lastHeard + settings.interval, busySince.map { max($0, lastHeard) + settings.callInterval } ?? .max)
    }
    let next = max(probeSent, lastHeard) + settings.timeout + UInt64(misses) * settings.missInterval
    guard misses >= settings.unhealthyAfter else { return next }
    // Only calls in flight keep it alive: look again now and then, and when they no longer do.
    let ejection = silenceStart + settings.busyEjection
    if busySince != nil { return min(next + settings.timeout, ejection) }
    return abandonedUntil >= next ? min(next + settings.timeout, abandonedUntil, ejection) : next
  }

  /// Time has passed. What has run out is decided after one more poll.
  package mutating func timePassed(at now: UInt64) -> [Action] {
    guard let deadline, now >= deadline else { return [] }
    // The end of the last call can put the deadline into the past, and nobody has overslept it then.
    let due = max(deadline, idleSince)
    if now > due + settings.oversleeping { forgive(now - due, at: now) }
    isAwaitingPoll = true
    return [.pollAgain]
  }

  /// The poll that was asked for is over, and what it brought has been reported.
  package mutating func polled(at now: UInt64) -> [Action] {
    guard isAwaitingPoll else { return [] }
    isAwaitingPoll = false
    guard let deadline, now >= deadline else { return [] }
    guard pausedSince == nil else { return assess(at: now, mayDie: true) }
    guard let probeSent else {
      let actions = assess(at: now, mayDie: true)
      guard probeDeadline <= now, !isDead else { return actions }
      self.probeSent = now
      return actions + [.probe]
    }
    let silence = elapsed(since: max(probeSent, lastHeard), at: now)
    guard silence >= settings.timeout else { return assess(at: now, mayDie: true) }
    misses = 1 + Int((silence - settings.timeout) / settings.missInterval)
    let actions = assess(at: now, mayDie: true)
    return isDead ? actions : actions + [.inspectProcesses]
  }

  // MARK: - Judgement

  private var isDead: Bool { if case .dead = vitality { true } else { false } }

  private var silenceStart: UInt64 { max(lastHeard, busySince ?? 0) }

  private func judgement(at now: UInt64) -> Vitality {
    if let stoppedSince {
      if now < stoppedSince + settings.stoppedEjection { return .degraded(.stopped) }
      return .dead(EndpointFailure(.stopped, message: "it was stopped"))
    }
    guard misses > 0 else {
      if let slowness { return .degraded(.slow(milliseconds: slowness)) }
      return sluggishness.map { .degraded(.sluggish(factor: $0)) } ?? .healthy
    }
    let silence = elapsed(since: silenceStart, at: now)
    let isBusy = busySince != nil || now < abandonedUntil
    if isBusy ? silence < settings.busyEjection : misses < settings.unhealthyAfter {
      return .degraded(isBusy ? .busy : .silent(misses: misses))
    }
    let calls = isBusy ? " with calls in flight" : ""
    return .dead(
      EndpointFailure(
        .silence, message: "it did not answer a probe: no sign of life for \(silence / 1000) s\(calls)"))
  }

  /// Reports what has changed. Only a deadline that ran out can end the connection.
  private mutating func assess(at now: UInt64, mayDie: Bool = false) -> [Action] {
    let judgement = judgement(at: now)
    if case .dead = judgement, !mayDie { return [] }
    guard judgement != vitality, !isDead else { return [] }
    vitality = judgement
    return [.report(judgement)]
  }

  private func elapsed(since then: UInt64, at now: UInt64) -> UInt64 { now > then ? now - then : 0 }

  /// Takes time in which nothing could be heard out of the reckoning.
  private mutating func forgive(_ lost: UInt64, at now: UInt64) {
    lastHeard = min(lastHeard + lost, now)
    abandonedUntil += lost
    busySince = busySince.map { min($0 + lost, now) }
    probeSent = probeSent.map { min($0 + lost, now) }
    stoppedSince = stoppedSince.map { min($0 + lost, now) }
  }
}
