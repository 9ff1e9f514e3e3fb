import JSONRPC

/// What a login has brought: tokens of one authorization server for one resource, and what is needed to renew them.
package struct Grant: Equatable, Sendable {
  package let issuer: String
  /// As it was sent; nil when nothing was.
  package let resource: String?
  package let tokenEndpoint: WebAddress
  /// Nil where its authorization server takes no word of tokens that are not needed any more.
  package let revocationEndpoint: WebAddress?
  package let client: ClientIdentity
  package var accessToken: String
  package var refreshToken: String?
  /// Milliseconds since 1970.
  package var issuedAt: UInt64
  /// Milliseconds since 1970.
  package var expiresAt: UInt64
  package var scopes: ScopeList
  /// Why the authorization server does not renew it any more; nil while it may.
  package var refusal: Refusal?

  package struct Refusal: Equatable, Sendable {
    package let reason: String
    /// Milliseconds since 1970.
    package let at: UInt64
  }

  package init(
    issuer: String, resource: String?, tokenEndpoint: WebAddress, revocationEndpoint: WebAddress? = nil,
    client: ClientIdentity, answer: TokenAnswer, asked: ScopeList, at now: UInt64
  ) {
    self.issuer = issuer
    self.resource = resource
    self.tokenEndpoint = tokenEndpoint
    self.revocationEndpoint = revocationEndpoint
    self.client = client
    accessToken = answer.accessToken
    refreshToken = answer.refreshToken
    issuedAt = now
    expiresAt = now &+ answer.lifetime(at: now)
    // What is not said is what was asked for (RFC 6749 section 5.1).
    scopes = answer.scopes ?? asked
  }

  /// Takes a renewed token. A refresh token that is not replaced goes on being used (RFC 6749 section 6).
  mutating func renew(_ answer: TokenAnswer, at now: UInt64) {
    accessToken = answer.accessToken
    refreshToken = answer.refreshToken ?? refreshToken
    issuedAt = now
    expiresAt = now &+ answer.lifetime(at: now)
    scopes = answer.scopes ?? scopes
    refusal = nil
  }

  /// Whether it is of the same authorization server and for the same resource.
  func isOfSamePlace(as other: Grant) -> Bool { issuer == other.issuer && resource == other.resource }

  /// Whether the access token is still good.
  package func isLive(at now: UInt64) -> Bool { now < expiresAt }

  /// Whether the access token is good for long enough that clocks may differ: two minutes, or a quarter of its life where
  /// that is less.
  func isFresh(at now: UInt64) -> Bool {
    let life = expiresAt > issuedAt ? expiresAt - issuedAt : 0
    return now &+ min(120_000, life / 4) < expiresAt
  }

  // MARK: - On disk

  init?(_ fields: JSONFields) {
    guard let issuer = fields.string("issuer"),
      let tokenEndpoint = fields.string("tokenEndpoint").flatMap(WebAddress.init),
      let client = fields.object("client").flatMap(ClientIdentity.init),
      let accessToken = fields.string("accessToken"), let issuedAt = fields.integer("issuedAt"),
      let expiresAt = fields.integer("expiresAt")
    else { return nil }
    self.issuer = issuer
    resource = fields.string("resource")
    self.tokenEndpoint = tokenEndpoint
    revocationEndpoint = fields.string("revocationEndpoint").flatMap(WebAddress.init)
    self.client = client
    self.accessToken = accessToken
    refreshToken = fields.string("refreshToken")
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    scopes = ScopeList(fields.strings("scopes") ?? [])
    refusal = fields.string("refusal").map { Refusal(reason: $0, at: fields.integer("refusedAt") ?? 0) }
  }

  var json: String {
    var object = JSONObjectText()
    object.add("issuer", issuer)
    object.add("resource", resource)
    object.add("tokenEndpoint", tokenEndpoint.text)
    object.add("revocationEndpoint", revocationEndpoint?.text)
    object.add("client", raw: client.json)
    object.add("accessToken", accessToken)
    object.add("refreshToken", refreshToken)
    object.add("issuedAt", issuedAt)
    object.add("expiresAt", expiresAt)
    object.add("scopes", scopes.names)
    object.add("refusal", refusal?.reason)
    object.add("refusedAt", refusal?.at)
    return object.text
  }
}
