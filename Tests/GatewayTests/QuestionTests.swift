import EventLoop
import Gateway
import TestSupport
import Testing

/// What becomes of a server's questions when there is nobody left to answer them.
@Suite(.timeLimit(.minutes(1))) struct QuestionTests {
  private let question =
    #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m","requestedSchema":{}}}"#

  @Test func aSessionThatStartsOverAnswersWhatItWasAsked() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open(capabilities: #"{"elicitation":{}}"#)
      bench["one"].send(question)
      #expect(await bench.lines.next().contains("elicitation/create"))
      bench.tell(
        #"{"jsonrpc":"2.0","id":"again","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#
      )
      let refusal = await bench["one"].received.next()
      #expect(refusal.contains(#""id":"q""#) && refusal.contains("started its session over"))
      await bench.close()
    }
  }

  @Test func aSessionThatClosesAnswersAlsoWhatItsClientHasNotSeenYet() async {
    await onLoop {
      let bench = Bench()
      bench.run()
      _ = await bench.ask(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}}}"#
      )
      await bench.manager.settled.wait()
      bench["one"].send(question)
      bench["one"].send(question.replacing("\"q\"", with: "\"p\""))
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"p"}}"#)
      bench.session.close()
      let refusal = await bench["one"].received.next()
      #expect(refusal.contains(#""id":"q""#) && refusal.contains("The client is gone"))
      #expect(!bench["one"].all.contains { $0.contains(#""id":"p""#) }, "what was taken back is not answered")
      await bench.close()
    }
  }

  @Test func whatWasTakenBackBeforeTheClientIsReadyTakesNoRoom() async {
    await onLoop {
      let bench = Bench(junction: #"{"maxQueuedBytes":"1MiB"}"#)
      bench.run()
      _ = await bench.ask(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}}}"#
      )
      await bench.manager.settled.wait()
      let long = question.replacing("\"m\"", with: "\"\(String(repeating: "m", count: 700_000))\"")
      bench["one"].send(long)
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}"#)
      bench["one"].send(long.replacing("\"q\"", with: "\"p\""))
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      #expect(await bench.lines.next().contains("elicitation/create"))
      #expect(!bench["one"].all.contains { $0.contains("Too much waits") })
      await bench.close()
    }
  }
}
