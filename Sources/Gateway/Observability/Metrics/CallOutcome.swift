/// How a request of a client that was meant for a server came to its end.
package enum CallOutcome: Int, CaseIterable, Sendable {
  case ok
  /// A tool said that it failed (`isError`).
  case toolError
  /// The server answered with an error.
  case error
  /// The server never saw the request, or refused it without carrying it out.
  case notSent
  /// The connection was lost, or the answer was none, after the request had been sent.
  case unknown
  /// The client took it back.
  case cancelled
  /// It was over its time.
  case expired

  /// Whether the server answered, well or not.
  package var isAnswer: Bool {
    switch self {
    case .ok, .toolError, .error: true
    case .notSent, .unknown, .cancelled, .expired: false
    }
  }

  /// Whether the caller got an error that the server did not say.
  package var isFailure: Bool {
    switch self {
    case .notSent, .unknown, .expired: true
    case .ok, .toolError, .error, .cancelled: false
    }
  }
}
