/// The steps from asking a process to end to ending it, by the time that has passed.
///
/// ```
/// idle ──begin──► waiting ──1 s──► terminating ──0.7 s──► killing ──1 s──► given up
///   │                │  leader gone     ▲                 (again every 20 ms)
///   └─begin urgently─┴──────────────────┘
/// ```
package struct Ladder {
  /// What is to be done to the processes.
  enum Step: Equatable {
    /// SIGTERM, and SIGCONT since a stopped process cannot die of it.
    case terminate
    case kill
    /// Not even SIGKILL helps: processes that hang in the kernel.
    case giveUp
  }

  /// How long a process may take to end by itself after its input was closed, in milliseconds, where nothing else is said.
  package static let patience: UInt64 = 1000
  /// How long it may take to end after SIGTERM.
  static let grace: UInt64 = 700
  /// How long SIGKILL is tried.
  static let effort: UInt64 = 1000
  /// The time between two tries, for what was forked between looking and killing.
  static let interval: UInt64 = 20

  private enum State {
    case idle
    case waiting(until: UInt64)
    case terminating(until: UInt64)
    case killing(next: UInt64, until: UInt64)
    case givenUp
  }

  private let patience: UInt64
  private var state = State.idle

  /// - Parameter patience: milliseconds that a process may take to end by itself.
  init(patience: UInt64 = Ladder.patience) { self.patience = patience }

  /// When ``elapsed(_:)`` has something to do.
  var deadline: UInt64? {
    switch state {
    case .idle, .givenUp: nil
    case .waiting(let until), .terminating(let until): until
    case .killing(let next, _): next
    }
  }

  /// Whether the last step was reached.
  var isKilling: Bool {
    switch state {
    case .idle, .waiting, .terminating: false
    case .killing, .givenUp: true
    }
  }

  /// Begins, or hurries what has begun.
  mutating func begin(urgent: Bool, at now: UInt64) -> Step? {
    switch (state, urgent) {
    case (.idle, false):
      state = .waiting(until: now + patience)
      return nil
    case (.idle, true), (.waiting, true): return terminate(at: now)
    default: return nil
    }
  }

  /// The process that could have followed its closed input is gone: the others are not waited for.
  mutating func leaderGone(at now: UInt64) -> Step? {
    switch state {
    case .idle, .waiting: terminate(at: now)
    case .terminating, .killing, .givenUp: nil
    }
  }

  /// Takes the step whose time has come.
  mutating func elapsed(_ now: UInt64) -> Step? {
    guard let deadline, now >= deadline else { return nil }
    switch state {
    case .idle, .givenUp: return nil
    case .waiting: return terminate(at: now)
    case .terminating:
      state = .killing(next: now + Self.interval, until: now + Self.effort)
      return .kill
    case .killing(_, let until):
      if now >= until {
        state = .givenUp
        return .giveUp
      }
      state = .killing(next: now + Self.interval, until: until)
      return .kill
    }
  }

  private mutating func terminate(at now: UInt64) -> Step {
    state = .terminating(until: now + Self.grace)
    return .terminate
  }
}
