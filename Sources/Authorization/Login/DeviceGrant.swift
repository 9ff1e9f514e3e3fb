/// A login by a code that the person types in a browser anywhere (RFC 8628).
struct DeviceGrant: Equatable, Sendable {
  static let type = "urn:ietf:params:oauth:grant-type:device_code"

  /// What a poll says.
  enum Poll: Equatable, Sendable {
    case granted(TokenAnswer)
    case wait
    case failed(AuthorizationFailure)
  }

  private let code: String
  let userCode: String
  let address: String
  let completeAddress: String?
  /// Milliseconds that the code is good for.
  let lifetime: UInt64
  /// Milliseconds between polls.
  private(set) var interval: UInt64

  static func request(
    _ plan: LoginPlan, as client: ClientIdentity, at endpoint: WebAddress, isPublicOnly: Bool
  ) -> WebRequest {
    var form = FormText()
    form.add("scope", plan.scopes.isEmpty ? nil : plan.scopes.description)
    form.add("resource", plan.resource)
    form.add("audience", plan.audience)
    return TokenRequest.request(form, as: client, at: endpoint, isPublicOnly: isPublicOnly)
  }

  /// Reads the answer to ``request(_:as:at:isPublicOnly:)``.
  static func read(_ response: WebResponse, from issuer: String) -> Result<DeviceGrant, AuthorizationFailure> {
    let fields = JSONFields(response.body)
    guard response.isSuccess, let fields, let code = fields.string("device_code"),
      let userCode = fields.string("user_code"),
      let address = fields.string("verification_uri").flatMap(WebAddress.init)
    else {
      let reason = fields?.string("error_description") ?? fields?.string("error") ?? "status \(response.status)"
      return .failure(
        AuthorizationFailure(.consent, "\(issuer) gives no code to type: \(reason)", code: fields?.string("error")))
    }
    let complete = fields.string("verification_uri_complete").flatMap(WebAddress.init)
    return .success(
      DeviceGrant(
        code: code, userCode: userCode, address: address.text, completeAddress: complete?.text,
        lifetime: min(fields.integer("expires_in") ?? 600, 3600) * 1000,
        interval: min(max(fields.integer("interval") ?? 5, 1), 60) * 1000))
  }

  func poll(_ plan: LoginPlan, as client: ClientIdentity, isPublicOnly: Bool) -> WebRequest {
    var form = FormText()
    form.add("grant_type", Self.type)
    form.add("device_code", code)
    form.add("resource", plan.resource)
    return TokenRequest.request(form, as: client, at: plan.issuer.tokenEndpoint, isPublicOnly: isPublicOnly)
  }

  /// Says what follows from a poll. Who polls too fast is told to wait five seconds more each time (section 3.5).
  mutating func polled(_ result: Result<TokenAnswer, AuthorizationFailure>) -> Poll {
    switch result {
    case .success(let answer): return .granted(answer)
    case .failure(let failure):
      switch failure.code {
      case "authorization_pending": return .wait
      case "slow_down":
        interval += 5_000
        return .wait
      case nil:
        // A broken connection, or a server in trouble: it is asked again, less often.
        interval = min(interval * 2, 60_000)
        return .wait
      default: return .failed(failure)
      }
    }
  }
}
