import EventLoop
import TestSupport
import Testing

@testable import Authorization

/// Several processes, one store, an authorization server that ends the login when a refresh token is used twice, and
/// everything that happens in between, in any order.
///
/// What must never happen: a refresh token used twice, two renewals of one token, a request with a token that was never
/// given, and, once all is well again, a process that is still shut out.
@Suite("Tokens of a server, at random", .timeLimit(.minutes(10)))
struct AuthorizerWalk {
  @GatewayActor
  private final class World {
    let kept = FakeStore()
    let issuer = RotatingIssuer()
    var now: UInt64 = 0
    var given: Set<String> = ["a0"]
    nonisolated init() {}
  }

  @Test func walk() async {
    for seed in WalkSeeds(atLeast: 60) {
      await onLoop { await walk(seed) }
    }
  }

  @GatewayActor
  private func walk(_ seed: UInt64) async {
    var random = SeededGenerator(seed: seed)
    let world = World()
    var record = LoginRecord(server: "s", url: "https://mcp.example/mcp")
    record.loggedIn(Grants.make(life: 600))
    world.kept.record = record
    let all = (0..<4).map { _ in
      Authorizer(
        place: LoginPlace(server: "s", url: WebAddress("https://mcp.example/mcp")!), store: world.kept.store,
        fetch: world.issuer.fetch,
        now: { world.now })
    }
    var last: [String?] = [nil, nil, nil, nil]
    for _ in 0..<60 {
      let tasks = all.indices.filter { _ in Bool.random(using: &random) }.map { index in
        let isRefused = last[index] != nil && Int.random(in: 0..<6, using: &random) == 0
        let token = last[index]
        return (
          index,
          Task { @GatewayActor in
            isRefused
              ? await all[index].refused(status: 401, challenges: ["Bearer"], token: token) ?? .go(token: nil)
              : await all[index].answer()
          }
        )
      }
      switch Int.random(in: 0..<6, using: &random) {
      case 0: world.issuer.answer = .success(WebResponse(status: 503))
      case 1: world.issuer.answer = .failure(WebFailure("down"))
      default: world.issuer.answer = nil
      }
      for (index, task) in tasks {
        switch await task.value {
        case .go(let token):
          last[index] = token
          let isKnown = token.map { Int($0.dropFirst()) ?? .max <= world.issuer.generation } ?? false
          #expect(isKnown, "seed \(seed): a token that was never given: \(token ?? "none")")
        case .stop: break
        }
      }
      #expect(!world.issuer.isRevoked, "seed \(seed): a refresh token was used twice")
      #expect(world.issuer.uses == world.issuer.generation, "seed \(seed)")
      world.now += UInt64.random(in: 0...300_000, using: &random)
    }
    world.issuer.answer = nil
    world.now += 3_600_000
    for one in all {
      let answer = await one.answer()
      #expect(answer == .go(token: "a\(world.issuer.generation)"), "seed \(seed): still shut out: \(answer)")
    }
  }
}
