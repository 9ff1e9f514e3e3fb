/// What a login asks for, where, and for what.
struct LoginPlan: Equatable, Sendable {
  let issuer: IssuerMetadata
  /// As it is sent; nil for nothing.
  let resource: String?
  let audience: String?
  private(set) var scopes: ScopeList

  /// - Parameters:
  ///   - finding: who gives tokens.
  ///   - challenge: what the server has said.
  ///   - settings: what is configured.
  ///   - record: what is kept of earlier logins.
  init(
    _ finding: Discovery.Finding, challenge: BearerChallenge?, settings: ClientSettings, record: LoginRecord?
  ) {
    issuer = finding.issuer
    audience = settings.audience
    let resource = settings.resource.map { $0.isEmpty ? nil : $0 } ?? finding.resource
    self.resource = resource
    let granted = record?.grants.first { $0.issuer == finding.issuer.issuer && $0.resource == resource }?.scopes
    scopes = Self.scopes(
      finding, challenge, settings, known: (granted ?? ScopeList()).union(record?.wanted ?? ScopeList()))
  }

  /// What the server demands, else what is configured, else what its metadata lists; and what was granted or demanded
  /// before, since a new grant replaces the old one (MCP, "Scope Selection Strategy"; SEP-2350). A token that can be
  /// renewed is asked for where the authorization server knows such a scope.
  private static func scopes(
    _ finding: Discovery.Finding, _ challenge: BearerChallenge?, _ settings: ClientSettings, known: ScopeList
  ) -> ScopeList {
    let demanded = (challenge?.scopes ?? ScopeList()).union(settings.scopes)
    let all = (demanded.isEmpty ? finding.scopes : demanded).union(known)
    guard !all.isEmpty, finding.issuer.scopes.contains(ScopeList.offlineAccess) else { return all }
    return all.union(ScopeList(ScopeList.offlineAccess))
  }

  /// Takes away what the authorization server may not have liked. Returns whether there was anything.
  mutating func retreat() -> Bool {
    let fewer = scopes.without(ScopeList.offlineAccess)
    guard fewer != scopes else { return false }
    scopes = fewer
    return true
  }
}
