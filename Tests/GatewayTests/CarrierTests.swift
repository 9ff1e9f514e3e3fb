import EventLoop
import Gateway
import MCP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CarrierTests {
  @Test func aCarrierOfSingleMessagesGetsEachWithItsEnvelope() async {
    await onLoop {
      let bench = Bench()
      bench["one"].takesEach = true
      _ = await bench.open(capabilities: #"{"elicitation":{}}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"one__echo"}}"#)
      let call = await bench["one"].received.next()
      bench["one"].send(
        #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object","properties":{}}}}"#
      )
      _ = await bench.lines.next { $0.contains("elicitation/create") }
      bench.tell(#"{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}"#)
      #expect(await bench["one"].received.next().contains(#""id":"q""#))
      bench["one"].answer(call, #"{"content":[]}"#)
      #expect(await bench.lines.next().contains(#""id":"a","result":{"content":[]}"#))
      let envelopes = bench["one"].processes[0].envelopes
      #expect(envelopes.prefix(2) == [.request(id: 1, .initialize), .notification(.initialized)])
      #expect(envelopes.contains { if case .request(_, .toolsCall) = $0 { true } else { false } })
      #expect(envelopes.last == .answer)
      #expect(envelopes.count == bench["one"].lines[0].count, "one envelope for each message")
      await bench.close()
    }
  }
}
