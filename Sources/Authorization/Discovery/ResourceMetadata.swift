/// What a protected resource says of itself (RFC 9728 section 2), as far as a client needs it.
package struct ResourceMetadata: Equatable, Sendable {
  /// As it is spelled: it goes back to the authorization server in these very bytes.
  package let resource: String
  /// One at least.
  package let authorizationServers: [WebAddress]
  package let scopes: ScopeList

  /// Fails for what lacks a mandatory member: a web page with status 200 is no metadata.
  package init?(_ body: [UInt8]) {
    guard let fields = JSONFields(body), let resource = fields.string("resource") else { return nil }
    let servers = (fields.strings("authorization_servers") ?? []).compactMap(WebAddress.init)
    guard !servers.isEmpty else { return nil }
    self.resource = resource
    authorizationServers = servers
    scopes = ScopeList(fields.strings("scopes_supported") ?? [])
  }

  /// Whether the metadata is of a server: its resource is the server's address, or one above it on the same host
  /// (RFC 9728 section 3.3). That of somebody else would have a token made for somebody else.
  package func covers(_ server: WebAddress) -> Bool {
    guard let resource = WebAddress(resource), resource.origin == server.origin else { return false }
    if let query = resource.query, query != server.query { return false }
    let path = resource.trimmedPath
    return server.trimmedPath == path || server.path.hasPrefix(path + "/")
  }
}
