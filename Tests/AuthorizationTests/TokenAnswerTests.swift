import Testing

@testable import Authorization

@Suite("Answers of token and registration endpoints")
struct TokenAnswerTests {
  private func read(_ body: String, status: Int = 200) -> Result<TokenAnswer, AuthorizationFailure> {
    TokenAnswer.read(WebResponse(status: status, body: Array(body.utf8)), from: "https://as.example")
  }

  @Test("A lifetime is taken as it is said, from inside the token, or for an hour")
  func lifetime() throws {
    #expect(try read(#"{"access_token":"t","expires_in":"60"}"#).get().lifetime(at: 0) == 60_000)
    #expect(try read(#"{"access_token":"t","expires_in":1e99}"#).get().lifetime(at: 0) == 3_600_000)
    let payload = Base64Text.encodeForAddress(Array(#"{"exp":100}"#.utf8))
    #expect(try read(#"{"access_token":"e30.\#(payload).x"}"#).get().lifetime(at: 40_000) == 60_000)
    #expect(try read(#"{"access_token":"e30.\#(payload).x"}"#).get().lifetime(at: 200_000) == 3_600_000)
    #expect(try read(#"{"access_token":"opaque"}"#).get().lifetime(at: 0) == 3_600_000)
    #expect(try read(#"{"access_token":"t","expires_in":99999999999999}"#).get().lifetime(at: 0) == 400 * 86_400_000)
  }

  @Test("Errors are told by their codes, whatever their status is; of pages only the status is told")
  func errors() {
    for status in [200, 400, 401] {
      guard case .failure(let failure) = read(#"{"error":"invalid_grant","error_description":"used"}"#, status: status)
      else {
        Issue.record("no failure")
        continue
      }
      #expect(failure.code == "invalid_grant")
      #expect(failure.isFinal)
      #expect(failure.reason.hasSuffix("invalid_grant: used"))
    }
    guard case .failure(let page) = read("<html>secret</html>", status: 502) else { return }
    #expect(!page.isFinal)
    #expect(page.reason.contains("502"))
    #expect(!page.reason.contains("secret"))
  }

  @Test(
    "What is no token for a header is none",
    arguments: [
      #"{"access_token":""}"#, #"{"access_token":"a\r\nX: y"}"#, #"{"access_token":"t","token_type":"mac"}"#,
      #"{"access_token":7}"#, "[]", "",
    ])
  func unusable(_ body: String) { #expect(throws: AuthorizationFailure.self) { try read(body).get() } }

  @Test("The scheme Basic has both halves escaped, and the other ways have them in the body")
  func clientAuthentication() throws {
    let endpoint = try #require(WebAddress("https://as.example/token"))
    func request(_ method: ClientIdentity.AuthMethod) -> (String?, String) {
      let client = ClientIdentity(origin: .configured, id: "a:b", secret: "c d", method: method)
      let request = TokenRequest.request(FormText(), as: client, at: endpoint, isPublicOnly: false)
      return (
        request.headers.first { $0.name == "Authorization" }?.value, String(decoding: request.body, as: UTF8.self)
      )
    }
    #expect(request(.basic).0 == "Basic YSUzQWI6YyUyMGQ=")
    #expect(request(.basic).1 == "client_id=a%3Ab")
    #expect(request(.post).1 == "client_id=a%3Ab&client_secret=c%20d")
    #expect(request(.none).1 == "client_id=a%3Ab")
  }

  private func issuer(_ more: String) throws -> IssuerMetadata {
    try #require(
      IssuerMetadata(
        Array(
          #"""
          {"issuer":"https://as.example","authorization_endpoint":"https://as.example/a","token_endpoint":"https://as.example/t"\#(more)}
          """#.utf8)))
  }

  @Test("A registration names one redirect address and a program on the person's machine")
  func registration() throws {
    let issuer = try issuer(#","token_endpoint_auth_methods_supported":["client_secret_post"]"#)
    let request = Registration.request(
      at: try #require(WebAddress("https://as.example/r")), redirectURI: "http://127.0.0.1:1/callback",
      scopes: ScopeList("a b"), issuer: issuer, isPublicOnly: true)
    let fields = try #require(JSONFields(request.body))
    #expect(fields.strings("redirect_uris") == ["http://127.0.0.1:1/callback"])
    #expect(fields.string("application_type") == "native")
    #expect(fields.string("token_endpoint_auth_method") == "client_secret_post")
    #expect(fields.strings("grant_types") == ["authorization_code", "refresh_token"])
    #expect(request.isPublicOnly)
    let answer = WebResponse(
      status: 201,
      body: Array(#"{"client_id":"x","client_secret":"s","token_endpoint_auth_method":"client_secret_post"}"#.utf8))
    let identity = try Registration.read(answer, from: issuer, redirectURI: "http://127.0.0.1:1/callback").get()
    #expect(identity.method == .post)
    #expect(ClientIdentity(try #require(JSONFields(Array(identity.json.utf8)))) == identity)
  }

  @Test("A refusal in plain text says that only listed clients are admitted")
  func closedCatalogue() throws {
    let result = Registration.read(
      WebResponse(status: 403, body: Array("Forbidden".utf8)), from: try issuer(""), redirectURI: "http://127.0.0.1/")
    #expect("\(result)".contains("only clients that it has listed"))
  }

  @Test("A document gives way to a registration, and what was refused is not tried again")
  func choice() throws {
    let registers = #","registration_endpoint":"https://as.example/r""#
    let both = try issuer(registers + #","client_id_metadata_document_supported":true"#)
    let settings = ClientSettings(clientID: "https://client.example/doc.json")
    var choice = IdentityChoice(settings, both, remembered: nil)
    let document = ClientIdentity(origin: .document, id: "https://client.example/doc.json", method: .none)
    #expect(choice.step() == .use(document))
    var taken = choice.refuse(document)
    #expect(taken)
    #expect(choice.step() == .register(at: try #require(WebAddress("https://as.example/r"))))
    let known = ClientIdentity(origin: .registered, id: "x", method: .none)
    var second = IdentityChoice(settings, both, remembered: known, refused: [document.id])
    #expect(second.step() == .use(known))
    taken = second.refuse(known)
    #expect(taken)
    taken = second.refuse(known)
    #expect(!taken)
    #expect(IdentityChoice(settings, try issuer(registers), remembered: nil).step() != .use(document))
    guard case .none = IdentityChoice(ClientSettings(), try issuer(""), remembered: nil).step() else {
      Issue.record("there is no way")
      return
    }
    var own = IdentityChoice(ClientSettings(clientID: "app", clientSecret: "s"), both, remembered: known)
    guard case .use(let configured) = own.step() else { return }
    #expect(configured.method == .basic)
    taken = own.refuse(configured)
    #expect(!taken)
  }
}
