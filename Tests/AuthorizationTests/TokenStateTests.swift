import Testing

@testable import Authorization

@Suite("What a request carries")
struct TokenStateTests {
  private static let hour: UInt64 = 3_600_000

  @Test("A token is renewed two minutes before its end, one that lives shortly after three quarters of its life")
  func freshness() {
    var state = TokenState()
    #expect(state.order(at: 0) == .needsLogin("nobody has logged in"))
    state.read(Grants.make())
    #expect(state.order(at: 0) == .use("a0"))
    #expect(state.order(at: Self.hour - 120_001) == .use("a0"))
    #expect(state.order(at: Self.hour - 120_000) == .renew)
    state.read(Grants.make("b", life: 40))
    #expect(state.order(at: 29_999) == .use("b"))
    #expect(state.order(at: 30_000) == .renew)
  }

  @Test("Without a refresh token it is used up to its end")
  func withoutRefresh() {
    var state = TokenState()
    state.read(Grants.make(refresh: nil))
    #expect(state.order(at: Self.hour - 1) == .use("a0"))
    #expect(state.order(at: Self.hour) == .needsLogin("the token has expired"))
  }

  @Test("A renewal that cannot be made leaves the token in use while it lives, and is tried again later")
  func trouble() {
    let failure = AuthorizationFailure(.network, "down")
    var state = TokenState()
    state.read(Grants.make())
    state.failed(failure, at: Self.hour - 100_000)
    #expect(state.order(at: Self.hour - 99_000) == .use("a0"))
    #expect(state.order(at: Self.hour - 100_000 + TokenState.patience) == .renew)
    state.failed(failure, at: Self.hour)
    #expect(state.order(at: Self.hour) == .unavailable(failure))
  }

  @Test("A refused token is renewed, but not one after the other")
  func refused() {
    var state = TokenState()
    state.read(Grants.make())
    state.refused("an older one", at: 0)
    #expect(state.order(at: 0) == .use("a0"))
    for round in 0..<3 {
      let now = UInt64(round) * 10_000
      state.read(Grants.make("a\(round)", at: now))
      #expect(state.order(at: now) == .use("a\(round)"))
      state.refused("a\(round)", at: now)
      // Others tell of the same.
      state.refused("a\(round)", at: now)
      let order: TokenState.Order = round < 2 ? .renew : .needsLogin("the server refuses one token after the other")
      #expect(state.order(at: now) == order)
    }
    #expect(state.order(at: 60_000) == .renew)
  }

  @Test("A grant that is not renewed any more is used up to its end, and a newer one takes its place")
  func refusal() {
    var grant = Grants.make()
    grant.refusal = Grant.Refusal(reason: "revoked", at: 5)
    var state = TokenState()
    state.read(grant)
    #expect(state.order(at: Self.hour - 1) == .use("a0"))
    #expect(state.order(at: Self.hour) == .needsLogin("revoked"))
    #expect(state.isLookingForAnother(at: Self.hour))
    let isSame = !state.read(grant)
    let isNew = state.read(Grants.make("new", at: Self.hour))
    #expect(isSame && isNew)
    #expect(state.order(at: Self.hour) == .use("new"))
  }

  @Test("What is kept comes back as it was")
  func record() throws {
    var record = LoginRecord(server: "a \"b\"", url: "https://mcp.example/mcp")
    var grant = Grants.make(scopes: "x y")
    grant.refusal = Grant.Refusal(reason: "gone", at: 7)
    record.renewed(grant)
    record.demand(ScopeList("w"))
    var known = record.acquaintance(with: "https://as.example")
    known.registration = Grants.client
    known.refused = ["https://client.example/doc.json"]
    record.remember(known)
    #expect(LoginRecord(Array(record.json.utf8)) == record)
    #expect(LoginRecord(Array("{}".utf8)) == nil)
    record.loggedIn(Grants.make("n"))
    #expect(record.grants.count == 1)
    #expect(record.stepUps == 1)
    #expect(record.wanted.isEmpty)
    record.loggedOut()
    #expect(record.grant == nil)
    #expect(record.acquaintance(with: "https://as.example") == known)
  }
}
