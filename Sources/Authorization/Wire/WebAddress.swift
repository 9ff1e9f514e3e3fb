import JSONRPC

/// An `http` or `https` address (RFC 3986), taken apart without changing how it is spelled.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
  /// As it was spelled, without its fragment.
  package let text: String
  /// `http` or `https`.
  package let scheme: String
  /// In lower case, an IPv6 address without its brackets.
  package let host: String
  /// As it stands in the address; nil for the scheme's own.
  package let port: Int?
  /// As it is spelled; empty, or with a slash in front.
  package let path: String
  /// Without its question mark.
  package let query: String?

  /// Fails for what is no such address, has a user's name in it, or a character that RFC 3986 keeps out.
  package init?(_ text: String) {
    guard text.utf8.count <= 4096,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
    else { return nil }
    let whole = text.prefix { $0 != "#" }
    guard let colon = whole.firstIndex(of: ":") else { return nil }
    scheme = whole[..<colon].lowercased()
    guard ["http", "https"].contains(scheme), whole[colon...].hasPrefix("://") else { return nil }
    let rest = whole[colon...].dropFirst(3)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@"), let place = Self.place(authority) else { return nil }
    (host, port) = place
    let tail = rest[authority.endIndex...]
    let path = tail.prefix { $0 != "?" }
    self.path = String(path)
    query = path.endIndex < tail.endIndex ? String(tail[path.endIndex...].dropFirst()) : nil
    self.text = String(whole)
  }

  private static func place(_ authority: Substring) -> (String, Int?)? {
    var host = authority
    var digits: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[..<end].dropFirst()
      let rest = authority[end...].dropFirst()
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      digits = rest.isEmpty ? nil : rest.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      digits = authority[colon...].dropFirst()
    }
    guard !host.isEmpty, !host.contains("[") else { return nil }
    guard let digits, !digits.isEmpty else { return (host.lowercased(), nil) }
    guard digits.utf8.allSatisfy(\.isASCIIDigit), let port = Int(digits), (1...65_535).contains(port) else {
      return nil
    }
    return (host.lowercased(), port)
  }

  package var description: String { text }

  /// The port that is connected to.
  var effectivePort: Int { port ?? (scheme == "https" ? 443 : 80) }

  /// Scheme, host and port, without the scheme's own port (RFC 6454 section 6.2).
  package var origin: String {
    let name = host.contains(":") ? "[\(host)]" : host
    let isUsual = effectivePort == (scheme == "https" ? 443 : 80)
    return "\(scheme)://\(name)" + (isUsual ? "" : ":\(effectivePort)")
  }

  /// Whether the host is this machine by its very spelling.
  package var isLoopback: Bool { ["localhost", "127.0.0.1", "::1"].contains(host) }

  /// The path without slashes at its end; empty for the root.
  var trimmedPath: String {
    var path = path[...]
    while path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  /// The address of a server as a resource (MCP, "Canonical Server URI"; RFC 8707 section 2): without fragment and, where
  /// its path is only a slash, without that.
  package var canonical: String { origin + (path == "/" ? "" : path) + (query.map { "?\($0)" } ?? "") }

  /// Whether both mean the same place. Only an empty path and a lone slash, which are the same for HTTP, are two spellings
  /// (RFC 3986 section 6.2.3); apart from that issuers are compared byte by byte.
  func isSameIssuer(as other: String) -> Bool {
    if text == other { return true }
    return ["", "/"].contains(path) && query == nil && (origin == other || origin + "/" == other)
  }
}
