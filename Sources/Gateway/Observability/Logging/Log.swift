package import Configuration
package import EventLoop

/// What is said to whoever runs the gateway, one entry at a time.
@GatewayActor
package final class Log {
  /// Somebody who writes entries down.
  package struct Sink {
    /// The least urgent of what it takes.
    let level: LogLevel
    /// Whether every line of a server's standard error is for it, how often it may be the same.
    let takesAllLines: Bool
    let write: @GatewayActor (LogEntry) -> Void

    package init(
      level: LogLevel, takesAllLines: Bool = false, write: @escaping @GatewayActor (LogEntry) -> Void
    ) {
      self.level = level
      self.takesAllLines = takesAllLines
      self.write = write
    }
  }

  private let sinks: [Sink]
  private let level: LogLevel
  private let clock: LoopClock
  private let redact: @GatewayActor (String) -> String
  private var repeated = RepeatedEntries()

  /// - Parameters:
  ///   - sinks: who writes.
  ///   - clock: what repetitions are timed by.
  ///   - redact: blots out secrets.
  package init(_ sinks: [Sink], clock: LoopClock = .loop, redact: @escaping @GatewayActor (String) -> String) {
    self.sinks = sinks
    self.clock = clock
    self.redact = redact
    level = sinks.map(\.level).min() ?? .error
  }

  /// Blots out secrets.
  package func redacted(_ text: String) -> String { redact(text) }

  /// Returns what somebody else said as it may stand in words of ours: free of secrets, and not longer than so many
  /// characters.
  package func quoted(_ text: String, limit: Int = 1024) -> String {
    // Cut with room to spare first: to free megabytes of secrets takes as long as to read them.
    let cut = redact(String(text.prefix(4 * limit)))
    return cut.count <= limit ? cut : cut.prefix(limit) + "…"
  }

  /// Whether entries of a level are written anywhere.
  func shows(_ level: LogLevel) -> Bool { level >= self.level }

  package func callAsFunction(
    _ level: LogLevel, _ event: String, server: String? = nil, _ fields: KeyValuePairs<String, String> = [:]
  ) {
    guard shows(level) else { return }
    write(LogEntry(level, event, server: server, fields.map { LogEntry.Field($0.key, redact($0.value)) }))
  }

  /// The same with fields that are not the same each time.
  package func callAsFunction(
    _ level: LogLevel, _ event: String, server: String?, fields: [(key: String, value: String)]
  ) {
    guard shows(level) else { return }
    write(LogEntry(level, event, server: server, fields.map { LogEntry.Field($0.key, redact($0.value)) }))
  }

  private func write(_ entry: LogEntry) {
    let verdict = repeated.entry(entry, at: clock.now().milliseconds)
    for sink in sinks where entry.level >= sink.level {
      switch verdict {
      case .show(0): sink.write(entry)
      case .show(let repeats):
        let isAll = sink.takesAllLines && entry.event == LogEntry.standardError
        sink.write(isAll ? entry : entry.adding("repeated", String(repeats)))
      case .drop:
        if sink.takesAllLines, entry.event == LogEntry.standardError { sink.write(entry) }
      }
    }
  }
}
