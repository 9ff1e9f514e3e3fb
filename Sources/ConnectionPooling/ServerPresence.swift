/// What follows for a server from the states of its lanes.
///
/// A server is settled when one of its lanes has become ready, or the first start of each has come to an end. It is
/// present while one takes calls, and for a grace period after the last was lost: so long its lists stay visible, and
/// names do not flap.
///
/// All times are milliseconds of one monotonic clock. After each event the shell arms its timer for ``deadline``.
///
/// ```
/// known ── first start failed ─────────────────────┐
///   │                                              ▼
/// absent ── ready ──► present ── all lost ──► lingering ── grace period over ──► gone
///                        ▲                        │                               │
///                        └───────── ready ────────┴───────────────────────────────┘
/// ```
/// What is known of an earlier run is shown as what was lost: until the grace period after a failed start is over.
package struct ServerPresence: Sendable {
  package enum Condition: Hashable, Sendable {
    /// It has not been ready yet, and its lists are those of an earlier run.
    case known
    /// It has not been ready yet.
    case absent
    case present
    /// It is lost, and its lists stay until then.
    case lingering(until: UInt64)
    /// It was lost, and the grace period is over.
    case gone
  }

  package enum Action: Hashable, Sendable {
    /// The first start of the server has come to an end, well or not.
    case settled
    /// What the server's lists show may be another thing now.
    case changed(Condition)
  }

  package private(set) var condition: Condition
  /// Whether nobody waits for a first start any more.
  package private(set) var isSettled: Bool
  private let gracePeriod: UInt64

  /// - Parameters:
  ///   - isAwaited: whether its first start is waited for: not that of a server that is started by its first call, or
  ///     that cannot be started as it is configured.
  ///   - isKnown: whether its lists are known from an earlier run.
  ///   - gracePeriod: milliseconds.
  package init(isAwaited: Bool = true, isKnown: Bool = false, gracePeriod: UInt64 = 60_000) {
    condition = isKnown ? .known : .absent
    isSettled = !isAwaited
    self.gracePeriod = gracePeriod
  }

  /// When ``timePassed(at:)`` is due; nil for never.
  package var deadline: UInt64? { if case .lingering(let until) = condition { until } else { nil } }

  /// Some lane has changed its state, was added or was taken out.
  package mutating func lanesChanged(_ lanes: [EndpointState], at now: UInt64) -> [Action] {
    var actions: [Action] = []
    let next = next(lanes, at: now)
    if next != condition {
      condition = next
      actions.append(.changed(next))
    }
    if !isSettled, Self.haveSettled(lanes) {
      isSettled = true
      actions.append(.settled)
    }
    return actions
  }

  /// Time has passed: the grace period may be over.
  package mutating func timePassed(at now: UInt64) -> [Action] {
    guard case .lingering(let until) = condition, now >= until else { return [] }
    condition = .gone
    return [.changed(.gone)]
  }

  /// One whose start has not even begun is still to come.
  private static func haveSettled(_ lanes: [EndpointState]) -> Bool {
    lanes.contains(where: \.isAvailable)
      || lanes.allSatisfy { $0.isSettled && ($0.generation > 0 || $0.condition != .idle) }
  }

  /// A lane that rests until the next call is not lost.
  private func next(_ lanes: [EndpointState], at now: UInt64) -> Condition {
    let isThere = lanes.contains { $0.isAvailable || $0.condition == .idle && condition == .present }
    switch condition {
    case .known: return isThere ? .present : Self.haveSettled(lanes) ? .lingering(until: now + gracePeriod) : .known
    case .absent: return isThere ? .present : .absent
    case .present: return isThere ? .present : .lingering(until: now + gracePeriod)
    case .lingering, .gone: return isThere ? .present : condition
    }
  }
}
