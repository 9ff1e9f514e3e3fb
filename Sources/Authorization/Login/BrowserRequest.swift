/// The one request that a browser makes when a login sends it back (RFC 9112), read strictly and no further than needed: a
/// GET without a body, for this machine by its name, at the one path.
package enum BrowserRequest {
  /// What becomes of the bytes that have come so far.
  package enum Reading: Equatable, Sendable {
    case incomplete
    case redirect(FormText)
    /// Something else; it is answered with the status, and changes nothing.
    case other(status: Int)
  }

  /// Bytes of a request beyond which it is refused.
  private static let limit = 16 << 10
  static let path = "/callback"

  /// Reads a request as far as it has come.
  ///
  /// - Parameters:
  ///   - bytes: all that has come.
  ///   - port: where it came, which the field Host has to name: a page of somebody else's that had this machine's address
  ///     put under its own name is refused.
  package static func read(_ bytes: [UInt8], port: Int) -> Reading {
    let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") else {
      return bytes.count >= limit ? .other(status: 431) : .incomplete
    }
    let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else { return .other(status: 400) }
    guard words[0] == "GET" else { return .other(status: 405) }
    let hosts = lines.dropFirst().compactMap { line -> String? in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].lowercased() == "host" else { return nil }
      return parts[1].trimmed.lowercased()
    }
    guard ["127.0.0.1", "localhost", "[::1]"].map({ "\($0):\(port)" }).contains(where: { [$0] == hosts }) else {
      return .other(status: 400)
    }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard target[0] == path else { return .other(status: 404) }
    return .redirect(FormText(parsing: target.count == 2 ? target[1] : ""))
  }

  /// Returns the query of an address that a person has copied out of the browser; nil when it is not one of ours.
  package static func pasted(_ line: String) -> FormText? {
    guard let address = WebAddress(String(line[...].trimmed)), address.isLoopback, address.path == path,
      let query = address.query
    else { return nil }
    return FormText(parsing: query)
  }

  // MARK: - Answers

  /// Returns a whole answer with a page. Nil as problem says that all is well.
  package static func page(_ problem: String?) -> String {
    let title = problem == nil ? "You are logged in" : "The login failed"
    let words = problem.map(escaped) ?? "This window can be closed."
    return response(
      status: problem == nil ? "200 OK" : "400 Bad Request",
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>\(title)</title>"
        + "<body style=\"font-family:sans-serif;margin:4em\"><h1>\(title)</h1><p>\(words)</p></body></html>\n")
  }

  /// Returns a whole answer for what is no redirect of a login.
  package static func refusal(status: Int) -> String { response(status: "\(status) Refused", "") }

  private static func response(status: String, _ body: String) -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n"
      + "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
      + "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nConnection: close\r\n\r\n\(body)"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}
