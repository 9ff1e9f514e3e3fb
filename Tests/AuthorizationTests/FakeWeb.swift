import Authorization
import EventLoop

/// The web as a table: what each address answers, and what was asked.
@GatewayActor
final class FakeWeb {
  private var answers: [String: @Sendable (WebRequest) -> Result<WebResponse, WebFailure>] = [:]
  private(set) var requests: [WebRequest] = []

  nonisolated init() {}

  nonisolated var fetch: WebFetch {
    { request in
      self.requests.append(request)
      return self.answers[request.url.text]?(request) ?? .success(WebResponse(status: 404, body: Array("<html>".utf8)))
    }
  }

  var asked: [String] { requests.map { $0.url.text } }

  func answer(_ url: String, status: Int = 200, _ body: String) {
    answers[url] = { _ in .success(WebResponse(status: status, body: Array(body.utf8))) }
  }

  func answer(_ url: String, _ body: @escaping @Sendable (WebRequest) -> Result<WebResponse, WebFailure>) {
    answers[url] = body
  }

  /// A resource whose metadata lies at an address.
  func resource(at url: String, _ resource: String, issuers: String..., scopes: String = "") {
    let list = issuers.map { "\"\($0)\"" }.joined(separator: ",")
    answer(url, "{\"resource\":\"\(resource)\",\"authorization_servers\":[\(list)]\(scopes)}")
  }

  /// An authorization server whose metadata lies at an address.
  func issuer(
    at url: String, _ issuer: String, endpoints: String? = nil, proves: String = "[\"plain\",\"S256\"]",
    more: String = ""
  ) {
    let base = endpoints ?? issuer
    answer(
      url,
      """
      {"issuer":"\(issuer)","authorization_endpoint":"\(base)/authorize","token_endpoint":"\(base)/token",
       "code_challenge_methods_supported":\(proves)\(more)}
      """)
  }
}
