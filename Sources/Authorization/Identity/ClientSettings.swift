/// What the person has configured about logins to one server.
package struct ClientSettings: Equatable, Sendable {
  /// The id of a client that was registered by hand; an `https` address is that of a client's metadata document.
  package var clientID: String?
  package var clientSecret: String?
  /// Asked for in the place of what the server's metadata lists.
  package var scopes: ScopeList
  /// Sent in the place of what the server's metadata says; empty for nothing.
  package var resource: String?
  /// Sent as `audience`, which some authorization servers want.
  package var audience: String?
  /// The only authorization server that is taken.
  package var issuer: WebAddress?

  package init(
    clientID: String? = nil, clientSecret: String? = nil, scopes: ScopeList = ScopeList(), resource: String? = nil,
    audience: String? = nil, issuer: WebAddress? = nil
  ) {
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes
    self.resource = resource
    self.audience = audience
    self.issuer = issuer
  }

  /// Whether the configured id is the address of a document.
  var isDocument: Bool { clientID.flatMap(WebAddress.init)?.scheme == "https" && clientSecret == nil }
}
