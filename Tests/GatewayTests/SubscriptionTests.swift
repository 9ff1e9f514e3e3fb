import EventLoop
import Gateway
import TestSupport
import Testing

/// Subscriptions of several sessions, and through a server's restart.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionTests {
  private func request(_ id: Int, _ method: String, _ uri: String = "x:1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"resources/\#(method)","params":{"uri":"\#(uri)"}}"#
  }

  private let updated = #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"x:1"}}"#

  @GatewayActor private func opened() async -> Bench {
    let bench = Bench()
    bench["one"].resources = ["x:1", "x:2"]
    _ = await bench.open()
    return bench
  }

  /// Lets a client ask for something that the server answers.
  @GatewayActor
  private func done(_ bench: Bench, _ client: ScriptedClient, _ line: String, _ result: String = "{}") async -> String {
    client.tell(line)
    bench["one"].answer(await bench["one"].received.next(), result)
    return await client.lines.next()
  }

  @Test func oneSessionsEndOfASubscriptionIsNotAnothers() async {
    await onLoop {
      let bench = await opened()
      let clients = [ScriptedClient(bench.manager), ScriptedClient(bench.manager)]
      for client in clients {
        _ = await client.open()
        _ = await done(bench, client, request(1, "subscribe"))
      }
      #expect(await clients[0].ask(request(2, "unsubscribe")) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
      bench["one"].send(updated)
      #expect(await clients[1].lines.next() == updated)
      clients[1].tell(request(2, "unsubscribe"))
      #expect(await bench["one"].received.next().contains("resources/unsubscribe"))
      #expect(bench["one"].all.count { $0.contains("resources/unsubscribe") } == 1)
      #expect(clients[0].lines.count == 0)
      await bench.close()
    }
  }

  @Test func whatOneClientSubscribesToIsBoundedInBytes() async {
    await onLoop {
      let bench = await opened()
      let client = ScriptedClient(bench.manager)
      _ = await client.open()
      let long = String(repeating: "x", count: 5 << 20)
      #expect(await done(bench, client, request(1, "subscribe", "x:1\(long)")).contains("result"))
      #expect(await client.ask(request(2, "subscribe", "x:2\(long)")).contains("have 16 MiB: end some of them"))
      #expect(await done(bench, client, request(3, "unsubscribe", "x:1\(long)")).contains("result"))
      #expect(await done(bench, client, request(4, "subscribe", "x:2\(long)")).contains("result"))
      await bench.close()
    }
  }

  @Test func whatOneClientListensForIsBoundedInBytes() async {
    await onLoop {
      let bench = await opened()
      let client = ScriptedClient(bench.manager)
      _ = await client.discover()
      let long = String(repeating: "x", count: 5 << 20)
      for id in 1...4 {
        client.tell(
          Modern.request(
            "\(id)", "subscriptions/listen",
            #""notifications":{"resourceSubscriptions":["x:\#(id)\#(long)"]}"#))
      }
      let refusal = await client.lines.next { $0.contains("error") }
      #expect(refusal.contains(#""id":4,"#) && refusal.contains("end some of them"))
      await bench.close()
    }
  }

  @Test func aClosedSessionEndsWhatNobodyElseIsSubscribedTo() async {
    await onLoop {
      let bench = await opened()
      let (leaving, staying) = (ScriptedClient(bench.manager), ScriptedClient(bench.manager))
      for client in [leaving, staying] {
        _ = await client.open()
        _ = await done(bench, client, request(1, "subscribe"))
      }
      _ = await done(bench, leaving, request(2, "subscribe", "x:2"))
      leaving.session.close()
      let end = await bench["one"].received.next()
      #expect(end.contains("resources/unsubscribe") && end.contains("x:2"))
      #expect(await staying.ask(#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#).contains(#""id":9"#))
      #expect(bench["one"].all.count { $0.contains("resources/unsubscribe") } == 1)
      await bench.close()
    }
  }

  @Test(arguments: [true, false]) func afterARestartOnlyAChangeIsTold(_ hasChanged: Bool) async {
    await onLoop {
      let bench = await opened()
      let client = ScriptedClient(bench.manager)
      _ = await client.open()
      _ = await done(bench, client, request(1, "subscribe"))
      let contents = { (text: String) in #"{"contents":[{"uri":"x:1","text":"\#(text)"}]}"# }
      _ = await done(bench, client, request(2, "read"), contents("old"))
      bench["one"].die()
      bench["one"].answer(await bench["one"].received.next { $0.contains("resources/subscribe") })
      let read = await bench["one"].received.next()
      #expect(read.contains("resources/read"))
      bench["one"].answer(read, contents(hasChanged ? "new" : "old"))
      if hasChanged { #expect(await client.lines.next() == updated) }
      #expect(await client.ask(#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#).contains(#""id":9"#))
      await bench.close()
    }
  }

  @Test func afterARestartAResourceThatWasNeverReadCountsAsChanged() async {
    await onLoop {
      let bench = await opened()
      let client = ScriptedClient(bench.manager)
      _ = await client.open()
      _ = await done(bench, client, request(1, "subscribe"))
      bench["one"].die()
      bench["one"].answer(await bench["one"].received.next { $0.contains("resources/subscribe") })
      #expect(await client.lines.next() == updated)
      await bench.close()
    }
  }

  @Test func aSubscriptionThatIsTakenBackIsNotTriedElsewhere() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      for name in ["one", "two"] {
        bench[name].eras = .modern
        bench[name].resources = ["\(name):1"]
      }
      _ = await bench.open()
      for name in ["one", "two"] {
        _ = await bench[name].listened.next()
        bench[name].unanswered = ["subscriptions/listen"]
      }
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"x:1"}}"#)
      _ = await bench["one"].received.next { $0.contains("x:1") }
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
      for _ in 0..<5 {
        bench.clock.advance(by: 30_000)
        await turns(8)
      }
      #expect(!bench["two"].all.contains { $0.contains("x:1") })
      await bench.close()
    }
  }
}
