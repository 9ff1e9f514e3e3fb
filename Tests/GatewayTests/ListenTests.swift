import EventLoop
import TestSupport
import Testing

/// What modern clients listen to, before servers of both eras.
@Suite(.timeLimit(.minutes(1))) struct ListenTests {
  private static let tag = "io.modelcontextprotocol/subscriptionId"
  private static let offer =
    #"{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"prompts":{}}"#

  /// A gateway before a legacy server "old", which has `old:1`, and a modern one "new", which has `new:1`.
  @GatewayActor private func opened() async -> Bench {
    let bench = Bench(servers: ["old", "new"])
    bench["old"].resources = ["old:1"]
    bench["new"].resources = ["new:1"]
    bench["new"].eras = .modern
    for server in bench.servers.values { server.capabilities = Self.offer }
    _ = await bench.openModern()
    return bench
  }

  private func listen(_ id: String, _ filter: String) -> String {
    Modern.request(id, "subscriptions/listen", "\"notifications\":{\(filter)}")
  }

  /// Opens a listen and returns its acknowledgement; the legacy server agrees to all subscriptions.
  @GatewayActor
  private func listening(_ bench: Bench, _ id: String, _ filter: String, subscribesAtOld: Bool = false) async -> String
  {
    bench.tell(listen(id, filter))
    if subscribesAtOld { bench["old"].answer(await bench["old"].received.next { $0.contains("resources/subscribe") }) }
    return await bench.lines.next()
  }

  private func tag(_ line: String) -> String? { JSONOracle.value(of: line, "params", "_meta", Self.tag) }

  @Test(arguments: ["7", "\"7\"", "\"\\u0037\""])
  func aListenIsAcknowledgedUnderItsOwnIDAsItIsSpelledWithWhatItGets(_ id: String) async {
    await onLoop {
      let bench = await opened()
      let line = await listening(
        bench, id,
        #""toolsListChanged":true,"promptsListChanged":false,"resourceSubscriptions":["old:1","new:1"],"nonsense":1"#,
        subscribesAtOld: true)
      #expect(JSONOracle.value(of: line, "method") == #""notifications/subscriptions/acknowledged""#)
      #expect(tag(line) == id)
      #expect(
        JSONOracle.value(of: line, "params", "notifications")
          == #"{"toolsListChanged":true,"resourceSubscriptions":["new:1","old:1"]}"#)
      await bench.close()
    }
  }

  @Test func whatNoServerTellsOfIsNotInTheAcknowledgement() async {
    await onLoop {
      let bench = await opened()
      bench.tell(listen("1", #""resourceSubscriptions":["old:1"]"#))
      bench["old"].refuse(
        await bench["old"].received.next { $0.contains("resources/subscribe") }, #"{"code":-32603,"message":"no"}"#)
      let line = await bench.lines.next()
      #expect(JSONOracle.value(of: line, "params", "notifications") == "{}")
      bench["old"].send(#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"old:1"}}"#)
      #expect(JSONOracle.value(of: await bench.ask(Modern.request("9", "server/discover")), "id") == "9")
      await bench.close()
    }
  }

  @Test func theUpdateOfAResourceIsToldToEachListenForItWithItsTag() async {
    await onLoop {
      let bench = await opened()
      _ = await listening(bench, "1", #""resourceSubscriptions":["old:1","new:1"]"#, subscribesAtOld: true)
      _ = await listening(bench, "\"two\"", #""resourceSubscriptions":["old:1"]"#)
      _ = await listening(bench, "3", #""toolsListChanged":true"#)
      bench["old"].send(#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"old:1"}}"#)
      let told = [await bench.lines.next(), await bench.lines.next()]
      #expect(told.compactMap { tag($0) }.sorted() == ["\"two\"", "1"])
      for line in told { #expect(JSONOracle.value(of: line, "params", "uri") == #""old:1""#) }
      bench["new"].tell("notifications/resources/updated", #""uri":"new:1","x":1.0"#)
      let update = await bench.lines.next()
      #expect(tag(update) == "1" && JSONOracle.value(of: update, "params", "x") == "1.0")
      #expect(bench["old"].all.count { $0.contains("resources/subscribe") } == 1)
      await bench.close()
    }
  }

  @Test func theUpdateOfAPartOfAResourceIsOneOfIt() async {
    await onLoop {
      let bench = await opened()
      _ = await listening(bench, "1", #""resourceSubscriptions":["new:1"]"#)
      bench["new"].tell("notifications/resources/updated", #""uri":"new:1/part""#)
      #expect(JSONOracle.value(of: await bench.lines.next(), "params", "uri") == #""new:1/part""#)
      await bench.close()
    }
  }

  @Test(arguments: ["old", "new"]) func aListThatChangesIsToldToWhoListensToIt(_ name: String) async {
    await onLoop {
      let bench = await opened()
      _ = await listening(bench, "1", #""toolsListChanged":true"#)
      _ = await listening(bench, "2", #""promptsListChanged":true"#)
      bench[name].tools = ["echo", "fresh"]
      if name == "new" {
        bench[name].tell("notifications/tools/list_changed")
      } else {
        bench[name].send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      }
      let news = await bench.announced()
      #expect(JSONOracle.value(of: news, "method") == #""notifications/tools/list_changed""# && tag(news) == "1")
      let list = await bench.ask(Modern.request("9", "tools/list"))
      #expect(JSONOracle.value(of: list, "id") == "9" && list.contains("\(name)__fresh"))
      await bench.close()
    }
  }

  @Test func aListenThatIsTakenBackGetsNoAnswerAndItsSubscriptionEnds() async {
    await onLoop {
      let bench = await opened()
      _ = await listening(bench, "1", #""resourceSubscriptions":["old:1","new:1"]"#, subscribesAtOld: true)
      #expect(await bench["new"].listened.next { $0.contains("new:1") }.contains("resourceSubscriptions"))
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
      #expect(await bench["old"].received.next().contains("resources/unsubscribe"))
      let rest = await bench["new"].listened.next()
      #expect(JSONOracle.value(of: rest, "params", "notifications", "resourceSubscriptions") == nil)
      bench["old"].send(#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"old:1"}}"#)
      let next = await bench.ask(Modern.request("1", "server/discover"))
      #expect(JSONOracle.value(of: next, "id") == "1", "its id is free again")
      #expect(JSONOracle.value(of: next, "result", "supportedVersions") != nil)
      await bench.close()
    }
  }

  @Test func theEndOfTheGatewayEndsAListenWithAResult() async {
    await onLoop {
      let bench = Bench()
      let serving = bench.serve()
      bench.tell(listen("\"l\"", #""toolsListChanged":true"#))
      #expect(tag(await bench.lines.next()) == #""l""#)
      bench.endInput()
      let end = await bench.lines.next()
      #expect(JSONOracle.value(of: end, "id") == #""l""#)
      #expect(JSONOracle.value(of: end, "result", "resultType") == #""complete""#)
      #expect(JSONOracle.value(of: end, "result", "_meta", Self.tag) == #""l""#)
      await serving.value
    }
  }

  @Test func aServerThatEndsItsListenIsListenedToAgainLater() async {
    await onLoop {
      let bench = await opened()
      let listen = await bench["new"].listened.next()
      bench["new"].answer(listen, #"{"resultType":"complete"}"#)
      await bench.clock.whenWaiting(for: 1_000)
      bench.clock.advance(by: 1_000)
      let again = await bench["new"].listened.next()
      #expect(JSONOracle.value(of: again, "id") != JSONOracle.value(of: listen, "id"))
      #expect(
        JSONOracle.value(of: again, "params", "notifications")
          == JSONOracle.value(of: listen, "params", "notifications"))
      await bench.close()
    }
  }

  @Test func whatAModernServerTellsWithoutATagOrWithAForeignOneIsDropped() async {
    await onLoop {
      let bench = await opened()
      _ = await listening(bench, "1", #""resourceSubscriptions":["new:1"]"#)
      for meta in ["", #""_meta":{"\#(Self.tag)":99},"#, #""_meta":{"\#(Self.tag)":"1"},"#] {
        bench["new"].send(
          #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{\#(meta)"uri":"new:1"}}"#)
      }
      #expect(JSONOracle.value(of: await bench.ask(Modern.request("9", "server/discover")), "id") == "9")
      await bench.close()
    }
  }
}
