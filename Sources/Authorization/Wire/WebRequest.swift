/// One HTTP request of a login, a refresh or a discovery.
package struct WebRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// Bytes of an answer beyond which it is refused: metadata and tokens are small.
  package static let answerLimit = 1 << 20
  /// Milliseconds for a request in all.
  package static let timeout: UInt64 = 30_000

  package let method: Method
  package let url: WebAddress
  package let headers: [WebField]
  package let body: [UInt8]
  /// Whether only hosts of the public internet are connected to, decided by the address that is really connected to: for
  /// what a server has named and nobody has configured (MCP, "Server-Side Request Forgery").
  package let isPublicOnly: Bool

  package init(
    _ method: Method, _ url: WebAddress, headers: [WebField] = [], body: [UInt8] = [], isPublicOnly: Bool = false
  ) {
    self.method = method
    self.url = url
    let accepts = headers.contains { $0.name == "Accept" } ? [] : [WebField("Accept", "application/json")]
    self.headers = accepts + headers
    self.body = body
    self.isPublicOnly = isPublicOnly
  }
}

/// A field of an HTTP header.
package struct WebField: Equatable, Sendable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
