/// Tells an address that could be a remote server's from one that cannot.
enum RemoteAddress {
  /// Whether the text is `http://` or `https://` with a host, and has no character that RFC 3986 keeps out.
  static func isWellFormed(_ url: String) -> Bool {
    guard let colon = url.firstIndex(of: ":"), ["http", "https"].contains(url[..<colon].lowercased()) else {
      return false
    }
    let rest = url[url.index(after: colon)...]
    guard rest.hasPrefix("//") else { return false }
    let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    guard !host.isEmpty, !host.hasPrefix(":") else { return false }
    return url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }
  }
}
