import EventLoop
import Gateway
import TestSupport
import Testing

/// How long a request waits, and for whom.
@Suite(.timeLimit(.minutes(1))) struct WaitingTests {
  private func call(_ id: Int, _ tool: String = "one__echo") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#
  }

  @Test func aCallThatWaitsForItsWholeTimeIsAnsweredAndNeverSent() async {
    await onLoop {
      let bench = Bench(entry: #"{"callsInFlight":1,"callTimeout":"2s"}"#)
      _ = await bench.open()
      bench.tell(call(1))
      bench.tell(call(2))
      _ = await bench["one"].received.next()
      await bench.clock.whenWaiting(for: 2_000)
      bench.clock.advance(by: 2_000)
      let answer = await bench.lines.next()
      #expect(answer.contains(#""id":2"#) && answer.contains(#""outcome":"notSent""#) && answer.contains("within 2 s"))
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1)
      await bench.close()
    }
  }

  @Test func theTimeOfACallBeginsWithItsArrivalAndNotWithItsTurn() async {
    await onLoop {
      let bench = Bench(entry: #"{"callsInFlight":1,"callTimeout":"2s"}"#)
      _ = await bench.open()
      bench.tell(call(1))
      let first = await bench["one"].received.next()
      bench.clock.advance(by: 500)
      bench.tell(call(2))
      bench.clock.advance(by: 1_400)
      bench["one"].answer(first)
      #expect(await bench.lines.next().contains(#""id":1"#))
      #expect(await bench["one"].received.next().contains("tools/call"))
      bench.clock.advance(by: 800)
      let answer = await bench.lines.next()
      #expect(answer.contains(#""id":2"#) && answer.contains("no answer within 2 s"))
      await bench.close()
    }
  }

  @Test func aRequestThatWaitedForANameWaitsForItsServerNoLongerThanAnyOther() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two", "three"])
      for name in ["one", "two"] { bench[name].resources = ["\(name):1"] }
      bench["three"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      let handshake = await bench["three"].received.next()
      for _ in 1...2 { _ = await bench.log.next { $0.contains("event=server_ready") } }
      await bench.clock.whenWaiting(for: 1_000)
      bench.clock.advance(by: 1_000)
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      bench["one"].launchFailure = LaunchFailure(reason: "it is broken")
      bench["one"].die()
      // Two servers may have it, and a third is not settled.
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:1"}}"#)
      bench["three"].answer(
        handshake, #"{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"f","version":"1"}}"#)
      await bench.manager.settled.wait()
      bench.clock.advance(by: 10_000)
      #expect(await bench["two"].received.next().contains("resources/read"))
      await bench.close()
    }
  }

  @Test func aServerThatHangsIsWaitedForOnceAndNotAgainForEachURI() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      bench["two"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      _ = await bench["two"].received.next()
      _ = await bench.log.next { $0.contains("event=server_ready") }
      await bench.clock.whenWaiting(for: 1_000)
      bench.clock.advance(by: 1_000)
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      let asked = bench["one"].all.count
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:1"}}"#)
      #expect(bench["one"].all.count == asked)
      bench.clock.advance(by: 9_000)
      #expect(await bench["one"].received.next { $0.contains("resources/read") }.contains("x:1"))
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"x:2"}}"#)
      #expect(await bench["one"].received.next().contains("x:2"))
      await bench.close()
    }
  }

  @Test func aFailureToAskTheFirstServerIsNoAnswerWhileAnotherCanBeAsked() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:1"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].die()
      let second = await bench["two"].received.next()
      bench["two"].answer(second, #"{"contents":[]}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{"contents":[]}}"#)
      await bench.close()
    }
  }

  @Test func aLaterFailureDoesNotHideWhatAServerSaid() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:1"}}"#)
      bench["one"].refuse(await bench["one"].received.next(), #"{"code":-32002,"message":"not mine"}"#)
      _ = await bench["two"].received.next()
      bench["two"].die()
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"not mine"}}"#)
      await bench.close()
    }
  }

  @Test func aCallThatWasSentOnceAndThenWaitedInVainHasAnUnknownOutcome() async {
    await onLoop {
      let bench = Bench(entry: #"{"retry":"readOnly"}"#)
      bench["one"].annotations = #"{"readOnlyHint":true}"#
      _ = await bench.open()
      bench.tell(call(1))
      _ = await bench["one"].received.next()
      bench["one"].launchFailure = LaunchFailure(reason: "it is broken")
      bench["one"].die()
      bench.clock.advance(by: 10_000)
      #expect(await bench.lines.next().contains(#""outcome":"unknown""#))
      await bench.close()
    }
  }
}
