/// What an authorization server says of itself (RFC 8414 section 2), as far as a client needs it.
package struct IssuerMetadata: Equatable, Sendable {
  /// As it is spelled; `iss` of a redirect is compared with these very bytes (RFC 9207 section 2.4).
  package let issuer: String
  package let authorizationEndpoint: WebAddress
  package let tokenEndpoint: WebAddress
  package let registrationEndpoint: WebAddress?
  package let deviceEndpoint: WebAddress?
  /// Where it is told that a token is not needed any more (RFC 7009).
  package let revocationEndpoint: WebAddress?
  package let scopes: ScopeList
  /// Nil when it does not say.
  package let grantTypes: [String]?
  /// Nil when it does not say, which means `client_secret_basic` (RFC 8414 section 2).
  package let authMethods: [String]?
  /// Whether it takes an address of a document for a client's id.
  package let takesDocuments: Bool
  /// Whether it promises `iss` in each redirect.
  package let promisesIssuer: Bool
  /// Whether it does PKCE with S256; nil when it says nothing of PKCE.
  package let provesWithS256: Bool?

  /// Fails for what lacks a mandatory member.
  package init?(_ body: [UInt8]) {
    guard let fields = JSONFields(body), let issuer = fields.string("issuer"),
      let authorization = fields.string("authorization_endpoint").flatMap(WebAddress.init),
      let token = fields.string("token_endpoint").flatMap(WebAddress.init)
    else { return nil }
    self.issuer = issuer
    authorizationEndpoint = authorization
    tokenEndpoint = token
    registrationEndpoint = fields.string("registration_endpoint").flatMap(WebAddress.init)
    deviceEndpoint = fields.string("device_authorization_endpoint").flatMap(WebAddress.init)
    revocationEndpoint = fields.string("revocation_endpoint").flatMap(WebAddress.init)
    scopes = ScopeList(fields.strings("scopes_supported") ?? [])
    grantTypes = fields.strings("grant_types_supported")
    authMethods = fields.strings("token_endpoint_auth_methods_supported")
    takesDocuments = fields.flag("client_id_metadata_document_supported")
    promisesIssuer = fields.flag("authorization_response_iss_parameter_supported")
    provesWithS256 = fields.strings("code_challenge_methods_supported").map { $0.contains("S256") }
  }

  private init?(defaultsOf origin: String) {
    guard let authorization = WebAddress(origin + "/authorize"), let token = WebAddress(origin + "/token"),
      let registration = WebAddress(origin + "/register")
    else { return nil }
    issuer = origin
    authorizationEndpoint = authorization
    tokenEndpoint = token
    registrationEndpoint = registration
    deviceEndpoint = nil
    revocationEndpoint = nil
    scopes = ScopeList()
    grantTypes = nil
    authMethods = ["none"]
    takesDocuments = false
    promisesIssuer = false
    provesWithS256 = true
  }

  /// Returns what holds for a server without any metadata (MCP 2025-03-26, "Fallbacks for Servers without Metadata
  /// Discovery"): its own origin is the authorization server, with fixed paths.
  package static func defaults(of server: WebAddress) -> IssuerMetadata? { IssuerMetadata(defaultsOf: server.origin) }

  /// The addresses that are asked or opened.
  var endpoints: [WebAddress] {
    [authorizationEndpoint, tokenEndpoint]
      + [registrationEndpoint, deviceEndpoint, revocationEndpoint].compactMap(\.self)
  }
}
