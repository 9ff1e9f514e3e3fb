/// Why there is no token: which step failed, what happened, and what to do.
package struct AuthorizationFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The steps on the way to a token, by which a person looks for the cause.
  package enum Step: String, Sendable {
    /// The name, the connection, TLS or the proxy.
    case network
    /// Finding the authorization server and what it can do.
    case discovery
    /// Becoming known to it as a client.
    case registration
    /// The person's consent in the browser.
    case consent
    /// Getting or renewing the token.
    case token
    /// Keeping it on this machine.
    case storage
  }

  package let step: Step
  /// What happened, as a clause without a full stop.
  package let reason: String
  /// What to do about it, as a clause; nil where nothing is known to help.
  package let cure: String?
  /// The code of the authorization server's answer (RFC 6749 section 5.2), such as `invalid_grant`.
  package let code: String?

  package init(_ step: Step, _ reason: String, cure: String? = nil, code: String? = nil) {
    self.step = step
    self.reason = reason
    self.cure = cure
    self.code = code
  }

  /// Whether asking again cannot help: the authorization server has judged the grant or us (RFC 6749 section 5.2), and was
  /// not just out of order.
  var isFinal: Bool {
    guard let code else { return false }
    return ["invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"]
      .contains(code)
  }

  /// Whether the authorization server does not know us, or not with our redirect address: it may as somebody else.
  var isOfClient: Bool {
    guard let code else { return false }
    return ["invalid_client", "unauthorized_client", "invalid_redirect_uri", "invalid_client_metadata"].contains(code)
  }

  package var description: String { "\(step.rawValue): \(reason)" + (cure.map { "; \($0)" } ?? "") }
}
