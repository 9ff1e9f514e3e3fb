/// A person's consent that was asked for in a browser, and what has to be true of the answer (OAuth 2.1 section 4.1).
struct PendingConsent: Sendable {
  private let plan: LoginPlan
  private let client: ClientIdentity
  let redirectURI: String
  private let state: String
  private let proof: ProofKey

  init(_ plan: LoginPlan, as client: ClientIdentity, redirectURI: String, _ cryptography: Cryptography) {
    self.plan = plan
    self.client = client
    self.redirectURI = redirectURI
    state = Base64Text.encodeForAddress(cryptography.random(16))
    proof = ProofKey(cryptography)
  }

  /// What is opened in the browser.
  ///
  /// - Parameter choosesAccount: whether the person is asked which account to use, even if there is one already.
  func address(choosesAccount: Bool) -> String {
    var form = FormText()
    form.add("response_type", "code")
    form.add("client_id", client.id)
    form.add("redirect_uri", redirectURI)
    form.add("state", state)
    form.add("code_challenge", proof.challenge)
    form.add("code_challenge_method", "S256")
    form.add("scope", plan.scopes.isEmpty ? nil : plan.scopes.description)
    form.add("resource", plan.resource)
    form.add("audience", plan.audience)
    // Without consent OpenID Connect gives no token for when the person has gone (Core, section 11).
    let isForLater = plan.scopes.contains(ScopeList.offlineAccess)
    form.add("prompt", choosesAccount ? "select_account" : isForLater ? "consent" : nil)
    let endpoint = plan.issuer.authorizationEndpoint
    return endpoint.text + (endpoint.query == nil ? "?" : "&") + form.text
  }

  /// Whether a redirect belongs to this consent. Another one, from a page that somebody else has opened, ends nothing.
  func isAnswered(by form: FormText) -> Bool { form["state"] == state }

  /// Returns the code of a redirect that belongs to this consent.
  ///
  /// Who has answered is looked at first, also of an error (RFC 9207 section 2.4): it is compared byte by byte, and may be
  /// missing only where the authorization server has not promised it.
  func code(in form: FormText) -> Result<String, AuthorizationFailure> {
    let issuer = plan.issuer.issuer
    if let answering = form["iss"] {
      guard answering == issuer else {
        return .failure(
          AuthorizationFailure(.consent, "\(answering) has answered in the place of \(issuer); the answer is not used"))
      }
    } else if plan.issuer.promisesIssuer {
      return .failure(
        AuthorizationFailure(.consent, "\(issuer) has answered without saying who it is; that is not used"))
    }
    if let code = form["error"] {
      let words = form["error_description"].map { "\(code): \($0)" } ?? code
      return .failure(AuthorizationFailure(.consent, "\(issuer) refused the login: \(words)", code: code))
    }
    guard let code = form["code"], !code.isEmpty else {
      return .failure(AuthorizationFailure(.consent, "\(issuer) has answered without a code"))
    }
    return .success(code)
  }

  func redeeming(_ code: String, isPublicOnly: Bool) -> WebRequest {
    TokenRequest.redeeming(
      code: code, verifier: proof.verifier, redirectURI: redirectURI, resource: plan.resource, audience: plan.audience,
      as: client, at: plan.issuer.tokenEndpoint, isPublicOnly: isPublicOnly)
  }
}
