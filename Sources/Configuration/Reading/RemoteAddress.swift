/// An address at which a remote server can be.
struct RemoteAddress {
  /// An `http://` or `https://` address.
  let url: String
  /// The Unix socket behind which it is, in the place of the host.
  let socket: String?

  private static let unixScheme = "unix://"

  /// Reads `http://`, `https://` with a host, or `unix:///socket#/path`; nil for anything else, and for a character that
  /// RFC 3986 keeps out.
  init?(_ text: String) {
    if text.lowercased().hasPrefix(Self.unixScheme) {
      let rest = text.dropFirst(Self.unixScheme.count)
      let socket = rest.prefix { $0 != "#" }
      let path = rest.dropFirst(socket.count + 1)
      guard socket.hasPrefix("/"), socket.count > 1, path.isEmpty || path.hasPrefix("/") else { return nil }
      // The host is what the server sees in `Host`.
      url = "http://localhost" + (path.isEmpty ? "/" : path)
      self.socket = String(socket)
      guard Self.hasLegalCharacters(url) else { return nil }
      return
    }
    guard Self.isWellFormed(text) else { return nil }
    url = text
    socket = nil
  }

  private static func isWellFormed(_ url: String) -> Bool {
    guard let colon = url.firstIndex(of: ":"), ["http", "https"].contains(url[..<colon].lowercased()) else {
      return false
    }
    let rest = url[url.index(after: colon)...]
    guard rest.hasPrefix("//") else { return false }
    let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return !host.isEmpty && !host.hasPrefix(":") && hasLegalCharacters(url)
  }

  private static func hasLegalCharacters(_ url: String) -> Bool {
    url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }
  }
}
