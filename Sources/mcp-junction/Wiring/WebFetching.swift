import Authorization
import Configuration
import EventLoop
import HTTP

/// Makes the requests of logins and renewals through the HTTP client.
enum WebFetching {
  /// Proxies are those of the environment; this machine is asked directly.
  static func fetch(in surroundings: Surroundings) -> WebFetch {
    let proxies = ProxyRules(environment: surroundings.environment)
    return { request in
      do throws(HTTPFailure) {
        let client = try HTTPClient.shared()
        var route = HTTPRoute()
        route.proxy = HTTPAddress(request.url.text, by: client.library).flatMap { proxies.proxy(for: $0) }
        route.caFile = ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].lazy
          .compactMap { surroundings.environment[$0] }.first { !$0.isEmpty }
        route.isPublicOnly = request.isPublicOnly
        let answer = try await client.fetch(
          HTTPRequest(
            request.method.rawValue, request.url.text, fields: request.headers.map { HTTPField($0.name, $0.value) },
            body: request.method == .post ? request.body : nil, route: route, timeout: WebRequest.timeout),
          limit: WebRequest.answerLimit)
        return .success(
          WebResponse(
            status: answer.status, headers: answer.head.fields.map { WebField($0.name, $0.value) }, body: answer.body))
      } catch {
        return .failure(WebFailure("\(error.layer.rawValue): \(error.reason)"))
      }
    }
  }
}
