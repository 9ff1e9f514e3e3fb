package import Configuration

extension LogFormat {
  /// Returns an entry as one line without its line feed.
  ///
  /// - Parameters:
  ///   - entry: what is said.
  ///   - time: when, in milliseconds since 1970.
  package func line(_ entry: LogEntry, at time: UInt64) -> String {
    switch self {
    case .text: "time=\(UTCTime.text(milliseconds: time)) \(entry.text)"
    case .json: entry.json(at: time)
    }
  }
}
