import EventLoop
import TestSupport
import Testing

/// A modern server needs to know something, and its client is a legacy one that can be asked.
@Suite(.timeLimit(.minutes(1))) struct RoundTests {
  private static let form =
    #"{"mode":"form","message":"Who?","requestedSchema":{"type":"object","properties":{"n":{"type":"number","maximum":1e400}}}}"#
  private static let sampling =
    #"{"messages":[{"role":"user","content":{"type":"text","text":"why?"}}],"maxTokens":1}"#
  private static let everything = #"{"elicitation":{},"sampling":{},"roots":{}}"#
  private static let call =
    #"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"one__echo","arguments":{"n":9007199254740993}}}"#

  /// What the server answers that it needs; `requests` are members of `inputRequests`.
  private static func needs(_ requests: String, state: String? = nil) -> String {
    let state = state.map { ",\"requestState\":\($0)" } ?? ""
    return #"{"resultType":"input_required","inputRequests":{\#(requests)}\#(state)}"#
  }

  private static func elicitation(_ key: String) -> String {
    #""\#(key)":{"method":"elicitation/create","params":\#(form)}"#
  }

  /// A gateway before a modern server, whose client has called a tool; with what reached the server.
  @GatewayActor
  private func called(capabilities: String = everything, junction: String = "{}") async -> (bench: Bench, call: String)
  {
    let bench = Bench(junction: junction)
    bench["one"].eras = .modern
    _ = await bench.open(capabilities: capabilities)
    bench.tell(Self.call)
    return (bench, await bench["one"].received.next())
  }

  /// Answers the question that is next with a member, and returns the question.
  @GatewayActor private func answered(_ bench: Bench, _ member: String) async -> String {
    let question = await bench.lines.next()
    bench.tell(#"{"jsonrpc":"2.0","id":\#(JSONOracle.value(of: question, "id") ?? ""),\#(member)}"#)
    return question
  }

  @Test func aQuestionIsPutToTheClientAndTheCallGoesOutAgainWithTheAnswer() async {
    await onLoop {
      let (bench, call) = await called()
      #expect(
        JSONOracle.value(of: call, "params", "_meta", "io.modelcontextprotocol/clientCapabilities")
          == #"{"roots":{},"sampling":{},"elicitation":{"form":{}}}"#)
      bench["one"].answer(call, Self.needs(Self.elicitation("who"), state: #""S\u0031""#))
      let question = await answered(bench, #""result":{"action":"accept","content":{"n":1.0}}"#)
      #expect(JSONOracle.value(of: question, "method") == #""elicitation/create""#)
      #expect(JSONOracle.value(of: question, "params") == Self.form)
      let retry = await bench["one"].received.next()
      #expect(JSONOracle.value(of: retry, "id") != JSONOracle.value(of: call, "id"))
      #expect(JSONOracle.value(of: retry, "params", "name") == #""echo""#)
      #expect(JSONOracle.value(of: retry, "params", "arguments") == #"{"n":9007199254740993}"#)
      #expect(
        JSONOracle.value(of: retry, "params", "inputResponses") == #"{"who":{"action":"accept","content":{"n":1.0}}}"#)
      #expect(JSONOracle.value(of: retry, "params", "requestState") == #""S\u0031""#)
      bench["one"].answer(retry, #"{"resultType":"complete","content":[]}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":"c","result":{"content":[]}}"#)
      await bench.close()
    }
  }

  @Test func severalQuestionsAreAskedOneByOneAndAnsweredTogetherWithoutWhatBelongsToTheClientsHop() async {
    await onLoop {
      let (bench, call) = await called()
      bench["one"].answer(
        call,
        Self.needs(
          Self.elicitation("a") + #","b":{"method":"sampling/createMessage","params":\#(Self.sampling)}"#
            + #","c":{"method":"roots/list"}"#))
      #expect(await answered(bench, #""result":{"action":"decline"}"#).contains("elicitation/create"))
      #expect(
        await answered(
          bench,
          #""result":{"_meta":{"x":1},"role":"assistant","content":{"type":"text","text":"x"},"model":"m"}"#
        ).contains("sampling/createMessage"))
      #expect(await answered(bench, #""result":{"roots":[{"uri":"file:///here"}]}"#).contains("roots/list"))
      let retry = await bench["one"].received.next()
      #expect(
        JSONOracle.value(of: retry, "params", "inputResponses")
          == #"{"a":{"action":"decline"},"b":{"role":"assistant","content":{"type":"text","text":"x"},"model":"m"},"c":{"roots":[{"uri":"file:///here"}]}}"#
      )
      #expect(JSONOracle.value(of: retry, "params", "requestState") == nil, "none was given")
      await bench.close()
    }
  }

  @Test func aServerMayAskAgainAndGetsTheAnswersOfThatRoundOnly() async {
    await onLoop {
      var (bench, call) = await called()
      for round in 1...3 {
        bench["one"].answer(call, Self.needs(Self.elicitation("q\(round)"), state: "\"\(round)\""))
        _ = await answered(bench, #""result":{"action":"accept","content":{"n":\#(round)}}"#)
        call = await bench["one"].received.next()
        #expect(
          JSONOracle.value(of: call, "params", "inputResponses")
            == #"{"q\#(round)":{"action":"accept","content":{"n":\#(round)}}}"#)
        #expect(JSONOracle.value(of: call, "params", "requestState") == "\"\(round)\"")
      }
      bench["one"].answer(call, #"{"resultType":"complete","content":[]}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":"c","result":{"content":[]}}"#)
      await bench.close()
    }
  }

  @Test func aServerThatAsksWithoutEndIsCutOff() async {
    await onLoop {
      var (bench, call) = await called(junction: #"{"inputRounds":2}"#)
      for _ in 1...2 {
        bench["one"].answer(call, Self.needs(Self.elicitation("q")))
        _ = await answered(bench, #""result":{"action":"cancel"}"#)
        call = await bench["one"].received.next()
      }
      bench["one"].answer(call, Self.needs(Self.elicitation("q")))
      let answer = await bench.lines.next()
      #expect(JSONOracle.value(of: answer, "id") == #""c""#)
      #expect(answer.contains(#""isError":true"#) && answer.contains("asked for more input 2 times"))
      await bench.close()
    }
  }

  @Test func aStateWithoutQuestionsIsShownAgainAfterAMoment() async {
    await onLoop {
      let (bench, call) = await called()
      bench["one"].answer(call, #"{"resultType":"input_required","requestState":""}"#)
      await bench.clock.whenWaiting(for: 250)
      bench.clock.advance(by: 250)
      let retry = await bench["one"].received.next()
      #expect(JSONOracle.value(of: retry, "params", "requestState") == "\"\"", "an empty state is a state")
      #expect(JSONOracle.value(of: retry, "params", "inputResponses") == nil)
      await bench.close()
    }
  }

  @Test func aRefusedElicitationIsAnsweredAsCancelled() async {
    await onLoop {
      let (bench, call) = await called()
      bench["one"].answer(call, Self.needs(Self.elicitation("q")))
      _ = await answered(bench, #""error":{"code":-32603,"message":"no"}"#)
      let retry = await bench["one"].received.next()
      #expect(JSONOracle.value(of: retry, "params", "inputResponses") == #"{"q":{"action":"cancel"}}"#)
      await bench.close()
    }
  }

  @Test func aRefusedSamplingEndsTheCallForWhichTheModernEraHasNoWords() async {
    await onLoop {
      let (bench, call) = await called()
      bench["one"].answer(
        call, Self.needs(#""q":{"method":"sampling/createMessage","params":\#(Self.sampling)}"#))
      _ = await answered(bench, #""error":{"code":-1,"message":"I will not"}"#)
      let answer = await bench.lines.next()
      #expect(JSONOracle.value(of: answer, "id") == #""c""#)
      #expect(answer.contains(#""isError":true"#) && answer.contains("I will not"))
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1)
      await bench.close()
    }
  }

  @Test func whatTheClientNeverDeclaredIsNotAskedOfIt() async {
    await onLoop {
      let (bench, call) = await called(capabilities: #"{"roots":{}}"#)
      bench["one"].answer(call, Self.needs(Self.elicitation("q")))
      let answer = await bench.lines.next()
      #expect(JSONOracle.value(of: answer, "id") == #""c""#)
      #expect(answer.contains(#""isError":true"#) && answer.contains("elicitation/create"))
      await bench.close()
    }
  }

  @Test func aCallThatIsTakenBackWhileItsClientIsAskedEndsTheQuestionAndGetsNoAnswer() async {
    await onLoop {
      let (bench, call) = await called()
      bench["one"].answer(call, Self.needs(Self.elicitation("q")))
      let question = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}"#)
      let end = await bench.lines.next()
      #expect(JSONOracle.value(of: end, "method") == #""notifications/cancelled""#)
      #expect(JSONOracle.value(of: end, "params", "requestId") == JSONOracle.value(of: question, "id"))
      bench.tell(#"{"jsonrpc":"2.0","id":\#(JSONOracle.value(of: question, "id") ?? ""),"result":{"action":"accept"}}"#)
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#) == #"{"jsonrpc":"2.0","id":9,"result":{}}"#)
      #expect(bench["one"].all.count { $0.contains("tools/call") } == 1)
      await bench.close()
    }
  }

  @Test func aClientThatNeverAnswersHasItsCallEndedWithTheTimeOfTheCall() async {
    await onLoop {
      let bench = Bench(entry: #"{"callTimeout":"20s"}"#)
      bench["one"].eras = .modern
      _ = await bench.open(capabilities: Self.everything)
      bench.tell(Self.call)
      let call = await bench["one"].received.next()
      bench.clock.advance(by: 5_000)
      bench["one"].answer(call, Self.needs(Self.elicitation("q")))
      _ = await bench.lines.next()
      bench.clock.advance(by: 15_000)
      let withdrawn = await bench.lines.next { $0.contains("notifications/cancelled") || $0.contains("isError") }
      let other = await bench.lines.next()
      #expect(
        [withdrawn, other].contains { JSONOracle.value(of: $0, "id") == #""c""# && $0.contains("did not answer") })
      await bench.close()
    }
  }
}
