/// The attempts to reach one server, and what their deaths say about how the next is to go.
///
/// A process may end because it was asked in the wrong era, so the first attempt spends one on each. When both have ended,
/// the eras are not to blame: from then on an attempt starts a single process, asked first in the era whose turn it is, so
/// that a server which comes up again is found whichever it speaks. An attempt that meets a living process starts over; one
/// that had no patience for what the process says to `server/discover` is followed by one that asks it first, and waits.
package struct EraAttempts: Sendable {
  /// The era that the last process was asked in first, when the next is the other's.
  private var last: Era?

  package init() {}

  /// Returns the detection of the next attempt.
  ///
  /// - Parameters:
  ///   - preferred: the era of the client that the server is started for.
  ///   - known: what was learned of the server's eras before.
  ///   - now: milliseconds since 1970.
  package func next(preferred: Era, known: EraVerdicts, at now: UInt64) -> EraDetection {
    last.map { EraDetection(after: $0, known: known) } ?? EraDetection(preferred: preferred, known: known, at: now)
  }

  /// An attempt has come to nothing. After one that has succeeded there is a new value.
  package mutating func failed(_ detection: EraDetection) {
    last = detection.hasDiedInBoth ? detection.lastOpened : detection.fellSilent ? .legacy : nil
  }
}
