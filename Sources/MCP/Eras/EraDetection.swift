/// Finds the era to speak with one server: what to ask it first, and what to do with each outcome
/// (2026-07-28, basic/versioning, and the design's "Era of a server").
///
/// ```
///                         accepted
///   asking one ────────────────────────────► settled
///     │   │ refused, silent                     ▲
///     │   └────────────► asking the other ──────┤ accepted
///     │ exited                 │                │
///     └──────► restart ────────┴───► failed     │
///                  └────────────────────────────┘
/// ```
///
/// `initialize` gives way to `server/discover` only on an error or an exit. A `server/discover` that stays unanswered is
/// followed by `initialize` on the same pipe, and the first good answer of the two decides. Each era is tried at most
/// once as the first message of a process, and at most once after the other. ``EraAttempts`` knows what the detections
/// before have come to.
package struct EraDetection: Sendable {
  package enum Action: Equatable, Sendable {
    /// Ask on the connection there is.
    case ask(Era)
    /// End the process and ask on a new one.
    case restart(Era)
    /// Wait for what has been asked already.
    case wait
    case settle(Era)
    /// Give up; the failure to tell is that of this era's attempt.
    case fail(Era)
  }

  /// Milliseconds after which an unanswered `server/discover` is followed by `initialize`, or by nothing any more when the
  /// server is there and has refused that: it need not start any more to say what it is.
  package var patience: UInt64 { isAwake ? 2_000 : 5_000 }

  private let known: EraVerdicts
  private let first: Era
  private var outstanding: Set<Era> = []
  private var failed: Set<Era> = []
  /// Eras that were asked for as the first message of a process.
  private var opened: Set<Era> = []
  /// The one of them that was last.
  private(set) var lastOpened: Era
  /// Those of them whose process has ended before anything was settled.
  private var died: Set<Era> = []
  /// Whether this process has answered anything.
  private var isAwake = false
  /// Whether a process that had refused `initialize` had nothing to say to `server/discover`.
  private(set) var fellSilent = false
  package private(set) var settled: Era?

  /// - Parameters:
  ///   - preferred: the era of the client that the server is started for.
  ///   - known: what was learned before.
  ///   - now: milliseconds since 1970.
  package init(preferred: Era, known: EraVerdicts, at now: UInt64) {
    self.known = known
    let isRefused = known.isRefused(preferred, at: now) && !known.isRefused(preferred.other, at: now)
    first = isRefused ? preferred.other : preferred
    lastOpened = first
  }

  /// Takes up a server that has ended in both eras, the last time in `era`: the other's turn has come, and there is one
  /// process for it.
  init(after era: Era, known: EraVerdicts) {
    self.known = known
    first = era.other
    lastOpened = first
    opened = [era]
    died = [era]
  }

  /// Whether a `server/discover` is under way whose ``patience`` ends before the time of the handshake does.
  package var awaitsDiscovery: Bool {
    settled == nil && outstanding == [.modern] && (isAwake || !failed.contains(.legacy))
  }

  /// Whether a process has ended in each era, so that neither is what it ends of.
  var hasDiedInBoth: Bool { died.count == Era.allCases.count }

  package mutating func begin() -> Action {
    outstanding = [first]
    opened.insert(first)
    return .ask(first)
  }

  /// The server has answered in an era's own way.
  package mutating func accepted(_ era: Era) -> Action {
    guard settled == nil else { return .wait }
    settled = era
    // A probe that was not answered in its time is a no, or it would be waited for on every start.
    if era == .legacy, outstanding.contains(.modern) { failed.insert(.modern) }
    outstanding = []
    return .settle(era)
  }

  /// The server has answered with an error, or with nothing that this gateway can use.
  ///
  /// `isFinal` says that the answer proves that the server speaks this era, so that the other must not be tried.
  package mutating func refused(_ era: Era, isFinal: Bool = false) -> Action {
    guard settled == nil, outstanding.remove(era) != nil else { return .wait }
    isAwake = true
    failed.insert(era)
    if isFinal {
      outstanding = []
      failed.insert(era.other)
      return .fail(era)
    }
    if !outstanding.isEmpty { return .wait }
    return failed.contains(era.other) ? fail() : ask(era.other)
  }

  /// `server/discover` has gone unanswered for ``patience``.
  package mutating func silent() -> Action {
    guard awaitsDiscovery else { return .wait }
    guard failed.contains(.legacy) else { return ask(.legacy) }
    fellSilent = true
    return refused(.modern)
  }

  /// The process has ended, or closed its output, before anything was settled.
  package mutating func exited() -> Action {
    guard settled == nil else { return .wait }
    // What was asked second may have failed for what was asked first: it gets a process of its own.
    died.insert(lastOpened)
    let next = [first.other, first].first { !opened.contains($0) }
    failed.formUnion(outstanding)
    outstanding = []
    guard let next else { return fail() }
    failed.remove(next)
    isAwake = false
    outstanding = [next]
    opened.insert(next)
    lastOpened = next
    return .restart(next)
  }

  /// What is known now, beside what was known before.
  ///
  /// - Parameter now: milliseconds since 1970.
  package func verdicts(at now: UInt64) -> EraVerdicts {
    guard let settled else { return known }
    var verdicts = known
    verdicts[settled] = .init(isSpoken: true, at: now)
    if failed.contains(settled.other) { verdicts[settled.other] = .init(isSpoken: false, at: now) }
    return verdicts
  }

  private mutating func ask(_ era: Era) -> Action {
    outstanding.insert(era)
    return .ask(era)
  }

  /// An era that the server is known to speak has failed for a reason worth telling; else `initialize` is what most
  /// servers answer to in earnest.
  private func fail() -> Action { .fail(known.isSpoken(.modern) && !known.isSpoken(.legacy) ? .modern : .legacy) }
}
