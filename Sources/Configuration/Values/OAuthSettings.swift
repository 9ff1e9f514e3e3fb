/// The settings of a server's entry about logging in to it.
package struct OAuthSettings: Equatable, Sendable {
  package var clientID: String?
  package var clientSecret: String?
  /// Separated by spaces.
  package var scopes: String?
  /// Empty for none at all.
  package var resource: String?
  package var audience: String?
  package var issuer: String?
  /// The port of the redirect address; nil for any.
  package var callbackPort: Int?

  package init() {}
}
