/// What a token endpoint has answered (RFC 6749 section 5).
package struct TokenAnswer: Equatable, Sendable {
  package let accessToken: String
  package let refreshToken: String?
  /// Seconds; nil when it is not said.
  let expiresIn: UInt64?
  /// Nil when they are what was asked for.
  package let scopes: ScopeList?

  /// Milliseconds that a token lives of which nothing is said, and the most that is believed.
  private static let usualLifetime: UInt64 = 3_600_000
  private static let longestLifetime: UInt64 = 400 * 86_400_000

  /// Returns milliseconds: as is said beside the token, else as is said inside it, else an hour.
  func lifetime(at now: UInt64) -> UInt64 {
    if let expiresIn { return min(expiresIn, Self.longestLifetime / 1000) * 1000 }
    guard let end = Self.expiry(in: accessToken), end < UInt64.max / 1000, end * 1000 > now else {
      return Self.usualLifetime
    }
    return min(end * 1000 - now, Self.longestLifetime)
  }

  /// Returns the seconds since 1970 at which a JWT says that it ends (RFC 7519 section 4.1.4). It is believed unverified:
  /// the only consequence is when a new one is asked for.
  private static func expiry(in token: String) -> UInt64? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = Base64Text.decodeFromAddress(parts[1]) else { return nil }
    return JSONFields(payload)?.integer("exp")
  }

  // MARK: - Reading

  /// Reads an answer. What an error says is passed on by its code and its own words; of what is no OAuth answer, only the
  /// status is told, since it may hold anything.
  static func read(_ response: WebResponse, from issuer: String) -> Result<TokenAnswer, AuthorizationFailure> {
    let fields = JSONFields(response.body)
    // Some answer an error with status 200.
    if response.isSuccess, let fields, fields.string("error") == nil, let token = fields.string("access_token") {
      guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        return .failure(AuthorizationFailure(.token, "\(issuer) gave a token that no header can hold"))
      }
      let type = fields.string("token_type") ?? "Bearer"
      guard type.lowercased() == "bearer" else {
        return .failure(AuthorizationFailure(.token, "\(issuer) gave a token of the type \(type), and not Bearer"))
      }
      return .success(
        TokenAnswer(
          accessToken: token, refreshToken: fields.string("refresh_token").flatMap { $0.isEmpty ? nil : $0 },
          expiresIn: fields.integer("expires_in"), scopes: fields.string("scope").map { ScopeList($0) }))
    }
    guard let code = fields?.string("error") else {
      return .failure(
        AuthorizationFailure(.token, "\(issuer) answered the request for a token with status \(response.status)"))
    }
    let words = fields?.string("error_description").map { "\(code): \($0)" } ?? code
    return .failure(AuthorizationFailure(.token, "\(issuer) refused the token: \(words)", code: code))
  }
}
