import EventLoop
import TestSupport
import Testing

@testable import Authorization

@Suite("Tokens of a server", .timeLimit(.minutes(1)))
struct AuthorizerTests {
  /// A clock that tests set.
  @GatewayActor
  private final class Time {
    var now: UInt64 = 0
    nonisolated init() {}
  }

  private let time = Time()
  private let kept = FakeStore()
  private let issuer = RotatingIssuer()

  @GatewayActor
  private func authorizer() -> Authorizer {
    Authorizer(
      place: LoginPlace(server: "tracker", url: WebAddress("https://mcp.example/mcp")!), store: kept.store,
      fetch: issuer.fetch,
      now: { [time] in time.now })
  }

  @GatewayActor
  private func keep(_ grant: Grant) {
    var record = LoginRecord(server: "tracker", url: "https://mcp.example/mcp")
    record.loggedIn(grant)
    kept.record = record
  }

  @Test("Without a login a request goes out bare, and the server says whether that will do")
  func bare() async {
    await onLoop {
      let one = authorizer()
      #expect(await one.answer() == .go(token: nil))
      guard case .stop(let need)? = await one.refused(status: 401, challenges: ["Bearer"], token: nil) else {
        Issue.record("it goes on")
        return
      }
      #expect(need.command == "mcp-junction login tracker")
      #expect(await one.answer() == .go(token: nil), "it may let anybody in the next time")
      // Somebody logs in meanwhile. Files are not looked into for every request.
      keep(Grants.make())
      #expect(one.immediateAnswer() == .go(token: nil))
      time.now += 1_000
      #expect(one.immediateAnswer() == nil)
      #expect(await one.answer() == .go(token: "a0"))
      #expect(one.immediateAnswer() == .go(token: "a0"))
    }
  }

