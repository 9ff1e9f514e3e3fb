import CLibCurl

/// An address taken apart, by libcurl, so that nobody who connects by it reads it in another way.
package struct HTTPAddress: Equatable, Sendable {
  /// As it is written again, after what it was relative to.
  package let text: String
  /// `http` or `https`.
  package let scheme: String
  /// In lower case, with the brackets of an IPv6 address.
  package let host: String
  /// The scheme's own where none is written.
  package let port: Int
  /// Begins with a slash.
  package let path: String
  package let query: String?

  /// Reads an absolute address, or one relative to another; nil when it is none of http or https.
  package init?(_ text: String, relativeTo base: HTTPAddress? = nil, by library: CurlLibrary) {
    let curl = library.functions.pointee
    guard let url = curl.url_init() else { return nil }
    defer { curl.url_cleanup(url) }
    func set(_ text: String) -> Bool { curl.url_set(url, Int32(JUNCTION_CURL_PART_URL), text, 0) == 0 }
    func part(_ part: Int, _ flags: Int = 0) -> String? {
      var found: UnsafeMutablePointer<CChar>?
      guard curl.url_get(url, Int32(part), &found, UInt32(flags)) == 0, let found else { return nil }
      defer { curl.free(found) }
      return String(cString: found)
    }
    guard base.map({ set($0.text) }) ?? true, set(text), let whole = part(JUNCTION_CURL_PART_URL),
      let scheme = part(JUNCTION_CURL_PART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
      let host = part(JUNCTION_CURL_PART_HOST), !host.isEmpty,
      let port = part(JUNCTION_CURL_PART_PORT, JUNCTION_CURL_WITH_DEFAULT_PORT).flatMap({ Int($0) })
    else { return nil }
    self.text = whole
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
    path = part(JUNCTION_CURL_PART_PATH) ?? "/"
    query = part(JUNCTION_CURL_PART_QUERY)
  }

  /// Scheme, host and port, as an origin is compared (RFC 6454, section 4).
  package var origin: String {
    let isUsual = port == (scheme == "https" ? 443 : 80)
    return isUsual ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
  }

  /// Whether the host is this machine by its name: `localhost`, what is below it, and the literal addresses.
  package var isLoopback: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || host == "::1"
      || host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isNumber }
  }
}
