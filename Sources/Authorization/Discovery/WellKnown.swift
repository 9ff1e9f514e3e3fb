/// Where metadata may lie, as lists of addresses that are tried in order.
package enum WellKnown {
  /// Returns where the metadata of a protected resource may lie: below the well-known path with the resource's own path
  /// behind it, then at the root (RFC 9728 section 3.1; MCP, "Protected Resource Metadata Discovery Requirements").
  package static func resourceMetadata(of server: WebAddress) -> [WebAddress] {
    addresses(
      ["/.well-known/oauth-protected-resource" + server.trimmedPath, "/.well-known/oauth-protected-resource"], server)
  }

  /// Returns where the metadata of an authorization server may lie.
  ///
  /// With a path: as RFC 8414 section 3.1 has it, as OpenID Connect does in both its forms (RFC 8414 section 5), and at
  /// the root, where some servers have it whatever their issuer is. MCP demands all but the last.
  package static func issuerMetadata(of issuer: WebAddress) -> [WebAddress] {
    let path = issuer.trimmedPath
    return addresses(
      [
        "/.well-known/oauth-authorization-server" + path,
        "/.well-known/openid-configuration" + path,
        path + "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
      ], issuer)
  }

  private static func addresses(_ paths: [String], _ base: WebAddress) -> [WebAddress] {
    var found: [WebAddress] = []
    for path in paths {
      if let address = WebAddress(base.origin + path), !found.contains(address) { found.append(address) }
    }
    return found
  }
}
