import JSONRPC

/// Becoming known to an authorization server (RFC 7591).
enum Registration {
  /// Returns the request. It names exactly one redirect address, since some servers refuse all for one that they do not
  /// like, and says that we are a program on the person's machine, which MCP demands of such.
  static func request(
    at endpoint: WebAddress, redirectURI: String, scopes: ScopeList, issuer: IssuerMetadata, isPublicOnly: Bool
  ) -> WebRequest {
    var client = JSONObjectText()
    client.add("client_name", "mcp-junction")
    client.add("application_type", "native")
    client.add("redirect_uris", [redirectURI])
    client.add("grant_types", grantTypes(of: issuer))
    client.add("response_types", ["code"])
    client.add("token_endpoint_auth_method", method(of: issuer).rawValue)
    if !scopes.isEmpty { client.add("scope", scopes.description) }
    return WebRequest(
      .post, endpoint, headers: [WebField("Content-Type", "application/json")], body: Array(client.text.utf8),
      isPublicOnly: isPublicOnly)
  }

  private static func grantTypes(of issuer: IssuerMetadata) -> [String] {
    let wanted = ["authorization_code", "refresh_token", DeviceGrant.type]
    let offered = issuer.grantTypes ?? ["authorization_code", "refresh_token"]
    return wanted.filter { $0 == wanted[0] || offered.contains($0) }
  }

  /// A public client where that is possible: a secret on a person's machine protects nothing.
  private static func method(of issuer: IssuerMetadata) -> ClientIdentity.AuthMethod {
    guard let offered = issuer.authMethods else { return .none }
    return [.none, .basic, .post].first { offered.contains($0.rawValue) } ?? .none
  }

  /// Reads the answer. An authorization server may give other values than were asked for (RFC 7591 section 3.2.1).
  static func read(
    _ response: WebResponse, from issuer: IssuerMetadata, redirectURI: String
  ) -> Result<ClientIdentity, AuthorizationFailure> {
    let fields = JSONFields(response.body)
    guard response.isSuccess, let fields, let id = fields.string("client_id") else {
      return .failure(failure(response, fields, issuer))
    }
    let secret = fields.string("client_secret")
    let said = fields.string("token_endpoint_auth_method").flatMap(ClientIdentity.AuthMethod.init)
    let method = secret == nil ? .none : said ?? .basic
    return .success(
      ClientIdentity(
        origin: .registered, id: id, secret: method == .none ? nil : secret, method: method, redirectURI: redirectURI))
  }

  private static func failure(
    _ response: WebResponse, _ fields: JSONFields?, _ issuer: IssuerMetadata
  ) -> AuthorizationFailure {
    let code = fields?.string("error")
    if [401, 403].contains(response.status) {
      return AuthorizationFailure(
        .registration,
        "\(issuer.issuer) admits only clients that it has listed (status \(response.status)\(code.map { ", \($0)" } ?? ""))",
        cure:
          "register an application in its console and configure \"oauth.clientId\", or use an API key in \"headers\"",
        code: code)
    }
    let words = fields?.string("error_description") ?? code ?? "status \(response.status)"
    return AuthorizationFailure(.registration, "\(issuer.issuer) refused the registration: \(words)", code: code)
  }
}
