/// What decides which entries of the merged lists a client sees, and in which shape.
package struct ListProfile: Hashable, Sendable {
  package let era: Era
  /// Whether the client shows MCP Apps: tools that are for apps only are hidden from others.
  package let showsApps: Bool

  package init(era: Era, showsApps: Bool) {
    self.era = era
    self.showsApps = showsApps
  }

  package init(era: Era, _ capabilities: ClientCapabilities) {
    self.init(era: era, showsApps: capabilities.showsApps)
  }

  package static let all = Era.allCases.flatMap { era in
    [false, true].map { ListProfile(era: era, showsApps: $0) }
  }

  /// Its place among ``all``.
  package var index: Int { (era == .legacy ? 0 : 2) + (showsApps ? 1 : 0) }
}
