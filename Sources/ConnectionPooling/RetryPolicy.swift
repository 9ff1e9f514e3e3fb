/// Says what becomes of a call whose connection was lost.
///
/// A write is never silently repeated. What never left the queue may go to another connection as often as needed; what
/// may have reached a server is sent again only when the configuration allows it and the tool itself says that this does
/// no harm, and then only once: the call may be what killed the server.
package enum RetryPolicy: Equatable, Sendable {
  case never
  /// Calls that declare themselves read-only or idempotent may be sent a second time.
  case readOnly

  /// How much of a call may have reached the server.
  package enum Delivery: Equatable, Sendable {
    /// Not a byte was handed to the connection.
    case notSent
    /// Bytes were written; how much was read, and what was done, cannot be known.
    case unknown
  }

  package enum Verdict: Equatable, Sendable {
    /// Ask for another connection.
    case sendElsewhere
    /// Answer that the call was not sent.
    case answerNotSent
    /// Answer that the call may or may not have been carried out.
    case answerUnknown
  }

  /// Decides for one call.
  ///
  /// - Parameters:
  ///   - delivery: how far the call had come.
  ///   - isRepeatable: whether the tool says `readOnlyHint` or `idempotentHint`.
  ///   - resends: how often the call was sent again before.
  ///   - isInTime: whether the caller's time is not over yet.
  package func verdict(for delivery: Delivery, isRepeatable: Bool, resends: Int, isInTime: Bool) -> Verdict {
    switch delivery {
    case .notSent:
      // A call that was sent once and then waited again is not one that was never sent.
      if isInTime { return .sendElsewhere }
      return resends == 0 ? .answerNotSent : .answerUnknown
    case .unknown:
      return self == .readOnly && isRepeatable && resends == 0 && isInTime ? .sendElsewhere : .answerUnknown
    }
  }
}
