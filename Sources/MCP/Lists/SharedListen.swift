/// The one `subscriptions/listen` that a modern server gets, for all clients together.
///
/// A listen's filter is fixed, so a change of what is wanted opens another one and ends the first only when the second is
/// acknowledged: nothing is missed in between, and what comes twice is told by its number. One that ends or is refused is
/// opened again after a wait that doubles. All times are milliseconds of one monotonic clock.
package struct SharedListen: Sendable {
  package enum Action: Equatable, Sendable {
    case open(number: UInt64, ListenFilter)
    case cancel(number: UInt64)
  }

  private struct Listen {
    let number: UInt64
    let filter: ListenFilter
  }

  private static let shortestWait: UInt64 = 1_000
  private static let longestWait: UInt64 = 60_000
  /// Milliseconds after which the end of a listen starts the waits anew.
  private static let lasting: UInt64 = 10_000

  package private(set) var wanted = ListenFilter()
  /// What the server is known to honour.
  package private(set) var honoured = ListenFilter()
  private var current: Listen?
  private var next: Listen?
  private var lastNumber: UInt64 = 0
  private var wait: UInt64 = 0
  private var acknowledgedAt: UInt64 = 0
  /// When an attempt is due again; nil for never.
  package private(set) var retryAt: UInt64?

  package init() {}

  /// The listen that is not acknowledged yet.
  package var pendingNumber: UInt64? { next?.number }

  /// Whether a notification with this number is to be passed on; that of a listen which is being replaced still is.
  package func isLive(_ number: UInt64) -> Bool { current?.number == number || next?.number == number }

  /// Takes over what all clients together want to hear of.
  package mutating func want(_ filter: ListenFilter) -> [Action] {
    wanted = filter
    return pursue()
  }

  package mutating func acknowledged(_ number: UInt64, _ subset: ListenFilter, at now: UInt64) -> [Action] {
    guard let listen = next, listen.number == number else { return [] }
    let old = current
    current = listen
    next = nil
    honoured = subset
    acknowledgedAt = now
    retryAt = nil
    return (old.map { [.cancel(number: $0.number)] } ?? []) + pursue()
  }

  /// A listen was refused, was ended by the server, or stayed unacknowledged for too long.
  package mutating func ended(_ number: UInt64, at now: UInt64) -> [Action] {
    let hasLasted = current?.number == number && now >= acknowledgedAt + Self.lasting
    if current?.number == number {
      current = nil
      honoured = ListenFilter()
    } else if next?.number == number {
      next = nil
    } else {
      return []
    }
    if hasLasted { wait = 0 }
    wait = min(max(wait * 2, Self.shortestWait), Self.longestWait)
    if next == nil { retryAt = now + wait }
    return []
  }

  package mutating func timePassed(at now: UInt64) -> [Action] {
    guard let due = retryAt, now >= due else { return [] }
    retryAt = nil
    return pursue()
  }

  private mutating func pursue() -> [Action] {
    guard next == nil, retryAt == nil else { return [] }
    if wanted.isEmpty {
      guard let old = current else { return [] }
      current = nil
      honoured = ListenFilter()
      return [.cancel(number: old.number)]
    }
    guard current?.filter != wanted else { return [] }
    lastNumber += 1
    let listen = Listen(number: lastNumber, filter: wanted)
    next = listen
    return [.open(number: listen.number, listen.filter)]
  }
}
