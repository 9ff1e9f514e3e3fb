/// The settings of a server's entry that say how its address is reached.
package struct RemoteSettings: Equatable, Sendable {
  /// A file of certificates that are trusted beside the system's.
  package var caFile: String?
  /// Files with the client's certificate and its key.
  package var clientCertificate: String?
  package var clientKey: String?
  /// A proxy's address; `direct` for none; nil for what the environment says.
  package var proxy: String?
  /// Milliseconds until a connection is there.
  package var connectTimeout: UInt64 = 10_000
  package var httpVersion = HTTPVersion.one

  package init() {}

  /// What stands for no proxy.
  package static let direct = "direct"
}

/// The version of HTTP that is spoken with a server.
package enum HTTPVersion: String, CaseIterable, Sendable {
  case one = "1.1"
  case two = "2"
}
