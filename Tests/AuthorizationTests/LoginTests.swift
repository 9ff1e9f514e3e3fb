import EventLoop
import TestSupport
import Testing

@testable import Authorization

@Suite("Logins", .timeLimit(.minutes(1)))
struct LoginTests {
  /// A person with a browser: what it is sent to, and how it comes back.
  @GatewayActor
  private final class Person {
    var ports: [Int] = []
    var taken: Set<Int> = []
    var invitations: [ConsentWays.Invitation] = []
    var problems: [String?] = []
    /// Makes the redirect's query of the address that the browser was sent to; nil for a person who goes away.
    var answer: @Sendable (FormText) -> String? = { "code=c&state=\($0["state"] ?? "")" }
    private var queries: [String] = []

    nonisolated init() {}

    nonisolated func ways(prefersCodes: Bool = false) -> ConsentWays {
      ConsentWays(
        listen: { port in self.listen(port) }, invite: { self.invite($0) }, sleep: { _ in await Task.yield() },
        prefersCodes: prefersCodes)
    }

    private func listen(_ port: Int) -> Result<ConsentWays.Redirects, AuthorizationFailure> {
      guard !taken.contains(port) else { return .failure(AuthorizationFailure(.consent, "in use")) }
      let port = port == 0 ? 50_000 + ports.count : port
      ports.append(port)
      return .success(
        ConsentWays.Redirects(
          port: port,
          next: {
            guard !self.queries.isEmpty else { return nil }
            let form = FormText(parsing: self.queries.removeFirst())
            return ConsentWays.Arrival(form: form) { problem in self.problems.append(problem) }
          }, close: {}))
    }

    private func invite(_ invitation: ConsentWays.Invitation) {
      invitations.append(invitation)
      guard case .browse(let address) = invitation, let query = WebAddress(address)?.query else { return }
      if let answer = answer(FormText(parsing: query)) { queries += ["code=stray&state=other", answer] }
    }

    var sent: [FormText] {
      invitations.compactMap {
        if case .browse(let address) = $0 { FormText(parsing: WebAddress(address)?.query ?? "") } else { nil }
      }
    }
  }

  private let web = FakeWeb()
  private let kept = FakeStore()
  private let person = Person()

  @GatewayActor
  private func logIn(
    settings: ClientSettings = ClientSettings(), prefersCodes: Bool = false
  ) async -> Result<Login.Outcome, AuthorizationFailure> {
    await Login(
      place: LoginPlace(server: "tracker", url: WebAddress("https://mcp.example/mcp")!), settings: settings,
      store: kept.store,
      ways: person.ways(prefersCodes: prefersCodes), cryptography: ConsentTests.cryptography, fetch: web.fetch,
      now: { 1_000 }
    ).run()
  }

