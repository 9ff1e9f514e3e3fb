/// What a server says with 401 or 403 about the token that it wants (RFC 6750 section 3, RFC 9728 section 5.1).
package struct BearerChallenge: Equatable, Sendable {
  /// Where the resource's metadata is; what is no address is passed over.
  package let resourceMetadata: WebAddress?
  package let scopes: ScopeList
  /// `invalid_token`, `insufficient_scope` or another code.
  package let error: String?
  /// For people; the server's own words.
  package let errorDescription: String?

  /// Takes the first challenge of the scheme Bearer, one that names metadata before others; nil when there is none.
  package init?(_ fields: [String]) {
    let all = fields.flatMap(AuthChallenge.parse).filter { $0.scheme == "bearer" }
    guard let one = all.first(where: { $0.parameters["resource_metadata"] != nil }) ?? all.first else { return nil }
    resourceMetadata = one.parameters["resource_metadata"].flatMap(WebAddress.init)
    scopes = ScopeList(one.parameters["scope"] ?? "")
    error = one.parameters["error"]
    errorDescription = one.parameters["error_description"]
  }
}
