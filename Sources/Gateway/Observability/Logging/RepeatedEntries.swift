import Configuration

/// What the log has said already: the same is said once, and then summed up at growing intervals.
///
/// Two entries are the same when they differ in numbers alone, so that a server that fails for ever is one line, and then one
/// every minute, every two, every four, up to one an hour. All times are milliseconds of one monotonic clock.
struct RepeatedEntries {
  enum Verdict: Equatable {
    /// It is said, with how often it was not since the last time.
    case show(repeats: Int)
    case drop
  }

  private struct Record {
    var shown = 1
    var dropped = 0
    var shownAt: UInt64
    var seenAt: UInt64
    var interval = RepeatedEntries.firstInterval
  }

  static let firstInterval: UInt64 = 60_000
  static let longestInterval: UInt64 = 3_600_000
  /// What was not said for so long is news.
  static let forgottenAfter: UInt64 = 2 * longestInterval
  /// What is remembered at the same time.
  static let limit = 1_000
  /// How often lines of servers' own that are the same to the last character are shown, and what is no failure.
  private static let harmlessTimes = 3

  private var records: [String: Record] = [:]

  /// What comes once for each thing that a person has to know, however alike they look.
  private static let saidEachTime: Set<String> = ["configuration_wrong", "configuration_odd"]
  /// What is another thing when a number in it is another one.
  private static let numbered: Set<String> = ["tool_changed", LogEntry.standardError]
  /// What says the same with other numbers.
  private static let passedOver: Set<String> = ["generation", "attempt", "retry", "pid", "count"]

  /// Decides about an entry that has just come.
  mutating func entry(_ entry: LogEntry, at now: UInt64) -> Verdict {
    // What concerns no server comes of what a person does.
    guard let server = entry.server, !Self.saidEachTime.contains(entry.event) else { return .show(repeats: 0) }
    let isNumbered = Self.numbered.contains(entry.event)
    var key = "\(server)\u{0}\(entry.event)\u{0}\(entry.level.rawValue)"
    for field in entry.fields where !Self.passedOver.contains(field.key) {
      key += "\u{0}" + (isNumbered ? field.value : Self.withoutNumbers(field.value))
    }
    guard var record = records[key], now < record.seenAt + Self.forgottenAfter else {
      makeRoom(now)
      records[key] = Record(shownAt: now, seenAt: now)
      return .show(repeats: 0)
    }
    record.seenAt = now
    defer { records[key] = record }
    if entry.level <= .info, record.shown < Self.harmlessTimes {
      record.shown += 1
      return .show(repeats: 0)
    }
    guard now >= record.shownAt + record.interval else {
      record.dropped += 1
      return .drop
    }
    let dropped = record.dropped
    record.shownAt = now
    record.dropped = 0
    record.interval = min(record.interval * 2, Self.longestInterval)
    return .show(repeats: dropped)
  }

  private mutating func makeRoom(_ now: UInt64) {
    guard records.count >= Self.limit else { return }
    records = records.filter { now < $0.value.seenAt + $0.value.interval * 2 }
    if records.count >= Self.limit { records = [:] }
  }

  private static func withoutNumbers(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !("0"..."9").contains(scalar) { result.append(scalar) } else if result.last != "0" { result.append("0") }
    }
    return String(result)
  }
}
