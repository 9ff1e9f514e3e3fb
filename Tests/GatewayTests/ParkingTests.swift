import EventLoop
import TestSupport
import Testing

/// A legacy server asks in the middle of a call, and its client is a modern one that cannot be asked.
@Suite(.timeLimit(.minutes(1))) struct ParkingTests {
  private static let everything = #"{"elicitation":{},"sampling":{},"roots":{}}"#
  private static let accepted = #"{"action":"accept","content":{"n":1.0}}"#

  /// A gateway before legacy servers, whose modern client has called a tool; with what reached the server.
  @GatewayActor
  private func called(
    servers: [String] = ["one"], capabilities: String = everything, junction: String = "{}"
  ) async -> (bench: Bench, call: String) {
    let bench = Bench(servers: servers, junction: junction)
    _ = await bench.openModern(capabilities: capabilities)
    bench.tell(Modern.call("1", capabilities: capabilities))
    return (bench, await bench["one"].received.next())
  }

  /// Lets the server ask under an id, and waits until its questions have been gathered.
  @GatewayActor
  private func asks(_ bench: Bench, _ id: String, _ method: String = "elicitation/create") async {
    bench["one"].send(question(id, method))
    await bench.clock.whenWaiting(for: 5)
    bench.clock.advance(by: 5)
  }

  private func question(_ id: String, _ method: String = "elicitation/create") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"message":"Sure?","requestedSchema":{"type":"object","properties":{}}}}"#
  }

  /// The call again, with the state of an interim answer and a response to each of its questions.
  private func retry(
    _ id: String, _ interim: String, _ responses: String? = nil, arguments: String = "",
    capabilities: String = everything
  ) -> String {
    let state = JSONOracle.value(of: interim, "result", "requestState") ?? "null"
    let responses = responses ?? "{\(keys(interim).map { "\"\($0)\":\(Self.accepted)" }.joined(separator: ","))}"
    return Modern.call(
      id, "one__echo", #""inputResponses":\#(responses),"requestState":\#(state)\#(arguments)"#,
      capabilities: capabilities)
  }

  private func keys(_ interim: String) -> [String] {
    let requests = JSONOracle.value(of: interim, "result", "inputRequests") ?? ""
    return (JSONOracle.members(of: Array(requests.utf8)) ?? []).map { String(decoding: $0.key, as: UTF8.self) }
  }

  @Test func aQuestionEndsTheRequestAndTheNextOneTakesTheCallUpAgain() async {
    await onLoop {
      let (bench, call) = await called(servers: ["one", "two"])
      #expect(JSONOracle.value(of: call, "params") == #"{"_meta":{},"name":"echo"}"#)
      await asks(bench, "0")
      let interim = await bench.lines.next()
      #expect(JSONOracle.value(of: interim, "id") == "1")
      #expect(JSONOracle.value(of: interim, "result", "resultType") == #""input_required""#)
      let key = keys(interim).first ?? ""
      #expect(
        JSONOracle.value(of: interim, "result", "inputRequests", key)
          == #"{"method":"elicitation/create","params":{"message":"[one] Sure?","requestedSchema":{"type":"object","properties":{}}}}"#
      )
      bench.tell(retry("2", interim))
      #expect(await bench["one"].received.next() == #"{"jsonrpc":"2.0","id":0,"result":\#(Self.accepted)}"#)
      bench["one"].answer(call, #"{"content":[]}"#)
      let answer = await bench.lines.next()
      #expect(JSONOracle.value(of: answer, "id") == "2")
      #expect(JSONOracle.value(of: answer, "result", "resultType") == #""complete""#)
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1, "the tool runs once")
      await bench.close()
    }
  }

  @Test func questionsAtOnceAreAskedTogetherAndThoseLeftOpenAreAskedAgain() async {
    await onLoop {
      let (bench, _) = await called()
      bench["one"].send(question("10"))
      bench["one"].send(question(#""r""#, "roots/list"))
      await asks(bench, "12", "sampling/createMessage")
      let first = await bench.lines.next()
      let open = keys(first)
      #expect(open.count == 3)
      bench.tell(retry("2", first, #"{"\#(open[1])":{"roots":[]}}"#))
      #expect(await bench["one"].received.next() == #"{"jsonrpc":"2.0","id":"r","result":{"roots":[]}}"#)
      let second = await bench.lines.next()
      #expect(JSONOracle.value(of: second, "id") == "2")
      #expect(keys(second) == [open[0], open[2]])
      #expect(
        JSONOracle.value(of: second, "result", "requestState") != JSONOracle.value(of: first, "result", "requestState"))
      await bench.close()
    }
  }

  @Test func aCallCanBeParkedAgain() async {
    await onLoop {
      let (bench, call) = await called()
      for round in 1...3 {
        await asks(bench, "\(round)")
        bench.tell(retry("\(round + 1)", await bench.lines.next()))
        #expect(await bench["one"].received.next().contains(#""id":\#(round),"result""#))
      }
      bench["one"].answer(call, #"{"content":[]}"#)
      #expect(JSONOracle.value(of: await bench.lines.next(), "id") == "4")
      await bench.close()
    }
  }

  @Test func whatTheClientDoesNotComeBackForIsGivenUp() async {
    await onLoop {
      let (bench, call) = await called(junction: #"{"inputWait":"30s"}"#)
      await asks(bench, "0")
      let interim = await bench.lines.next()
      bench.clock.advance(by: 30_000)
      #expect(await bench["one"].received.next() == #"{"jsonrpc":"2.0","id":0,"result":{"action":"cancel"}}"#)
      let end = await bench["one"].received.next()
      #expect(JSONOracle.value(of: end, "method") == #""notifications/cancelled""#)
      #expect(JSONOracle.value(of: end, "params", "requestId") == JSONOracle.value(of: call, "id"))
      let late = await bench.ask(retry("2", interim))
      #expect(JSONOracle.value(of: late, "error", "code") == "-32602" && late.contains(#""id":2,"#))
      await bench.close()
    }
  }

  @Test func anAnswerThatArrivesWhileTheCallIsParkedWaitsForTheClient() async {
    await onLoop {
      let (bench, call) = await called()
      await asks(bench, "0")
      let interim = await bench.lines.next()
      bench["one"].answer(call, #"{"content":[],"early":1.0}"#)
      let answer = await bench.ask(retry("2", interim))
      #expect(JSONOracle.value(of: answer, "id") == "2")
      #expect(JSONOracle.value(of: answer, "result", "early") == "1.0")
      await bench.close()
    }
  }

  @Test func aServerThatDiesWhileTheCallIsParkedIsToldToWhoComesBack() async {
    await onLoop {
      let (bench, _) = await called()
      await asks(bench, "0")
      let interim = await bench.lines.next()
      bench["one"].die()
      let answer = await bench.ask(retry("2", interim))
      #expect(JSONOracle.value(of: answer, "id") == "2")
      #expect(answer.contains(#""isError":true"#) && answer.contains(#""outcome":"unknown""#))
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1)
      await bench.close()
    }
  }

  @Test func aStateIsGoodForOneRequestOfTheSameCallOnly() async {
    await onLoop {
      let (bench, _) = await called()
      await asks(bench, "0")
      let interim = await bench.lines.next()
      let otherCall = await bench.ask(retry("2", interim, arguments: #","arguments":{"a":1}"#))
      #expect(JSONOracle.value(of: otherCall, "error", "code") == "-32602")
      let foreign = #"{"result":{"requestState":"mcp-junction:1-2-3"}}"#
      #expect(JSONOracle.value(of: await bench.ask(retry("3", foreign, "{}")), "error", "code") == "-32602")
      let odd = await bench.ask(retry("4", interim, "[]"))
      #expect(JSONOracle.value(of: odd, "error", "code") == "-32602")
      bench.tell(retry("5", interim))
      #expect(await bench["one"].received.next().contains(#""id":0,"result""#))
      #expect(JSONOracle.value(of: await bench.ask(retry("6", interim)), "error", "code") == "-32602", "used before")
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1)
      await bench.close()
    }
  }

  @Test func whatTheRequestDidNotDeclareIsRefusedAndTheCallGoesOn() async {
    await onLoop {
      let (bench, call) = await called(capabilities: #"{"roots":{}}"#)
      bench["one"].send(question("0"))
      let refusal = await bench["one"].received.next()
      #expect(JSONOracle.value(of: refusal, "id") == "0" && JSONOracle.value(of: refusal, "error") != nil)
      bench["one"].answer(call, #"{"content":[]}"#)
      #expect(JSONOracle.value(of: await bench.lines.next(), "result", "resultType") == #""complete""#)
      await bench.close()
    }
  }

  @Test func aCallThatIsTakenBackBeforeItsQuestionIsToldRefusesTheQuestion() async {
    await onLoop {
      let (bench, call) = await called()
      bench["one"].send(question("0"))
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
      let lines = [await bench["one"].received.next(), await bench["one"].received.next()]
      #expect(
        lines.contains { JSONOracle.value(of: $0, "params", "requestId") == JSONOracle.value(of: call, "id") })
      #expect(lines.contains { JSONOracle.value(of: $0, "id") == "0" })
      bench.clock.advance(by: 5)
      let next = await bench.ask(Modern.request("9", "server/discover"))
      #expect(JSONOracle.value(of: next, "id") == "9", "the call gets no answer")
      await bench.close()
    }
  }

  @Test func aQuestionThatTheServerTakesBackIsNotWaitedFor() async {
    await onLoop {
      let (bench, call) = await called()
      await asks(bench, "0")
      let interim = await bench.lines.next()
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}}"#)
      bench.tell(retry("2", interim))
      bench["one"].answer(call, #"{"content":[]}"#)
      #expect(JSONOracle.value(of: await bench.lines.next(), "id") == "2")
      #expect(!bench["one"].all.contains { $0.contains(#""id":0,"result""#) })
      await bench.close()
    }
  }

  @Test func whatWasAskedJustBeforeARefusalIsPutToAnotherCall() async {
    await onLoop {
      let capabilities = #"{"elicitation":{"form":{},"url":{}}}"#
      let (bench, _) = await called(capabilities: capabilities)
      bench.tell(Modern.call("2", capabilities: capabilities))
      let later = await bench["one"].received.next()
      bench["one"].send(question("\"q\""))
      bench["one"].refuse(
        later,
        #"{"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","message":"m","elicitationId":"e","url":"https://x.test"}]}}"#
      )
      #expect(await bench.lines.next().contains(#""id":2,"result":{"resultType":"input_required""#))
      await bench.clock.whenWaiting(for: 5)
      bench.clock.advance(by: 5)
      #expect(await bench.lines.next().contains(#""id":1,"result":{"resultType":"input_required""#))
      await bench.close()
    }
  }
}
