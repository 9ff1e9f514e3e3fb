/// A revision of the Model Context Protocol.
package enum Revision: String, CaseIterable, Comparable, Sendable {
  case november2024 = "2024-11-05"
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"
  case july2026 = "2026-07-28"

  /// The newest one that is opened with `initialize`.
  package static let newestLegacy = Revision.november2025
  /// The newest one whose requests stand for themselves.
  package static let newestModern = Revision.july2026
  /// Those of the modern era, newest first.
  package static let modern = [Revision.july2026]

  package var era: Era { self >= .july2026 ? .modern : .legacy }

  /// Returns what a server that speaks all legacy revisions answers to a client's `protocolVersion`: the same when it is
  /// one of them, else the newest (2025-11-25, basic/lifecycle, version negotiation).
  package static func negotiated(requested: String?) -> Revision {
    guard let known = requested.flatMap({ Revision(rawValue: $0) }), known.era == .legacy else { return newestLegacy }
    return known
  }

  package static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

  /// Whether a message may be an array of messages (2025-03-26 only; removed by 2025-06-18).
  package var allowsBatches: Bool { self == .march2025 }

  /// Whether an error that belongs to no readable id leaves the member out instead of writing null (schema of
  /// 2025-11-25; JSON-RPC 2.0 section 5 before).
  package var omitsUnknownID: Bool { self >= .november2025 }
}
