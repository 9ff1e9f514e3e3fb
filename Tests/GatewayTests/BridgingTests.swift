import EventLoop
import TestSupport
import Testing

/// What changes on the way between peers of different eras, and what does not.
@Suite(.timeLimit(.minutes(1))) struct BridgingTests {
  private static let identity = #""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"gateway","version":"0"}}"#

  @GatewayActor
  private func legacyBeforeModern(capabilities: String = "{}") async -> Bench {
    let bench = Bench()
    bench["one"].eras = .modern
    bench["one"].resources = ["x:1"]
    _ = await bench.open(capabilities: capabilities)
    return bench
  }

  @GatewayActor
  private func modernBeforeLegacy() async -> Bench {
    let bench = Bench()
    bench["one"].resources = ["x:1"]
    _ = await bench.openModern()
    return bench
  }

  private func read(_ id: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"resources/read","params":{"uri":"x:1"}}"#
  }

  // MARK: - A legacy client, a modern server

  @Test func aLegacyClientGetsAResultWithoutWhatItsEraDoesNotKnow() async {
    await onLoop {
      let bench = await legacyBeforeModern()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      let call = await bench["one"].received.next()
      #expect(
        JSONOracle.value(of: call, "params", "_meta", "io.modelcontextprotocol/protocolVersion") == #""2026-07-28""#)
      #expect(JSONOracle.value(of: call, "params", "_meta", "io.modelcontextprotocol/clientCapabilities") == "{}")
      bench["one"].answer(
        call,
        #"{"resultType":"complete","content":[],"structuredContent":[1],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"},"own":1.0},"x":"\u0041"}"#
      )
      #expect(
        await bench.lines.next()
          == #"{"jsonrpc":"2.0","id":1,"result":{"content":[],"_meta":{"own":1.0},"x":"\u0041"}}"#)
      bench.tell(read("2"))
      bench["one"].answer(
        await bench["one"].received.next(),
        #"{"contents":[],"ttlMs":0,"cacheScope":"public","resultType":"complete"}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":2,"result":{"contents":[]}}"#)
      await bench.close()
    }
  }

  @Test func theLevelOfASessionGoesWithItsRequestsToAModernServer() async {
    await onLoop {
      let bench = await legacyBeforeModern()
      _ = await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"warning"}}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"one__echo"}}"#)
      let call = await bench["one"].received.next()
      #expect(JSONOracle.value(of: call, "params", "_meta", "io.modelcontextprotocol/logLevel") == #""warning""#)
      #expect(!bench["one"].all.contains { $0.contains("logging/setLevel") })
      let message = #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1.0}}"#
      bench["one"].send(message)
      #expect(await bench.lines.next() == message)
      await bench.close()
    }
  }

  @Test func whatAModernServerLacksInItsClientIsToldToALegacyOneInWords() async {
    await onLoop {
      let bench = await legacyBeforeModern()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      bench["one"].refuse(
        await bench["one"].received.next(),
        #"{"code":-32021,"message":"m","data":{"requiredCapabilities":{"sampling":{}}}}"#)
      let answer = await bench.lines.next()
      #expect(JSONOracle.value(of: answer, "id") == "1")
      #expect(JSONOracle.value(of: answer, "result", "isError") == "true" && answer.contains("sampling"))
      bench.tell(read("2"))
      bench["one"].refuse(
        await bench["one"].received.next(),
        #"{"code":-32021,"message":"m","data":{"requiredCapabilities":{"sampling":{}}}}"#)
      #expect(JSONOracle.value(of: await bench.lines.next(), "error", "code") == "-32603")
      await bench.close()
    }
  }

  @Test func aResultOfAnUnknownTypeIsNoAnswer() async {
    await onLoop {
      let bench = await legacyBeforeModern()
      for type in ["\"task\"", "\"later\"", "1", "null"] {
        bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
        bench["one"].answer(await bench["one"].received.next(), #"{"resultType":\#(type),"content":[]}"#)
        let answer = await bench.lines.next()
        #expect(JSONOracle.value(of: answer, "result", "isError") == "true", "\(type): \(answer)")
      }
      await bench.close()
    }
  }

  @Test func aLegacyClientsSubscriptionIsAListenAtAModernServer() async {
    await onLoop {
      let bench = await legacyBeforeModern()
      #expect(
        await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"x:1"}}"#)
          == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
      bench["one"].tell("notifications/resources/updated", #""uri":"x:1""#)
      #expect(
        await bench.lines.next()
          == #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"x:1"}}"#)
      #expect(!bench["one"].all.contains { $0.contains("resources/subscribe\"") })
      await bench.close()
    }
  }

  // MARK: - A modern client, a legacy server

  @Test func aModernClientGetsAResultWithWhatItsEraDemands() async {
    await onLoop {
      let bench = await modernBeforeLegacy()
      bench.tell(
        Modern.call("\"\\u0061\"", "one__echo", #""arguments":{"n":1.0},"task":{}"#, meta: #""own":1.0"#))
      let call = await bench["one"].received.next()
      #expect(
        JSONOracle.value(of: call, "params") == #"{"_meta":{"own":1.0},"name":"echo","arguments":{"n":1.0}}"#)
      bench["one"].answer(call, #"{"structuredContent":{"n":1e400},"_meta":{"own":1.0},"resultType":"odd"}"#)
      let answer = await bench.lines.next()
      #expect(JSONOracle.value(of: answer, "id") == #""\u0061""#)
      #expect(JSONOracle.value(of: answer, "result", "resultType") == #""complete""#)
      #expect(JSONOracle.value(of: answer, "result", "content") == "[]")
      #expect(JSONOracle.value(of: answer, "result", "structuredContent") == #"{"n":1e400}"#)
      #expect(JSONOracle.value(of: answer, "result", "_meta", "own") == "1.0")
      #expect(answer.contains(#""io.modelcontextprotocol/serverInfo":{"name":"gateway","version":"0"}"#))
      await bench.close()
    }
  }

  @Test func aReadOfALegacyServerMayNotBeKept() async {
    await onLoop {
      let bench = await modernBeforeLegacy()
      for _ in 1...2 {
        bench.tell(Modern.request("1", "resources/read", #""uri":"x:1""#))
        bench["one"].answer(await bench["one"].received.next(), #"{"contents":[]}"#)
        let answer = await bench.lines.next()
        #expect(JSONOracle.value(of: answer, "result", "ttlMs") == "0")
        #expect(JSONOracle.value(of: answer, "result", "cacheScope") == #""private""#)
      }
      await bench.close()
    }
  }

  @Test func aResourceThatIsNotFoundIsSaidInTheModernEra() async {
    await onLoop {
      let bench = await modernBeforeLegacy()
      bench.tell(Modern.request("1", "resources/read", #""uri":"x:1""#))
      bench["one"].refuse(await bench["one"].received.next(), #"{"code":-32002,"message":"gone"}"#)
      #expect(
        await bench.lines.next()
          == #"{"jsonrpc":"2.0","id":1,"error":{"data":{"uri":"x:1"},"code":-32602,"message":"gone"}}"#)
      await bench.close()
    }
  }

  @Test func aURLThatALegacyServerNeedsOpenedIsAskedForAndTheCallIsMadeAgain() async {
    await onLoop {
      let bench = await modernBeforeLegacy()
      let able = #"{"elicitation":{"url":{}}}"#
      let need =
        #"{"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","message":"Sign in","elicitationId":"e","url":"https://x.test"}]}}"#
      bench.tell(Modern.call("1"))
      bench["one"].refuse(await bench["one"].received.next(), need)
      let unable = await bench.lines.next()
      #expect(JSONOracle.value(of: unable, "error", "code") == "-32021")
      #expect(
        JSONOracle.value(of: unable, "error", "data", "requiredCapabilities") == #"{"elicitation":{"url":{}}}"#)
      bench.tell(Modern.call("2", capabilities: able))
      bench["one"].refuse(await bench["one"].received.next(), need)
      let interim = await bench.lines.next()
      #expect(
        JSONOracle.value(of: interim, "result", "inputRequests")
          == #"{"q1":{"method":"elicitation/create","params":{"mode":"url","message":"Sign in","url":"https://x.test"}}}"#
      )
      let state = JSONOracle.value(of: interim, "result", "requestState") ?? ""
      bench.tell(
        Modern.call(
          "3", "one__echo", #""inputResponses":{"q1":{"action":"accept"}},"requestState":\#(state)"#,
          capabilities: able))
      let again = await bench["one"].received.next()
      #expect(JSONOracle.value(of: again, "params") == #"{"_meta":{},"name":"echo"}"#)
      bench["one"].answer(again, #"{"content":[]}"#)
      #expect(JSONOracle.value(of: await bench.lines.next(), "id") == "3")
      await bench.close()
    }
  }

  @Test func progressComesBackWithTheClientsOwnToken() async {
    await onLoop {
      for eras in [ServerManners.Eras.legacy, .modern] {
        let bench = Bench()
        bench["one"].eras = eras
        _ = await bench.openModern()
        bench.tell(Modern.call("1", meta: #""progressToken":"\u0074""#))
        let call = await bench["one"].received.next()
        let token = JSONOracle.value(of: call, "params", "_meta", "progressToken") ?? ""
        #expect(token == JSONOracle.value(of: call, "id"))
        bench["one"].send(
          #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":1.0}}"#)
        #expect(
          await bench.lines.next()
            == #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"\u0074","progress":1.0}}"#
        )
        await bench.close()
      }
    }
  }

  @Test func logMessagesOfALegacyServerGoToWhoAskedForThemWithARequestThere() async {
    await onLoop {
      let bench = await modernBeforeLegacy()
      let message = { (level: String) in
        #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"\#(level)","data":1}}"#
      }
      bench["one"].send(message("error"))
      bench.tell(Modern.call("1", meta: #""io.modelcontextprotocol/logLevel":"info""#))
      let level = await bench["one"].received.next()
      #expect(JSONOracle.value(of: level, "params") == #"{"level":"info"}"#)
      bench["one"].answer(level)
      let call = await bench["one"].received.next()
      bench["one"].send(message("debug"))
      bench["one"].send(message("info"))
      #expect(await bench.lines.next() == message("info"))
      bench["one"].answer(call, #"{"content":[]}"#)
      bench["one"].send(message("error"))
      #expect(JSONOracle.value(of: await bench.lines.next(), "id") == "1")
      #expect(JSONOracle.value(of: await bench.ask(Modern.request("9", "server/discover")), "id") == "9")
      await bench.close()
    }
  }

  // MARK: - Modern both

  @Test func betweenModernPeersQuestionsAndStateGoThroughAsTheyAre() async {
    await onLoop {
      let bench = Bench()
      bench["one"].eras = .modern
      _ = await bench.openModern(capabilities: #"{"roots":{}}"#)
      bench.tell(Modern.call("1", capabilities: #"{"roots":{}}"#))
      bench["one"].answer(
        await bench["one"].received.next(),
        #"{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"requestState":"\u0053"}"#)
      let interim = await bench.lines.next()
      #expect(JSONOracle.value(of: interim, "result", "inputRequests") == #"{"r":{"method":"roots/list"}}"#)
      #expect(JSONOracle.value(of: interim, "result", "requestState") == #""\u0053""#)
      bench.tell(
        Modern.call(
          "2", "one__echo", #""inputResponses":{"r":{"roots":[]}},"requestState":"\u0053""#,
          capabilities: #"{"roots":{}}"#))
      let retry = await bench["one"].received.next()
      #expect(JSONOracle.value(of: retry, "params", "inputResponses") == #"{"r":{"roots":[]}}"#)
      #expect(JSONOracle.value(of: retry, "params", "requestState") == #""\u0053""#)
      await bench.close()
    }
  }
}
