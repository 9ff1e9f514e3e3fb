extension Duration {
  /// Returns milliseconds as a person writes them: `250 ms`, `1.5 s`, `30 s`, `12 h`.
  static func spelled(_ milliseconds: UInt64) -> String {
    switch milliseconds {
    case ..<1000: return "\(milliseconds) ms"
    case ..<120_000:
      let tenths = milliseconds % 1000 / 100
      return tenths == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(tenths) s"
    case ..<7_200_000: return "\(milliseconds / 60_000) min"
    default: return "\(milliseconds / 3_600_000) h"
    }
  }
}
