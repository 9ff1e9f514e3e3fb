import Configuration
import Gateway
import HTTP

/// How one remote server is reached: where it is, and what every request to it carries.
struct ServerAddress {
  let server: String
  let url: HTTPAddress
  let route: HTTPRoute
  let transport: RemoteLaunch.Transport?
  /// The configured fields, and those that say who asks.
  let fields: [HTTPField]
  /// Whether a right to ask is among the configured fields.
  let hasOwnAuthorization: Bool

  /// - Parameters:
  ///   - server: its entry.
  ///   - launch: which of its addresses.
  ///   - environment: where the proxy and the certificates are named that the entry does not name.
  ///   - identity: what the gateway calls itself, as `name/version`.
  ///   - library: reads the address.
  /// - Throws: what is wrong with the entry.
  init(
    _ server: ServerConfiguration, _ launch: RemoteLaunch, environment: [String: String], identity: String,
    by library: CurlLibrary
  ) throws(LaunchFailure) {
    guard let url = HTTPAddress(launch.url, by: library) else {
      throw LaunchFailure(reason: "its address cannot be read", cure: "Check \"url\" in the server's entry.")
    }
    let settings = server.settings.remote
    self.server = server.name
    self.url = url
    transport = launch.transport
    var route = HTTPRoute()
    route.unixSocket = launch.socket
    route.connectTimeout = settings.connectTimeout
    route.version = settings.httpVersion == .two ? .http2 : .http1
    route.clientCertificate = settings.clientCertificate
    route.clientKey = settings.clientKey
    route.caFile = settings.caFile ?? Self.bundles.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    if launch.socket == nil {
      let named = settings.proxy == RemoteSettings.direct ? nil : settings.proxy
      route.proxy =
        settings.proxy == nil ? ProxyRules(environment: environment).proxy(for: url) : url.isLoopback ? nil : named
    }
    self.route = route
    let configured = launch.headers.filter { !MessageHeaders.own.contains($0.name.lowercased()) }
    hasOwnAuthorization = configured.contains { $0.name.lowercased() == "authorization" }
    let says = configured.contains { $0.name.lowercased() == "user-agent" }
    fields =
      configured.map { HTTPField($0.name, $0.value) } + (says ? [] : [HTTPField("User-Agent", identity)])
      // What is compressed is held back until there is enough of it.
      + [HTTPField("Accept-Encoding", "identity")]
  }

  /// Variables that name a file of certificates in other programs.
  private static let bundles = ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
}

extension HTTPFailure {
  /// What happened, as part of a sentence that begins with the server and names the layer.
  var sentence: String {
    switch layer {
    case .library: reason
    case .dns: "its name cannot be looked up (DNS: \(reason))"
    case .connection: "it cannot be reached (connection: \(reason))"
    case .proxy: "the proxy does not let the request through (proxy: \(reason))"
    case .tls: "no secure connection comes about (TLS: \(reason))"
    case .http: "the connection failed in the middle of a request (HTTP: \(reason))"
    }
  }

  /// What a person can do about it.
  var cure: String? {
    switch layer {
    case .library, .connection, .http: nil
    case .dns: "Check the host in \"url\", and whether this machine is connected."
    case .proxy: "Check the proxy in the environment, or set \"junction.proxy\" in the server's entry."
    case .tls where reason.contains(" alert "):
      "If it demands a certificate, name yours as \"junction.clientCertificate\" in the server's entry."
    case .tls: "If its certificate is your organisation's own, name that as \"junction.caFile\" in the server's entry."
    }
  }
}