  @Test("Of fifty requests in five processes one renews, and all have its token")
  func together() async {
    await onLoop {
      keep(Grants.make())
      time.now = 3_600_000
      let all = (0..<5).map { _ in authorizer() }
      let tasks = (0..<50).map { index in Task { @GatewayActor in await all[index % 5].answer() } }
      for task in tasks { #expect(await task.value == .go(token: "a1")) }
      #expect(issuer.uses == 1)
      #expect(kept.record?.grant?.refreshToken == "r1")
    }
  }

  @Test("A token that the server refuses is renewed once by five processes, again and again")
  func refusedTogether() async {
    await onLoop {
      keep(Grants.make())
      let all = (0..<5).map { _ in authorizer() }
      for round in 1...20 {
        time.now += 100_000
        let tasks = all.map { one in
          Task { @GatewayActor in
            await one.refused(status: 401, challenges: [#"Bearer error="invalid_token""#], token: "a\(round - 1)")
          }
        }
        for task in tasks { #expect(await task.value == .go(token: "a\(round)")) }
        #expect(issuer.uses == round)
      }
      #expect(!issuer.isRevoked)
    }
  }

  @Test("A revoked grant needs a login, is asked about once by all, and is not deleted")
  func revoked() async {
    await onLoop {
      keep(Grants.make(refresh: "stolen"))
      time.now = 3_600_000
      for one in [authorizer(), authorizer()] {
        guard case .stop(let need) = await one.answer() else {
          Issue.record("it goes on")
          return
        }
        #expect(need.kind == .login)
        #expect("\(need)".contains("invalid_grant"))
        _ = await one.answer()
      }
      #expect(issuer.uses == 1)
      #expect(kept.record?.grant?.refreshToken == "stolen")
    }
  }

  @Test("An authorization server that is down keeps nobody from a token that lives, and loses nothing")
  func down() async {
    await onLoop {
      keep(Grants.make())
      let one = authorizer()
      issuer.answer = .success(WebResponse(status: 502))
      time.now = 3_600_000 - 60_000
      #expect(await one.answer() == .go(token: "a0"))
      time.now = 3_600_000
      guard case .stop(let need) = await one.answer() else {
        Issue.record("it goes on")
        return
      }
      #expect(need.kind == .unavailable)
      #expect(need.command == nil)
      issuer.answer = nil
      time.now += TokenState.patience
      #expect(await one.answer() == .go(token: "a1"))
    }
  }

  @Test("More rights are for a person to grant, twice at most, and the demand is kept for the login")
  func moreRights() async {
    await onLoop {
      keep(Grants.make())
      let one = authorizer()
      let demand = [#"Bearer error="insufficient_scope", scope="write""#]
      for round in 1...2 {
        let token = round == 1 ? "a0" : "b\(round - 1)"
        guard
          case .stop(let need)? = await one.refused(
            status: 403, challenges: round == 1 ? demand : [#"Bearer error="insufficient_scope", scope="admin""#],
            token: token)
        else {
          Issue.record("it goes on")
          return
        }
        #expect(need.kind == .moreRights)
        // Calls that need no more go on.
        #expect(await one.answer() == .go(token: token))
        var record = kept.record
        let scopes = record?.grant?.scopes.union(record?.wanted ?? ScopeList()) ?? ScopeList()
        record?.loggedIn(Grants.make("b\(round)", refresh: "r", scopes: scopes.description))
        kept.record = record
        #expect(await one.answer() == .go(token: "b\(round)"))
      }
      #expect(kept.record?.grant?.scopes.names == ["read", "write", "admin"])
      guard
        case .stop(let granted)? = await one.refused(status: 403, challenges: demand, token: "b2"),
        case .stop(let third)? = await one.refused(
          status: 403, challenges: [#"Bearer error="insufficient_scope", scope="root""#], token: "b2")
      else {
        Issue.record("it goes on")
        return
      }
      #expect(granted.kind == .forbidden)
      #expect(third.kind == .forbidden)
      #expect(issuer.uses == 0)
    }
  }

  @Test("A 403 that speaks of no scopes says nothing about the token")
  func forbidden() async {
    await onLoop {
      keep(Grants.make())
      let one = authorizer()
      #expect(await one.refused(status: 403, challenges: [], token: "a0") == nil)
      #expect(await one.answer() == .go(token: "a0"))
    }
  }

  // MARK: - The end of a login

  /// Logs out by a command, with an authorization server that takes word of it, and returns what that was told.
  @GatewayActor
  private func logOut(
    revocation: String? = "https://as.example/revoke", status: Int = 200
  ) async -> (told: [FormText], result: Result<[AuthorizationFailure], AuthorizationFailure>) {
    var told: [FormText] = []
    let answer = Grants.make()
    let grant = Grant(
      issuer: answer.issuer, resource: answer.resource, tokenEndpoint: answer.tokenEndpoint,
      revocationEndpoint: revocation.flatMap { WebAddress($0) }, client: answer.client,
      answer: TokenAnswer(accessToken: "a0", refreshToken: "r0", expiresIn: 3_600, scopes: nil), asked: answer.scopes,
      at: 0)
    keep(grant)
    let logout = Logout(
      url: WebAddress("https://mcp.example/mcp")!, issuer: nil, store: kept.store,
      fetch: { request in
        told.append(FormText(parsing: String(decoding: request.body, as: UTF8.self)))
        return .success(WebResponse(status: status))
      })
    let result = await logout.run()
    return (told, result)
  }

  @Test("Both tokens are revoked where the authorization server takes word of it, and forgotten in any case")
  func toldOfLogout() async {
    await onLoop {
      let done = await logOut()
      #expect(done.told.map { $0["token"] } == ["r0", "a0"])
      #expect(done.told.map { $0["token_type_hint"] } == ["refresh_token", "access_token"])
      #expect(done.told.map { $0["client_id"] } == ["client", "client"])
      #expect((try? done.result.get()) == [])
      #expect(kept.record?.grant == nil)

      let refused = await logOut(status: 503)
      #expect((try? refused.result.get())?.first?.reason == "https://as.example answered with status 503")
      #expect(kept.record?.grant == nil)
      #expect(await logOut(revocation: nil).told.isEmpty)
      #expect(
        await logOut(revocation: "http://127.0.0.1/revoke").told.isEmpty, "it is no address for a server's tokens")
    }
  }

  @Test("Of an address that is not the entry's own, the command names it")
  func otherAddress() {
    let other = LoginPlace(server: "a b", url: WebAddress("https://mcp.example/mcp?x=1")!, isOther: true)
    #expect(other.loginCommand == #"mcp-junction login "a b" --url "https://mcp.example/mcp?x=1""#)
  }

  @Test("A gateway that runs renews nothing that a person has logged out of")
  func loggedOutElsewhere() async {
    await onLoop {
      keep(Grants.make())
      let one = authorizer()
      #expect(await one.answer() == .go(token: "a0"))
      _ = await logOut(revocation: nil)
      guard case .stop(let need)? = await one.refused(status: 401, challenges: ["Bearer"], token: "a0") else {
        Issue.record("it goes on")
        return
      }
      #expect(need.command == "mcp-junction login tracker")
      time.now = 3_600_000
      #expect(await one.answer() == .go(token: nil))
      #expect(issuer.uses == 0)
      #expect(kept.record?.grant == nil)
    }
  }
}
