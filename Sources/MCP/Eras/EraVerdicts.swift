/// Which eras a server is known to speak: for each a dated yes, a dated no, or nothing.
package struct EraVerdicts: Equatable, Sendable {
  package struct Verdict: Equatable, Sendable {
    package let isSpoken: Bool
    /// Milliseconds since 1970.
    package let at: UInt64

    package init(isSpoken: Bool, at: UInt64) {
      self.isSpoken = isSpoken
      self.at = at
    }
  }

  /// Milliseconds after which a no is asked again: servers are upgraded.
  package static let lifetimeOfNo: UInt64 = 86_400_000

  private var verdicts: [Era: Verdict] = [:]

  package init() {}

  package subscript(era: Era) -> Verdict? {
    get { verdicts[era] }
    set { verdicts[era] = newValue }
  }

  package func isSpoken(_ era: Era) -> Bool { verdicts[era]?.isSpoken == true }

  /// Whether the server is known not to speak an era, and that not too long ago.
  ///
  /// `now` is in milliseconds since 1970. A verdict of the future is none: the clock was set back.
  package func isRefused(_ era: Era, at now: UInt64) -> Bool {
    guard let verdict = verdicts[era], !verdict.isSpoken, verdict.at <= now else { return false }
    return now - verdict.at < Self.lifetimeOfNo
  }
}
