import EventLoop
import TestSupport
import Testing

/// How it is found out which era a server speaks.
@Suite(.timeLimit(.minutes(1))) struct EraProbeTests {
  private static let welcome =
    #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"f","version":"1"}}"#
  private static let discovered =
    #"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}"#

  /// What a server was asked before its lists, in order, process by process.
  @GatewayActor private func asked(_ bench: Bench) -> [[String]] {
    bench["one"].lines.map { lines in
      lines.compactMap { JSONOracle.value(of: $0, "method") }.map { String($0.dropFirst().dropLast()) }
        .filter { $0 == "initialize" || $0 == "server/discover" || $0 == "notifications/initialized" }
    }
  }

  /// Starts a gateway whose server leaves the probe to the test, for a client of one era.
  @GatewayActor private func started(modern: Bool) -> Bench {
    let bench = Bench()
    bench["one"].answersHandshake = false
    bench.run()
    bench.tell(
      modern
        ? Modern.request("0", "server/discover")
        : #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#
    )
    return bench
  }

  @Test(arguments: [
    (ServerManners.Eras.both, false, ["initialize", "notifications/initialized"]),
    (.both, true, ["server/discover"]),
    (.legacy, false, ["initialize", "notifications/initialized"]),
    (.legacy, true, ["server/discover", "initialize", "notifications/initialized"]),
    (.modern, false, ["initialize", "server/discover"]), (.modern, true, ["server/discover"]),
  ]) func theEraOfTheClientIsTriedFirst(_ eras: ServerManners.Eras, _ isModern: Bool, _ expected: [String]) async {
    await onLoop {
      let bench = Bench()
      bench["one"].eras = eras
      _ = isModern ? await bench.openModern() : await bench.open()
      #expect(asked(bench) == [expected])
      let call =
        isModern ? Modern.call("1") : #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#
      bench.tell(call)
      let received = await bench["one"].received.next()
      let speaksModern = eras == .modern || eras == .both && isModern
      #expect(received.contains("io.modelcontextprotocol/protocolVersion") == speaksModern)
      await bench.close()
    }
  }

  @Test func aProbeThatGetsNoAnswerIsFollowedByInitializeOnTheSamePipe() async {
    await onLoop {
      let bench = started(modern: true)
      #expect(await bench["one"].received.next().contains("server/discover"))
      await bench.clock.whenWaiting(for: 5_000)
      bench.clock.advance(by: 5_000)
      let initialize = await bench["one"].received.next { $0.contains("\"initialize\"") }
      bench["one"].answer(initialize, Self.welcome)
      await bench.whenSettled()
      #expect(asked(bench) == [["server/discover", "initialize", "notifications/initialized"]])
      await bench.close()
    }
  }

  @Test func theFirstGoodAnswerDecidesWhenBothAreAskedAndTheOtherIsDropped() async {
    await onLoop {
      let bench = started(modern: true)
      let discover = await bench["one"].received.next()
      await bench.clock.whenWaiting(for: 5_000)
      bench.clock.advance(by: 5_000)
      let initialize = await bench["one"].received.next { $0.contains("\"initialize\"") }
      bench["one"].answer(discover, Self.discovered)
      await bench.whenSettled()
      bench["one"].answer(initialize, Self.welcome)
      #expect(asked(bench) == [["server/discover", "initialize"]])
      _ = await bench.lines.next()
      bench.tell(Modern.call("1"))
      let call = await bench["one"].received.next { $0.contains("tools/call") }
      #expect(call.contains("io.modelcontextprotocol/protocolVersion"))
      await bench.close()
    }
  }

  @Test(arguments: [true, false]) func aServerThatDiesOfTheFirstQuestionIsAskedTheOtherInANewProcess(
    _ isModern: Bool
  ) async {
    await onLoop {
      let bench = started(modern: isModern)
      let first = await bench["one"].received.next()
      #expect(first.contains(isModern ? "server/discover" : "\"initialize\""))
      bench["one"].die()
      let second = await bench["one"].received.next()
      #expect(second.contains(isModern ? "\"initialize\"" : "server/discover"))
      bench["one"].answer(second, isModern ? Self.welcome : Self.discovered)
      await bench.whenSettled()
      #expect(bench["one"].starts == 2)
      bench.tell(Modern.call("1"))
      #expect(await bench["one"].received.next { $0.contains("tools/call") }.contains("echo"))
      await bench.close()
    }
  }

  @Test func aServerThatAlwaysDiesIsStartedOnceAnAttemptOnceItHasDiedInBothEras() async {
    await onLoop {
      let bench = started(modern: false)
      for _ in 0..<2 {
        _ = await bench["one"].received.next()
        bench["one"].die()
      }
      await bench.whenSettled()
      for attempt in 1...4 {
        // Longer than each of these waits, shorter than the handshake of a process that has not waited may take.
        for _ in 0..<20 where bench["one"].starts < 2 + attempt {
          await turns(10)
          bench.clock.advance(by: 100)
        }
        _ = await bench["one"].received.next()
        #expect(bench["one"].starts == 2 + attempt)
        bench["one"].die()
      }
      let expected = [["initialize"], ["server/discover"]]
      #expect(asked(bench) == expected + expected + expected)
      await bench.close()
    }
  }

  @Test func aServerOfTheModernEraWithOtherRevisionsIsNotAskedToInitialize() async {
    await onLoop {
      let bench = started(modern: true)
      bench["one"].refuse(
        await bench["one"].received.next(),
        #"{"code":-32022,"message":"m","data":{"supported":["2030-01-01"],"requested":"2026-07-28"}}"#)
      await bench.whenSettled()
      #expect(asked(bench).first == ["server/discover"])
      _ = await bench.lines.next()
      let answer = await bench.ask(Modern.call("1"))
      #expect(answer.contains("2030-01-01"))
      await bench.close()
    }
  }

  @Test func aServerThatAnswersNeitherIsGivenUpWhenItsTimeIsOver() async {
    await onLoop {
      let bench = started(modern: true)
      _ = await bench["one"].received.next()
      await bench.clock.whenWaiting(for: 5_000)
      bench.clock.advance(by: 5_000)
      _ = await bench["one"].received.next()
      bench.clock.advance(by: 25_000)
      bench.clock.advance(by: 1)
      await bench.whenSettled()
      let answer = await bench.lines.next { JSONOracle.value(of: $0, "id") == "0" }
      #expect(JSONOracle.value(of: answer, "result", "supportedVersions") != nil)
      #expect(await bench.ask(Modern.call("1")).contains("no answer to initialize within 30 s"))
      await bench.close()
    }
  }
}