  /// A server, its metadata, and an authorization server that gives `token` for anything.
  @GatewayActor
  private func world(_ more: String = #","registration_endpoint":"https://as.example/register""#) {
    web.answer("https://mcp.example/mcp") { request in
      let token = request.headers.first { $0.name == "Authorization" }?.value
      if token == "Bearer token" { return .success(WebResponse(status: 400)) }
      let challenge = #"Bearer resource_metadata="https://mcp.example/meta", scope="read""#
      return .success(WebResponse(status: 401, headers: [WebField("www-authenticate", challenge)]))
    }
    web.resource(at: "https://mcp.example/meta", "https://mcp.example/mcp", issuers: "https://as.example")
    web.issuer(at: "https://as.example/.well-known/oauth-authorization-server", "https://as.example", more: more)
    web.answer("https://as.example/register", status: 201, #"{"client_id":"registered"}"#)
    web.answer("https://as.example/token", #"{"access_token":"token","refresh_token":"r","expires_in":60}"#)
  }

  @GatewayActor
  private func forms(to url: String) -> [FormText] {
    web.requests.filter { $0.url.text == url }.map { FormText(parsing: String(decoding: $0.body, as: UTF8.self)) }
  }

  @Test("The first login registers, asks, redeems and keeps, and is not disturbed by strangers")
  func first() async throws {
    try await onLoop {
      world()
      let outcome = try await logIn().get()
      #expect(outcome.objection == nil)
      #expect(outcome.grant.scopes.names == ["read"])
      #expect(kept.record?.grant == outcome.grant)
      #expect(person.problems.count == 2 && person.problems[1] == nil)
      let redeeming = try #require(forms(to: "https://as.example/token").first)
      #expect(redeeming["code"] == "c")
      #expect(redeeming["resource"] == "https://mcp.example/mcp")
      #expect(redeeming["redirect_uri"] == "http://127.0.0.1:50000/callback")
      #expect(redeeming["client_id"] == "registered")
    }
  }

  @Test("A second login uses the registration and its port, and registers anew when the port is taken")
  func second() async throws {
    try await onLoop {
      world()
      _ = try await logIn().get()
      _ = try await logIn().get()
      #expect(forms(to: "https://as.example/register").count == 1)
      #expect(person.ports == [50_000, 50_000])
      person.taken = [50_000]
      _ = try await logIn().get()
      #expect(forms(to: "https://as.example/register").count == 2)
      #expect(person.ports.last == 50_002)
    }
  }

  @Test("Rights that were demanded are asked for with those that were granted, and counted")
  func stepUp() async throws {
    try await onLoop {
      world()
      _ = try await logIn().get()
      kept.record?.demand(ScopeList("write"))
      _ = try await logIn().get()
      #expect(person.sent.last?["scope"] == "read write")
      #expect(kept.record?.stepUps == 1)
      #expect(kept.record?.wanted.isEmpty == true)
    }
  }

  @Test("A document that the authorization server does not take gives way to a registration, once and for all")
  func document() async throws {
    try await onLoop {
      world(#","registration_endpoint":"https://as.example/register","client_id_metadata_document_supported":true"#)
      let document = "https://client.example/doc.json"
      person.answer = { form in
        let state = form["state"] ?? ""
        return form["client_id"] == document ? "error=invalid_client&state=\(state)" : "code=c&state=\(state)"
      }
      _ = try await logIn(settings: ClientSettings(clientID: document)).get()
      #expect(person.sent.map { $0["client_id"] } == [document, "registered"])
      _ = try await logIn(settings: ClientSettings(clientID: document)).get()
      #expect(person.sent.map { $0["client_id"] } == [document, "registered", "registered"])
    }
  }

  @Test("Without offline access it is tried once more where a scope is not liked")
  func scope() async throws {
    try await onLoop {
      world(#","registration_endpoint":"https://as.example/register","scopes_supported":["offline_access"]"#)
      person.answer = { form in
        let state = form["state"] ?? ""
        return form["scope"] == "read" ? "code=c&state=\(state)" : "error=invalid_scope&state=\(state)"
      }
      _ = try await logIn().get()
      #expect(person.sent.map { $0["scope"] } == ["read offline_access", "read"])
      #expect(person.sent[0]["prompt"] == "consent")
    }
  }

  @Test("A configured client is sent back to this machine by its name")
  func configured() async throws {
    try await onLoop {
      world("")
      _ = try await logIn(settings: ClientSettings(clientID: "app", clientSecret: "s")).get()
      #expect(person.sent[0]["redirect_uri"] == "http://localhost:50000/callback")
      #expect(web.requests.contains { $0.headers.contains { $0.value.hasPrefix("Basic ") } })
    }
  }

  @Test("Who cannot register is told what to configure")
  func noRegistration() async {
    await onLoop {
      world("")
      #expect("\(await logIn())".contains("oauth.clientId"))
    }
  }

  @Test("Who goes away, and who refuses, is told so; nothing is kept")
  func refusals() async {
    await onLoop {
      world()
      person.answer = { _ in nil }
      #expect("\(await logIn())".contains("nobody has come back"))
      person.answer = { "error=access_denied&error_description=no&state=\($0["state"] ?? "")" }
      #expect("\(await logIn())".contains("access_denied: no"))
      #expect(kept.record?.grant == nil)
    }
  }

  @Test("A server that asks for no login gets none")
  func open() async {
    await onLoop {
      web.answer("https://mcp.example/mcp", "{}")
      #expect("\(await logIn())".contains("does not ask for a login"))
    }
  }

  @Test("A token that the server does not take is kept, and said to be none")
  func useless() async throws {
    try await onLoop {
      world()
      web.answer("https://as.example/token", #"{"access_token":"other"}"#)
      let outcome = try await logIn().get()
      #expect(outcome.objection?.contains("401") == true)
      #expect(kept.record?.grant?.accessToken == "other")
    }
  }

  @Test("Without a browser a code is shown, and asked after until it was typed")
  func device() async throws {
    try await onLoop {
      world(
        #","registration_endpoint":"https://as.example/register","device_authorization_endpoint":"https://as.example/device""#
      )
      web.answer(
        "https://as.example/device",
        #"{"device_code":"d","user_code":"WDJB","verification_uri":"https://as.example/type","interval":1}"#)
      let count = Counter()
      web.answer("https://as.example/token") { _ in
        let body = count.next() < 3 ? #"{"error":"authorization_pending"}"# : #"{"access_token":"token"}"#
        return .success(WebResponse(status: body.contains("error") ? 400 : 200, body: Array(body.utf8)))
      }
      let outcome = try await logIn(prefersCodes: true).get()
      #expect(outcome.objection == nil)
      #expect(person.invitations == [.type(code: "WDJB", at: "https://as.example/type", complete: nil)])
      #expect(forms(to: "https://as.example/token").count == 3)
    }
  }

  /// Counts calls, all on the loop.
  private final class Counter: @unchecked Sendable {
    private var count = 0
    func next() -> Int {
      count += 1
      return count
    }
  }
}
