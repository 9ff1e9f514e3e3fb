/// Why there is no answer, or no whole one.
package struct HTTPFailure: Error, Equatable, Sendable {
  /// Where it went wrong, from the outside in.
  package enum Layer: String, Sendable {
    /// The library is not there.
    case library
    /// The host's name.
    case dns
    case connection, proxy
    case tls
    /// What came through the connection.
    case http
  }

  package let layer: Layer
  /// Part of a sentence.
  package let reason: String
  /// Whether the server may have got the request, or some of it.
  package let mayHaveArrived: Bool
  package let isTimeout: Bool

  package init(_ layer: Layer, _ reason: String, mayHaveArrived: Bool, isTimeout: Bool = false) {
    self.layer = layer
    self.reason = reason
    self.mayHaveArrived = mayHaveArrived
    self.isTimeout = isTimeout
  }

  /// Returns the same failure with more in its reason.
  func adding(_ words: String) -> HTTPFailure {
    HTTPFailure(layer, "\(reason); \(words)", mayHaveArrived: mayHaveArrived, isTimeout: isTimeout)
  }
}
