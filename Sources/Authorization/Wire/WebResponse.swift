import EventLoop

/// What came back for a ``WebRequest``.
package struct WebResponse: Sendable {
  package let status: Int
  package let headers: [WebField]
  package let body: [UInt8]

  package init(status: Int, headers: [WebField] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Returns the values of a field, whose name is compared without regard to case.
  package func values(of name: String) -> [String] {
    headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why no answer came: the name, the connection, TLS, the proxy or the time.
package struct WebFailure: Error, Equatable, Sendable {
  /// A phrase, such as "the name is not known".
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}

/// How requests are made. Redirects are not followed: their targets are nobody's choice.
package typealias WebFetch = @GatewayActor @Sendable (WebRequest) async -> Result<WebResponse, WebFailure>
