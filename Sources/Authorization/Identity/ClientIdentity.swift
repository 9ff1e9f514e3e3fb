import JSONRPC

/// Who we are to one authorization server. It is never shown to another one.
package struct ClientIdentity: Equatable, Sendable {
  /// How it came about.
  package enum Origin: String, Equatable, Sendable {
    /// The person has registered it, and configured it.
    case configured
    /// The id is the address of a document that describes the client (Client ID Metadata Document).
    case document
    /// We have registered ourselves (RFC 7591).
    case registered
  }

  /// How the token endpoint is told who asks (RFC 6749 section 2.3).
  package enum AuthMethod: String, Equatable, Sendable {
    case none
    case basic = "client_secret_basic"
    case post = "client_secret_post"
  }

  package let origin: Origin
  package let id: String
  /// Nil for a public client.
  package let secret: String?
  package let method: AuthMethod
  /// What was registered: many servers compare it byte by byte, port included.
  package let redirectURI: String?

  package init(origin: Origin, id: String, secret: String? = nil, method: AuthMethod, redirectURI: String? = nil) {
    self.origin = origin
    self.id = id
    self.secret = secret
    self.method = method
    self.redirectURI = redirectURI
  }

  /// Returns what a person has configured. Without a word from the server, a secret goes into the header (RFC 8414
  /// section 2).
  static func configured(id: String, secret: String?, methods: [String]?) -> ClientIdentity {
    let prefersBody = methods.map { !$0.contains(AuthMethod.basic.rawValue) && $0.contains(AuthMethod.post.rawValue) }
    let method = secret == nil ? AuthMethod.none : prefersBody == true ? .post : .basic
    return ClientIdentity(origin: .configured, id: id, secret: secret, method: method)
  }

  // MARK: - On disk

  init?(_ fields: JSONFields) {
    guard let origin = fields.string("origin").flatMap(Origin.init), let id = fields.string("id"),
      let method = fields.string("method").flatMap(AuthMethod.init)
    else { return nil }
    self.init(
      origin: origin, id: id, secret: fields.string("secret"), method: method,
      redirectURI: fields.string("redirectUri"))
  }

  var json: String {
    var object = JSONObjectText()
    object.add("origin", origin.rawValue)
    object.add("id", id)
    object.add("secret", secret)
    object.add("method", method.rawValue)
    object.add("redirectUri", redirectURI)
    return object.text
  }
}
