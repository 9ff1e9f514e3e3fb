import MCP

/// When each list of one server is read again: because the server says that it has changed, because it could not be read,
/// or because it may have changed without a word.
///
/// Times are milliseconds of one monotonic clock. After each event the shell reads what is returned, reports the end of each
/// reading, and arms its timer for ``deadline``.
struct ListSchedule {
  /// Milliseconds between two readings for a server that announces a change after each of them; doubled each time.
  private static let firstPause: UInt64 = 50
  private static let longestPause: UInt64 = 5_000
  /// Milliseconds until a list is asked for again that could not be read; doubled each time.
  private static let firstRetry: UInt64 = 1_000
  private static let longestRetry: UInt64 = 60_000
  /// Milliseconds after which a list may be another one although nobody said so: of a server that does not promise to tell
  /// of changes, and of one that does.
  private static let silence: UInt64 = 1_000
  private static let promisedSilence: UInt64 = 60_000

  private struct Entry {
    var isReading = false
    /// How many changes the server has announced, and how many of them had come before the last reading began.
    var announced = 0
    var seen = 0
    /// The same for the reading that is under way.
    var looking = 0
    var failures = 0
    var pause: UInt64 = 0
    /// When the last reading began.
    var begunAt: UInt64?
    /// When it is to be read again; nil for when something is announced.
    var dueAt: UInt64?

    var isAnnounced: Bool { announced > seen }
  }

  private var entries: [ListKind: Entry] = [:]

  init() {}

  /// When ``timePassed(at:)`` is due; nil for never.
  var deadline: UInt64? { entries.values.compactMap { $0.isReading ? nil : $0.dueAt }.min() }

  /// Whether the server has said that a list is another one than was read.
  func isAnnounced(_ kind: ListKind) -> Bool { entries[kind]?.isAnnounced ?? false }

  func isReading(_ kind: ListKind) -> Bool { entries[kind]?.isReading ?? false }

  /// Whether a list was read of the connection that there is, or is being opened.
  func wasRead(_ kind: ListKind) -> Bool {
    entries[kind].map { !$0.isReading && $0.failures == 0 && $0.begunAt != nil } ?? false
  }

  /// Whether a list could not be read, and is asked for again.
  func hasFailed(_ kind: ListKind) -> Bool { (entries[kind]?.failures ?? 0) > 0 }

  /// Whether a list may have changed without a word since it was read.
  ///
  /// `isPromised` says that the server promises to tell of changes.
  func mayHaveChanged(_ kind: ListKind, isPromised: Bool, at now: UInt64) -> Bool {
    guard let entry = entries[kind], !entry.isReading, let begunAt = entry.begunAt else { return false }
    return now - begunAt >= (isPromised ? Self.promisedSilence : Self.silence)
  }

  // MARK: - Events

  /// A list is being read, for whatever reason.
  mutating func begins(_ kind: ListKind, at now: UInt64) {
    var entry = entries[kind] ?? Entry()
    entry.isReading = true
    entry.looking = entry.announced
    entry.begunAt = now
    entry.dueAt = nil
    entries[kind] = entry
  }

  /// The server says that a list has changed. Returns whether it is to be read now.
  mutating func changed(_ kind: ListKind, at now: UInt64) -> Bool {
    var entry = entries[kind] ?? Entry()
    defer { entries[kind] = entry }
    let wasAnnounced = entry.isAnnounced
    entry.announced += 1
    guard !entry.isReading, !wasAnnounced else { return false }
    // A server that announces a change after every list is listened to less and less.
    let rested = (entry.begunAt ?? 0) + entry.pause
    if now >= rested + Self.longestPause { entry.pause = 0 }
    guard entry.pause > 0, now < rested else { return true }
    entry.dueAt = rested
    return false
  }

  /// A reading has come to an end. Returns whether another one is to begin now.
  mutating func ended(_ kind: ListKind, wasRead: Bool, at now: UInt64) -> Bool {
    guard var entry = entries[kind] else { return false }
    defer { entries[kind] = entry }
    entry.isReading = false
    if wasRead {
      entry.failures = 0
      // Only what is read because of an announcement makes the next one wait.
      if entry.looking > entry.seen { entry.pause = min(max(entry.pause * 2, Self.firstPause), Self.longestPause) }
      entry.seen = entry.looking
      entry.dueAt = entry.isAnnounced ? (entry.begunAt ?? now) + entry.pause : nil
    } else {
      entry.failures += 1
      entry.dueAt = now + min(Self.firstRetry << UInt64(min(entry.failures - 1, 6)), Self.longestRetry)
    }
    return entry.dueAt.map { now >= $0 } ?? false
  }

  /// Time has passed. Returns what is to be read now.
  mutating func timePassed(at now: UInt64) -> [ListKind] {
    entries.filter { !$0.value.isReading && $0.value.dueAt.map { now >= $0 } ?? false }.map(\.key)
      .sorted { $0.method.rawValue < $1.method.rawValue }
  }

  /// The connection is gone: nothing is being read, and the next one begins anew.
  mutating func closed() { entries = [:] }
}
