/// One request.
package struct HTTPRequest: Sendable {
  package var method: String
  /// An `http` or `https` address.
  package var url: String
  package var fields: [HTTPField]
  /// What is sent with it; nil for nothing.
  package var body: [UInt8]?
  package var route: HTTPRoute
  /// Milliseconds for all of it; nil for no limit.
  package var timeout: UInt64?
  /// Whether it has a connection for itself, as a stream should that nobody knows the end of.
  package var isAlone = false
  /// Whether it is none, but a look at the certificate that the server shows: nothing is sent.
  var isLook = false

  package init(
    _ method: String, _ url: String, fields: [HTTPField] = [], body: [UInt8]? = nil, route: HTTPRoute = HTTPRoute(),
    timeout: UInt64? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.route = route
    self.timeout = timeout
  }
}
