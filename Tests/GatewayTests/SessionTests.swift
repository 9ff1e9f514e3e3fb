import EventLoop
import Gateway
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SessionTests {
  @Test func nothingIsSentToAServerBeforeAClientHasDeclaredItself() async {
    await onLoop {
      let bench = Bench()
      bench["one"].answersHandshake = false
      bench.run()
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).contains("result"))
      #expect(bench["one"].all.isEmpty)
      bench.tell(
        #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}"#
      )
      #expect(await bench["one"].received.next().contains(#""capabilities":{"roots":{}}"#))
      await bench.close()
    }
  }

  @Test func initializeIsAnsweredWithinASecondWhenAServerNeverAnswers() async {
    await onLoop {
      let bench = Bench()
      bench["one"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#
      )
      await bench.clock.whenWaiting(for: 1_000)
      bench.clock.advance(by: 1_000)
      #expect(await bench.lines.next().contains(#""protocolVersion":"2024-11-05""#))
      bench.tell(#"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#)
      await bench.clock.whenWaiting(for: 3_000)
      bench.clock.advance(by: 3_000)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":3,"result":{"tools":[]}}"#)
      await bench.close()
    }
  }

  @Test func aServerThatComesLateIsAnnouncedAndACallForItHasWaited() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      bench["two"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#
      )
      let handshake = await bench["two"].received.next()
      #expect(handshake.contains(#""id":1"#))
      bench.clock.advance(by: 1_000)
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#)
      await bench.clock.whenWaiting(for: 3_000)
      bench.clock.advance(by: 3_000)
      let first = await bench.lines.next { $0.contains(#""id":3"#) }
      #expect(first.contains("one__echo") && !first.contains("two__echo"))
      bench.tell(#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"two__echo"}}"#)
      bench["two"].send(
        #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"f","version":"1"}}}"#
      )
      #expect(await bench["two"].received.next().contains("tools/call"))
      // The first server's arrival may still be waiting to be announced: then there are two such waits.
      let ticking = Task { @GatewayActor in
        while !Task.isCancelled {
          await bench.clock.whenWaiting(for: 50)
          bench.clock.advance(by: 50)
        }
      }
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      ticking.cancel()
      await bench.close()
    }
  }

  @Test func anUnknownNameIsRefusedOnceEveryServerIsSettled() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      bench["two"].launchFailure = LaunchFailure(reason: "it is not there", cure: nil)
      _ = await bench.open()
      let answer = await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"two__x"}}"#)
      #expect(answer.contains("-32602") && answer.contains("two__x") && answer.contains("two (it is not there)"))
      await bench.close()
    }
  }

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, "-32602", #""id":1"#),
    (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "-32600", #""id":null"#),
    (#"{"id":"a","method":"ping"}"#, "-32600", #""id":"a""#),
    (#"{"jsonrpc":"2.0","id":2,"method":"nope"}"#, "-32601", #""id":2"#),
    (#"{"jsonrpc":"2.0","id":3,"method":"ping","params":[]}"#, "-32602", #""id":3"#),
    ("[]", "-32600", #""id":null"#), ("17", "-32600", #""id":null"#), ("{}", "-32600", #""id":null"#),
    (#"{"jsonrpc":"2.0","id":4,"method":"ping",}"#, "-32700", #""id":4"#), ("nonsense", "-32700", #""id":null"#),
  ]) func whatIsNoGoodRequestGetsTheRightErrorWithTheRightID(_ line: String, _ code: String, _ id: String) async {
    await onLoop {
      let bench = Bench()
      bench.run()
      let answer = await bench.ask(line)
      #expect(answer.contains("\"code\":\(code),"), "\(answer)")
      #expect(answer.contains(id), "\(answer)")
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#) == #"{"jsonrpc":"2.0","id":9,"result":{}}"#)
      await bench.close()
    }
  }

  @Test func anIDThatIsStillInFlightIsRefusedAndTheFirstRequestIsUnharmed() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).contains("-32600"))
      #expect(
        await bench.ask(#"{"jsonrpc":"2.0","id":"1","method":"ping"}"#) == #"{"jsonrpc":"2.0","id":"1","result":{}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"content":[]}}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#)
      await bench.close()
    }
  }

  @Test func aBatchIsAnsweredByOneArrayWhenTheLastAnswerIsThere() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open(revision: "2025-03-26")
      bench.tell(
        #"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}},{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"two__echo"}},5,{"jsonrpc":"2.0","id":3,"method":"ping"}]"#
      )
      _ = await bench["one"].received.next()
      _ = await bench["two"].received.next()
      bench["two"].send(#"{"jsonrpc":"2.0","id":6,"result":{"b":2}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"a":1}}"#)
      let answer = await bench.lines.next()
      #expect(answer.hasPrefix("[{") && answer.hasSuffix("}]"))
      for part in [#""id":1,"result":{"a":1}"#, #""id":2,"result":{"b":2}"#, #""id":3,"result":{}"#, "-32600"] {
        #expect(answer.contains(part), "\(part) in \(answer)")
      }
      await bench.close()
    }
  }

  @Test func aServersQuestionReachesTheClientLabelledAndTheAnswerComesBack() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open(capabilities: #"{"elicitation":{},"sampling":{}}"#)
      bench["two"].send(
        #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Who \"are\" you?","requestedSchema":{"type":"object","properties":{}}}}"#
      )
      let question = await bench.lines.next()
      #expect(question.contains(#""message":"[two] Who \"are\" you?""#))
      #expect(question.contains(#""id":1,"#))
      bench.tell(#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"n":1.0}}}"#)
      #expect(
        await bench["two"].received.next()
          == #"{"jsonrpc":"2.0","id":"q","result":{"action":"accept","content":{"n":1.0}}}"#)
      bench["two"].send(
        #"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"includeContext":"allServers","messages":[],"maxTokens":1}}"#
      )
      #expect(await bench.lines.next().contains(#""includeContext":"none""#))
      bench["two"].send(#"{"jsonrpc":"2.0","id":2,"method":"roots/list"}"#)
      #expect(await bench["two"].received.next().contains("-32601"))
      bench["two"].die()
      #expect(await bench.lines.next().contains(#""method":"notifications/cancelled","params":{"requestId":2,"#))
      await bench.close()
    }
  }

  @Test func logMessagesAreLabelledAndFilteredByLevel() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      #expect(
        await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"warning"}}"#)
          == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
      #expect(await bench["one"].received.next().contains(#""level":"warning""#))
      #expect(await bench["two"].received.next().contains(#""level":"warning""#))
      let log = { (members: String) in #"{"jsonrpc":"2.0","method":"notifications/message","params":{\#(members)}}"# }
      bench["one"].send(log(#""level":"info","data":1"#))
      bench["one"].send(log(#""level":"error","logger":"db","data":1.0"#))
      bench["two"].send(log(#""level":"error","data":{"a":1}"#))
      #expect(await bench.lines.next() == log(#""level":"error","logger":"one/db","data":1.0"#))
      #expect(await bench.lines.next() == log(#""logger":"two","level":"error","data":{"a":1}"#))
      await bench.close()
    }
  }

  @Test func aSubscriptionFollowsItsServerThroughARestart() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      bench["one"].resources = ["x:1"]
      bench["two"].resources = ["x:1"]
      _ = await bench.open()
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#).contains("two+x:1"))
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"two+x:1"}}"#)
      let request = await bench["two"].received.next()
      #expect(request.contains(#""uri":"x:1""#))
      bench["two"].send(#"{"jsonrpc":"2.0","id":6,"result":{}}"#)
      _ = await bench.lines.next()
      let updated = { (uri: String) in
        #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"\#(uri)"}}"#
      }
      bench["one"].send(updated("x:1"))
      bench["two"].send(updated("x:1"))
      #expect(await bench.lines.next() == updated("two+x:1"))
      bench["two"].die()
      #expect(await bench["two"].received.next { $0.contains("resources/subscribe") }.contains(#""uri":"x:1""#))
      await bench.close()
    }
  }

  @Test func aURIThatNoListHoldsIsTriedInOrderAndTheFirstErrorIsTheAnswer() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      let read = #"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"y:1"}}"#
      bench.tell(read)
      _ = await bench["one"].received.next()
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"error":{"code":-32002,"message":"first"}}"#)
      _ = await bench["two"].received.next()
      bench["two"].send(#"{"jsonrpc":"2.0","id":6,"error":{"code":-32002,"message":"second"}}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"first"}}"#)
      bench.tell(read)
      _ = await bench["one"].received.next()
      bench["one"].send(#"{"jsonrpc":"2.0","id":7,"error":{"code":-32002,"message":"first"}}"#)
      _ = await bench["two"].received.next()
      bench["two"].send(#"{"jsonrpc":"2.0","id":7,"result":{"contents":[{"uri":"y:1","text":"t"}]}}"#)
      #expect(await bench.lines.next().contains(#""text":"t""#))
      bench.tell(read)
      #expect(await bench["two"].received.next().contains("resources/read"), "who mentioned it last is asked first")
      await bench.close()
    }
  }

  @Test func whatCameBehindInitializeIsCountedAsUnansweredUntilItIsTakenUp() async {
    await onLoop {
      let bench = Bench()
      bench["one"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#
      )
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"info"}}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"one__echo"}}"#)
      let handshake = await bench["one"].received.next()
      #expect(handshake.contains("initialize"))
      let idle = bench.session.whenIdle()
      bench["one"].send(
        #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"f","version":"1"}}}"#
      )
      #expect(await bench["one"].received.next().contains("tools/call"))
      #expect(!idle.isOpen, "the call is not answered yet")
      bench["one"].send(#"{"jsonrpc":"2.0","id":3,"result":{"content":[]}}"#)
      #expect(await bench.lines.next { $0.contains(#""id":3"#) }.contains("content"))
      #expect(idle.isOpen)
      await bench.close()
    }
  }

  @Test func atTheEndWhatWaitedIsNotSentInThePlaceOfWhatIsCancelled() async {
    await onLoop {
      let bench = Bench(entry: #"{"callsInFlight":1}"#)
      _ = await bench.open()
      for id in 1...4 {
        bench.tell(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"one__echo"}}"#)
      }
      _ = await bench["one"].received.next()
      bench.session.failAll("the end", cure: nil)
      var outcomes: [String] = []
      for _ in 1...4 {
        let answer = await bench.lines.next { $0.contains("isError") }
        outcomes.append(answer.contains("notSent") ? "notSent" : "unknown")
      }
      #expect(outcomes.sorted() == ["notSent", "notSent", "notSent", "unknown"])
      #expect(await bench["one"].received.next().contains("notifications/cancelled"))
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1)
      await bench.close()
    }
  }
}
