/// Severities of `logging/setLevel` and `notifications/message` (RFC 5424), least severe first.
package enum LoggingLevel: String, CaseIterable, Comparable, Sendable {
  case debug, info, notice, warning, error, critical, alert, emergency

  package static func < (left: LoggingLevel, right: LoggingLevel) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self)! }
}
