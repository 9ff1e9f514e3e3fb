import Authorization
import Configuration
import EventLoop
import HTTP

/// Makes the requests of logins and renewals through the HTTP client.
enum WebFetching {
  /// - Parameters:
  ///   - surroundings: where proxies and certificates are named that the settings do not name.
  ///   - settings: how the server is reached whose tokens they are. Its client certificate is for itself alone.
  static func fetch(in surroundings: Surroundings, _ settings: RemoteSettings) -> WebFetch {
    let proxies = ProxyRules(environment: surroundings.environment)
    return { request in
      do throws(HTTPFailure) {
        let client = try HTTPClient.shared()
        guard let address = HTTPAddress(request.url.text, by: client.library) else {
          throw HTTPFailure(.http, "the address cannot be read", mayHaveArrived: false)
        }
        var route = HTTPRoute()
        route.connectTimeout = settings.connectTimeout
        route.caFile = settings.caFile ?? surroundings.certificateFile
        route.isPublicOnly = request.isPublicOnly
        if let proxy = settings.proxy {
          route.proxy = proxy == RemoteSettings.direct || address.isLoopback ? nil : proxy
        } else {
          route.proxy = proxies.proxy(for: address)
        }
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

extension Surroundings {
  /// The file of certificates that other programs' variables name.
  fileprivate var certificateFile: String? {
    ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].lazy
      .compactMap { environment[$0] }.first { !$0.isEmpty }
  }
}
