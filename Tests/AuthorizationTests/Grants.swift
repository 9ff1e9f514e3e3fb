import EventLoop

@testable import Authorization

/// Tokens as an authorization server gives them.
enum Grants {
  static let client = ClientIdentity(origin: .registered, id: "client", method: .none)

  static func make(
    _ access: String = "a0", refresh: String? = "r0", life: UInt64 = 3_600, at now: UInt64 = 0, scopes: String = "read"
  ) -> Grant {
    Grant(
      issuer: "https://as.example", resource: "https://mcp.example/mcp",
      tokenEndpoint: WebAddress("https://as.example/token")!, client: client,
      answer: TokenAnswer(accessToken: access, refreshToken: refresh, expiresIn: life, scopes: nil),
      asked: ScopeList(scopes), at: now)
  }
}

/// A store in memory that several share, with a lock that is held over suspensions.
@GatewayActor
final class FakeStore {
  var record: LoginRecord?
  private var isLocked = false
  private var waiting: [Gate] = []
  private(set) var saves = 0

  nonisolated init() {}

  nonisolated var store: LoginStore {
    LoginStore(
      load: { self.record },
      save: { record in
        self.saves += 1
        self.record = record
        return .success(())
      },
      lock: {
        while self.isLocked {
          let gate = Gate()
          self.waiting.append(gate)
          await gate.wait()
        }
        self.isLocked = true
        return {
          self.isLocked = false
          let next = self.waiting
          self.waiting = []
          for gate in next { gate.open() }
        }
      })
  }
}

/// An authorization server that replaces each refresh token, and ends the login for all when one is used twice.
@GatewayActor
final class RotatingIssuer {
  private(set) var generation = 0
  private(set) var isRevoked = false
  private(set) var uses = 0
  /// What is answered in its place.
  var answer: Result<WebResponse, WebFailure>?

  nonisolated init() {}

  nonisolated var fetch: WebFetch {
    { request in
      // As a network would: others come to their turn meanwhile.
      for _ in 0..<5 { await Task.yield() }
      if let answer = self.answer { return answer }
      return self.redeem(FormText(parsing: String(decoding: request.body, as: UTF8.self)))
    }
  }

  private func redeem(_ form: FormText) -> Result<WebResponse, WebFailure> {
    uses += 1
    guard !isRevoked, form["refresh_token"] == "r\(generation)", form["resource"] == "https://mcp.example/mcp" else {
      isRevoked = true
      return .success(WebResponse(status: 400, body: Array(#"{"error":"invalid_grant"}"#.utf8)))
    }
    generation += 1
    let body = #"{"access_token":"a\#(generation)","refresh_token":"r\#(generation)","expires_in":3600}"#
    return .success(WebResponse(status: 200, body: Array(body.utf8)))
  }
}
