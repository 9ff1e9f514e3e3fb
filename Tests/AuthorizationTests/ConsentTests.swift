import EventLoop
import TestSupport
import Testing

@testable import Authorization

@Suite("Consent", .timeLimit(.minutes(1)))
struct ConsentTests {
  /// Chance that is none, and a digest that says what went in.
  static let cryptography = Cryptography(
    random: { Array(repeating: 7, count: $0) }, sha256: { Array("sha256:".utf8) + $0.prefix(25) })

  private static func issuer(_ more: String = "") throws -> IssuerMetadata {
    try #require(
      IssuerMetadata(
        Array(
          #"""
          {"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize?tenant=1",
           "token_endpoint":"https://as.example/token","code_challenge_methods_supported":["S256"]\#(more)}
          """#.utf8)))
  }

  private static func plan(_ more: String = "", settings: ClientSettings = ClientSettings(), challenge: String? = nil)
    throws -> LoginPlan
  {
    LoginPlan(
      Discovery.Finding(
        issuer: try issuer(more), resource: "https://mcp.example/mcp/", scopes: ScopeList("read")),
      challenge: challenge.flatMap { BearerChallenge([$0]) }, settings: settings, record: nil)
  }

  @Test("The address for the browser has all that OAuth 2.1 and MCP want")
  func address() throws {
    let pending = PendingConsent(
      try Self.plan(), as: Grants.client, redirectURI: "http://127.0.0.1:1/callback", Self.cryptography)
    let address = try #require(WebAddress(pending.address(choosesAccount: false)))
    let form = FormText(parsing: try #require(address.query))
    #expect(form["tenant"] == "1")
    #expect(form["response_type"] == "code")
    #expect(form["resource"] == "https://mcp.example/mcp/")
    #expect(form["code_challenge_method"] == "S256")
    #expect(form["scope"] == "read")
    #expect(form["prompt"] == nil)
    let verifier = FormText(
      parsing: String(decoding: pending.redeeming("c", isPublicOnly: false).body, as: UTF8.self))["code_verifier"]
    let digest = Base64Text.encodeForAddress(Self.cryptography.sha256(Array(try #require(verifier).utf8)))
    #expect(form["code_challenge"] == digest)
    #expect(pending.isAnswered(by: FormText(parsing: "state=\(try #require(form["state"]))")))
    #expect(!pending.isAnswered(by: FormText(parsing: "code=x")))
  }

  @Test("Scopes are those that are demanded, else configured, else listed; and offline access where it is known")
  func scopes() throws {
    #expect(try Self.plan(challenge: #"Bearer scope="a b""#).scopes.names == ["a", "b"])
    #expect(try Self.plan(settings: ClientSettings(scopes: ScopeList("c"))).scopes.names == ["c"])
    var plan = try Self.plan(#","scopes_supported":["x","offline_access"]"#)
    #expect(plan.scopes.names == ["read", "offline_access"])
    let isLess = plan.retreat()
    let isLessAgain = plan.retreat()
    #expect(isLess && !isLessAgain)
    #expect(plan.scopes.names == ["read"])
  }

  @Test("A configured resource replaces the one of the metadata, and an empty one leaves it out")
  func resource() throws {
    #expect(try Self.plan(settings: ClientSettings(resource: "api://x")).resource == "api://x")
    #expect(try Self.plan(settings: ClientSettings(resource: "")).resource == nil)
  }

  @Test(
    "Who has answered is looked at before anything else",
    arguments: [
      (true, "code=c", false), (false, "code=c", true), (true, "code=c&iss=https%3A%2F%2Fas.example", true),
      (true, "code=c&iss=https%3A%2F%2Fas.example%2F", false), (false, "code=c&iss=https%3A%2F%2Fevil.example", false),
      (false, "error=access_denied&iss=https%3A%2F%2Fevil.example", false), (false, "", false), (false, "code=", false),
      (false, "code=c&code=d", false),
    ])
  func issuerOfAnswer(_ isPromised: Bool, _ query: String, _ isGood: Bool) throws {
    let more = isPromised ? #","authorization_response_iss_parameter_supported":true"# : ""
    let pending = PendingConsent(
      try Self.plan(more), as: Grants.client, redirectURI: "http://127.0.0.1:1/callback", Self.cryptography)
    let result = pending.code(in: FormText(parsing: query))
    if isGood {
      #expect(try result.get() == "c")
    } else {
      #expect(throws: AuthorizationFailure.self) { try result.get() }
    }
    if query.contains("evil") { #expect("\(result)".contains("in the place of")) }
  }

  @Test("A code is asked after until it was typed, and more slowly when that is asked for")
  func device() throws {
    let answer = WebResponse(
      status: 200,
      body: Array(
        #"{"device_code":"d","user_code":"WDJB","verification_uri":"https://as.example/device","expires_in":1800}"#.utf8
      ))
    var device = try DeviceGrant.read(answer, from: "https://as.example").get()
    #expect(device.userCode == "WDJB")
    #expect(device.interval == 5_000)
    func failure(_ code: String?) -> Result<TokenAnswer, AuthorizationFailure> {
      .failure(AuthorizationFailure(.token, "x", code: code))
    }
    var polls: [DeviceGrant.Poll] = []
    for code in ["authorization_pending", "slow_down", nil] { polls.append(device.polled(failure(code))) }
    #expect(polls == [.wait, .wait, .wait])
    #expect(device.interval == 20_000)
    let denied = device.polled(failure("access_denied"))
    #expect(denied == .failed(AuthorizationFailure(.token, "x", code: "access_denied")))
    let page = WebResponse(
      status: 200, body: Array(#"{"device_code":"d","user_code":"W","verification_uri":"javascript:1"}"#.utf8))
    #expect(throws: AuthorizationFailure.self) { try DeviceGrant.read(page, from: "x").get() }
  }

  // MARK: - The browser's request

  private func read(_ text: String) -> BrowserRequest.Reading { BrowserRequest.read(Array(text.utf8), port: 7) }

  @Test("A browser's request is read by pieces, and its query taken")
  func browser() {
    let whole = "GET /callback?code=c&state=s HTTP/1.1\r\nHost: localhost:7\r\nAccept: */*\r\n\r\n"
    let bytes = Array(whole.utf8)
    for count in 0..<bytes.count { #expect(BrowserRequest.read(Array(bytes[..<count]), port: 7) == .incomplete) }
    #expect(read(whole) == .redirect(FormText(parsing: "code=c&state=s")))
  }

  @Test(
    "Everything else is refused",
    arguments: [
      ("POST /callback HTTP/1.1\r\nHost: localhost:7\r\n\r\n", 405),
      ("GET /favicon.ico HTTP/1.1\r\nHost: localhost:7\r\n\r\n", 404),
      ("GET /callback?x HTTP/1.1\r\nHost: evil.example:7\r\n\r\n", 400),
      ("GET /callback?x HTTP/1.1\r\nHost: localhost:8\r\n\r\n", 400),
      ("GET /callback?x HTTP/1.1\r\nHost: localhost:7\r\nHost: localhost:7\r\n\r\n", 400),
      ("GET /callback?x HTTP/1.1\r\n\r\n", 400), ("\r\n\r\n", 400), ("GET http://x/callback HTTP/1.1\r\n\r\n", 400),
      ("GET /callback\r\n\r\n", 400),
      ("GET /" + String(repeating: "a", count: 20_000), 431),
    ])
  func refused(_ text: String, _ status: Int) { #expect(read(text) == .other(status: status)) }

  @Test("A pasted address is taken when it is ours")
  func pasted() {
    #expect(BrowserRequest.pasted(" http://127.0.0.1:7/callback?code=c \n")?["code"] == "c")
    #expect(BrowserRequest.pasted("https://evil.example/callback?code=c") == nil)
    #expect(BrowserRequest.pasted("http://localhost/other?code=c") == nil)
    #expect(BrowserRequest.pasted("c") == nil)
  }

  @Test("What goes onto a page cannot become part of it")
  func page() {
    #expect(BrowserRequest.page("<script>&").contains("&lt;script&gt;&amp;"))
    #expect(BrowserRequest.page(nil).contains("200 OK"))
  }
}
