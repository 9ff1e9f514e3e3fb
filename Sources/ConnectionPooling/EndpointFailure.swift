/// Why an endpoint was lost, for the person and the log.
///
/// Only what went wrong between us and the server is one: an error that the server says is an answer.
package struct EndpointFailure: Error, Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// The program could not be run.
    case spawn
    /// The process ended, or its output did.
    case exit
    /// A phase of the start took too long.
    case timeout
    /// The handshake ended in an error, or in nothing we can work with.
    case handshake
    /// What came was no protocol.
    case garbage
    /// Probes went unanswered.
    case silence
    /// The process is stopped.
    case stopped
  }

  package let kind: Kind
  /// The phase of the start it happened in; nil when the endpoint was ready.
  package let phase: StartPhase?
  /// A sentence with what is known: exit code or signal, the tail of standard error, the cure.
  package let message: String

  package init(_ kind: Kind, phase: StartPhase? = nil, message: String = "") {
    self.kind = kind
    self.phase = phase
    self.message = message
  }
}
