/// How much the gateway says on its standard error; each level says who has to act.
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
  /// For whoever works on the gateway.
  case debug
  /// Nobody has to act: state changes and servers' own output.
  case info
  /// The user may want to act: something was repaired, skipped or refused.
  case warning
  /// The user has to act: a server is out and will not come back by itself.
  case error

  package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }
}
