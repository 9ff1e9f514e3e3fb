/// A revision of the Model Context Protocol.
package enum Revision: String, CaseIterable, Comparable, Sendable {
  case november2024 = "2024-11-05"
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"

  /// The newest one that is opened with `initialize`.
  package static let newestLegacy = Revision.november2025

  /// Returns what a server that speaks all legacy revisions answers to a client's `protocolVersion`: the same when it is
  /// known, else the newest (2025-11-25, basic/lifecycle, version negotiation).
  package static func negotiated(requested: String?) -> Revision {
    requested.flatMap { Revision(rawValue: $0) } ?? newestLegacy
  }

  package static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

  /// Whether a message may be an array of messages (2025-03-26 only; removed by 2025-06-18).
  package var allowsBatches: Bool { self == .march2025 }

  /// Whether an error that belongs to no readable id leaves the member out instead of writing null (schema of
  /// 2025-11-25; JSON-RPC 2.0 section 5 before).
  package var omitsUnknownID: Bool { self >= .november2025 }
}
