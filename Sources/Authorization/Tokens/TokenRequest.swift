/// Requests to a token endpoint (RFC 6749 sections 4.1.3 and 6). Each names the resource, as MCP demands of all legs.
enum TokenRequest {
  /// What a code is redeemed with.
  static func redeeming(
    code: String, verifier: String, redirectURI: String, resource: String?, audience: String?,
    as client: ClientIdentity, at endpoint: WebAddress, isPublicOnly: Bool
  ) -> WebRequest {
    var form = FormText()
    form.add("grant_type", "authorization_code")
    form.add("code", code)
    form.add("redirect_uri", redirectURI)
    form.add("code_verifier", verifier)
    form.add("resource", resource)
    form.add("audience", audience)
    return request(form, as: client, at: endpoint, isPublicOnly: isPublicOnly)
  }

  /// What a grant is renewed with. The scopes stay as they are; renewing cannot add any.
  static func renewing(_ grant: Grant, refreshToken: String, isPublicOnly: Bool) -> WebRequest {
    var form = FormText()
    form.add("grant_type", "refresh_token")
    form.add("refresh_token", refreshToken)
    form.add("resource", grant.resource)
    return request(form, as: grant.client, at: grant.tokenEndpoint, isPublicOnly: isPublicOnly)
  }

  /// Says that tokens are not needed any more (RFC 7009 section 2.1).
  ///
  /// - Parameters:
  ///   - token: one of the grant's.
  ///   - kind: which of them it is, in OAuth's words.
  ///   - grant: tells who we are.
  ///   - endpoint: where it is said.
  ///   - isPublicOnly: whether it may lead into the public internet alone.
  ///   - spellsOut: whether a secret that is not told in the form is sent there as an empty one, which is none (RFC 6749 section
  ///     2.3.1): the official SDK for Python demands it.
  static func revoking(
    _ token: String, kind: String, of grant: Grant, at endpoint: WebAddress, isPublicOnly: Bool, spellsOut: Bool
  ) -> WebRequest {
    var form = FormText()
    if spellsOut { form.add("client_secret", "") }
    form.add("token", token)
    form.add("token_type_hint", kind)
    return request(form, as: grant.client, at: endpoint, isPublicOnly: isPublicOnly)
  }

  /// Adds who we are, as the authorization server knows us.
  static func request(
    _ form: FormText, as client: ClientIdentity, at endpoint: WebAddress, isPublicOnly: Bool
  ) -> WebRequest {
    var form = form
    var headers = [WebField("Content-Type", "application/x-www-form-urlencoded")]
    // Whoever has a secret need not say it here as well; some servers look for it here first.
    form.add("client_id", client.id)
    switch (client.method, client.secret) {
    case (.basic, let secret?):
      // Both are escaped as in a form before they are joined (RFC 6749 section 2.3.1).
      let pair = FormText.encode(client.id) + ":" + FormText.encode(secret)
      headers.append(WebField("Authorization", "Basic \(Base64Text.encode(Array(pair.utf8)))"))
    case (.post, let secret?): form.add("client_secret", secret)
    default: break
    }
    return WebRequest(.post, endpoint, headers: headers, body: Array(form.text.utf8), isPublicOnly: isPublicOnly)
  }
}
