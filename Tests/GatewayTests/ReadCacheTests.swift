import EventLoop
import TestSupport
import Testing

/// Resources of modern servers, which say how long and for whom they are good.
@Suite(.timeLimit(.minutes(1))) struct ReadCacheTests {
  private static let read = Modern.request("1", "resources/read", #""uri":"x:1""#)

  @GatewayActor private func opened() async -> Bench {
    let bench = Bench()
    bench["one"].eras = .modern
    bench["one"].resources = ["x:1"]
    bench["one"].capabilities = #"{"resources":{"subscribe":true,"listChanged":true}}"#
    _ = await bench.openModern()
    return bench
  }

  /// Has a client read, and the server answer with these hints.
  @GatewayActor
  private func reading(_ bench: Bench, ttl: Int, scope: String = "public", by client: ScriptedClient? = nil) async {
    if let client { client.tell(Self.read) } else { bench.tell(Self.read) }
    bench["one"].answer(
      await bench["one"].received.next(),
      #"{"resultType":"complete","contents":[],"ttlMs":\#(ttl),"cacheScope":"\#(scope)"}"#)
    _ = await (client?.lines ?? bench.lines).next()
  }

  /// How often the server was asked.
  @GatewayActor private func reads(_ bench: Bench) -> Int { bench["one"].all.count { $0.contains("resources/read") } }

  @Test func aFreshResourceIsGivenOutAgainWithTheTimeThatIsLeft() async {
    await onLoop {
      let bench = await opened()
      await reading(bench, ttl: 5_000)
      bench.clock.advance(by: 4_000)
      let kept = await bench.ask(Modern.request("\"k\"", "resources/read", #""uri":"x:1""#))
      #expect(JSONOracle.value(of: kept, "id") == #""k""#)
      #expect(JSONOracle.value(of: kept, "result", "ttlMs") == "1000")
      #expect(JSONOracle.value(of: kept, "result", "cacheScope") == #""public""#)
      bench.clock.advance(by: 1_000)
      await reading(bench, ttl: 5_000)
      #expect(reads(bench) == 2)
      await bench.close()
    }
  }

  @Test func whatIsPrivateIsKeptForWhoReadItOnly() async {
    await onLoop {
      let bench = await opened()
      let (first, second) = (bench.anotherClient(), bench.anotherClient())
      for client in [first, second] { _ = await client.discover() }
      await reading(bench, ttl: 5_000, scope: "private", by: first)
      #expect(JSONOracle.value(of: await first.ask(Self.read), "result", "ttlMs") == "5000")
      await reading(bench, ttl: 5_000, scope: "public", by: second)
      #expect(reads(bench) == 2)
      _ = await bench.ask(Self.read)
      #expect(reads(bench) == 2, "what is public is for all")
      await bench.close()
    }
  }

  @Test(arguments: [
    ("notifications/resources/updated", #""uri":"x:1""#), ("notifications/resources/updated", #""uri":"x:1/part""#),
    ("notifications/resources/list_changed", ""),
  ]) func aNotificationMakesItStaleAtOnce(_ method: String, _ members: String) async {
    await onLoop {
      let bench = await opened()
      await reading(bench, ttl: 600_000)
      bench["one"].tell(method, members)
      await reading(bench, ttl: 0)
      #expect(reads(bench) == 2)
      await bench.close()
    }
  }

  @Test func theUpdateOfAnotherResourceLeavesItFresh() async {
    await onLoop {
      let bench = await opened()
      await reading(bench, ttl: 600_000)
      bench["one"].tell("notifications/resources/updated", #""uri":"x:12""#)
      _ = await bench.ask(Self.read)
      #expect(reads(bench) == 1)
      await bench.close()
    }
  }

  @Test func whatCameOfQuestionsIsNotKept() async {
    await onLoop {
      let bench = await opened()
      bench.tell(Modern.request("1", "resources/read", #""uri":"x:1""#, capabilities: #"{"roots":{}}"#))
      bench["one"].answer(
        await bench["one"].received.next(),
        #"{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"ttlMs":600000,"cacheScope":"public"}"#
      )
      _ = await bench.lines.next()
      bench.tell(
        Modern.request(
          "2", "resources/read", #""uri":"x:1","inputResponses":{"r":{"roots":[]}}"#, capabilities: #"{"roots":{}}"#))
      bench["one"].answer(
        await bench["one"].received.next(),
        #"{"resultType":"complete","contents":[],"ttlMs":600000,"cacheScope":"public"}"#)
      _ = await bench.lines.next()
      await reading(bench, ttl: 0)
      #expect(reads(bench) == 3)
      await bench.close()
    }
  }

  @Test(arguments: [#""ttlMs":-1,"cacheScope":"public""#, #""ttlMs":"5000","cacheScope":"public""#, ""])
  func hintsThatAreNoneKeepNothingAndAreMendedForTheClient(_ hints: String) async {
    await onLoop {
      let bench = await opened()
      for _ in 1...2 {
        bench.tell(Self.read)
        let members = hints.isEmpty ? "" : ",\(hints)"
        bench["one"].answer(
          await bench["one"].received.next(), #"{"resultType":"complete","contents":[]\#(members)}"#)
        let answer = await bench.lines.next()
        #expect(JSONOracle.value(of: answer, "result", "ttlMs") == "0", "\(answer)")
      }
      await bench.close()
    }
  }
}
