/// How resource URIs of several servers are kept apart.
package enum URIPolicy: String, CaseIterable, Sendable {
  /// A URI stays as it is; only where two servers list the same one, the later gets its prefix.
  case keep
  /// Every URI gets its server's prefix, `ui://` excepted.
  case prefix
}
