import EventLoop
import Gateway
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CallTests {
  @Test func aCallReachesItsServerAndTheAnswerItsCallerToTheByte() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.tell(
        #"{"jsonrpc":"2.0", "id":"x\u0041","method":"tools/call","params":{"arguments":{"n":1.0,"n":1e400},"name":"two__echo"},"extra":[]}"#
      )
      #expect(
        await bench["two"].received.next()
          == #"{"jsonrpc":"2.0", "id":6,"method":"tools/call","params":{"arguments":{"n":1.0,"n":1e400},"name":"echo"},"extra":[]}"#
      )
      bench["two"].send(#"{"result": {"content":[],"big":18446744073709551616} ,"jsonrpc":"2.0","id":6}"#)
      #expect(
        await bench.lines.next()
          == #"{"result": {"content":[],"big":18446744073709551616} ,"jsonrpc":"2.0","id":"x\u0041"}"#)
      await bench.close()
    }
  }

  @Test func aLateOrDoubledAnswerIsDropped() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"a":1}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"a":2}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":77,"result":{"a":3}}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{"a":1}}"#)
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
      await bench.close()
    }
  }

  @Test func aCallThatWasSentToAServerThatDiesHasAnUnknownOutcome() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].die()
      let answer = await bench.lines.next()
      #expect(answer.contains(#""isError":true"#))
      #expect(answer.contains(#""outcome":"unknown""#))
      #expect(answer.contains("exit code 3") && answer.contains("the last words"))
      await bench.close()
    }
  }

  @Test func aServerThatDiedIsStartedAgainAndAWaitingCallGoesToTheNewProcess() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench["one"].die()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      #expect(await bench["one"].received.next().contains("\"name\":\"echo\""))
      #expect(bench["one"].starts == 2)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"content":[]}}"#)
      #expect(await bench.lines.next().contains(#""id":1"#))
      await bench.close()
    }
  }

  @Test func aCancelledCallIsCancelledUnderTheServersIDAndGetsNoAnswer() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"r\u00e9"}}"#)
      #expect(
        await bench["one"].received.next()
          == #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":6,"reason":"r\u00e9"}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{}}"#)
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#).contains(#""id":2"#))
      await bench.close()
    }
  }

  @Test func aCallCancelledInTheQueueIsNeverSent() async {
    await onLoop {
      let bench = Bench(entry: #"{"callsInFlight":1}"#)
      _ = await bench.open()
      for id in 1...3 {
        bench.tell(
          #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"one__echo","arguments":{"n":\#(id)}}}"#
        )
      }
      #expect(await bench["one"].received.next().contains(#""n":1"#))
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{}}"#)
      #expect(await bench["one"].received.next().contains(#""n":3"#))
      #expect(!bench["one"].all.contains { $0.contains(#""n":2"#) })
      await bench.close()
    }
  }

  @Test func aFullQueueRefusesClearly() async {
    await onLoop {
      let bench = Bench(entry: #"{"callsInFlight":1,"queue":1}"#)
      _ = await bench.open()
      for id in 1...3 {
        bench.tell(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"one__echo"}}"#)
      }
      let answer = await bench.lines.next()
      #expect(answer.contains(#""id":3"#) && answer.contains(#""outcome":"notSent""#))
      await bench.close()
    }
  }

  @Test func anAnswerWithBothResultAndErrorIsAFailureOfTheServer() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"nobody__p"}}"#)
      #expect(await bench.lines.next().contains("-32602"))
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{},"error":{"code":1,"message":"m"}}"#)
      #expect(await bench.lines.next().contains("both a result and an error"))
      await bench.close()
    }
  }

  @Test func aCallOverItsTimeIsCancelledAndTheConnectionIsKept() async {
    await onLoop {
      let bench = Bench(entry: #"{"callTimeout":"2s"}"#)
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench.clock.advance(by: 2_200)
      #expect(await bench["one"].received.next().contains("notifications/cancelled"))
      #expect(await bench.lines.next().contains("no answer within 2 s"))
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"late":true}}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"one__echo"}}"#)
      #expect(await bench["one"].received.next().contains(#""id":7"#))
      bench["one"].send(#"{"jsonrpc":"2.0","id":7,"result":{"content":[]}}"#)
      #expect(
        await bench.lines.next { $0.contains(#""id":2"#) } == #"{"jsonrpc":"2.0","id":2,"result":{"content":[]}}"#)
      await bench.close()
    }
  }

  @Test func progressCarriesTheCallersOwnTokenAndStopsWithTheAnswer() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":"t\/1","k":1},"name":"one__echo"}}"#
      )
      #expect(await bench["one"].received.next().contains(#""_meta":{"progressToken":6,"k":1}"#))
      let progress =
        #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":6,"progress":1.50}}"#
      bench["one"].send(progress)
      #expect(
        await bench.lines.next()
          == #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t\/1","progress":1.50}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{}}"#)
      bench["one"].send(progress)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#).contains(#""id":2"#))
      await bench.close()
    }
  }
}
