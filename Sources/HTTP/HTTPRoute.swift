/// How requests reach a server beside its address: what belongs to the connection. Connections are shared only by requests
/// of the same route.
package struct HTTPRoute: Hashable, Sendable {
  package enum Version: String, CaseIterable, Sendable {
    /// Every request has a connection for itself while it lasts.
    case http1 = "1.1"
    /// Requests to one `https` server share a connection where the server can do that.
    case http2 = "2"
  }

  /// The proxy's address; nil for none, whatever the environment says.
  package var proxy: String?
  /// A file of certificates (PEM) that are trusted beside the system's directory of them; nil for the system's alone.
  package var caFile: String?
  /// Files (PEM) with the client's certificate and, unless it is in the same file, its key.
  package var clientCertificate: String?
  package var clientKey: String?
  /// A Unix socket that is connected to in the place of the address.
  package var unixSocket: String?
  package var version = Version.http1
  /// Milliseconds until the connection is there, TLS included.
  package var connectTimeout: UInt64 = 10_000
  /// Whether only hosts of the public internet are connected to: for addresses that a server has named, and nobody has
  /// configured. What counts is the address that is really connected to. A proxy decides by itself.
  package var isPublicOnly = false

  package init() {}
}
