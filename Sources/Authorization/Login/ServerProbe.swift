/// Asks a server whether it wants a token, or takes one.
enum ServerProbe {
  /// A ping: it begins nothing, and the check of a token comes before anything else.
  private static let body = Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8)

  static func request(_ server: WebAddress, token: String?) -> WebRequest {
    var headers = [
      WebField("Accept", "application/json, text/event-stream"), WebField("Content-Type", "application/json"),
      WebField("MCP-Protocol-Version", "2025-11-25"),
    ]
    if let token { headers.append(WebField("Authorization", "Bearer \(token)")) }
    return WebRequest(.post, server, headers: headers, body: body)
  }

  /// Whether an answer says that a token is missing or not taken.
  static func isRefusal(_ response: WebResponse) -> Bool { response.status == 401 || response.status == 403 }
}
