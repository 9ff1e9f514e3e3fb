import EventLoop
import Gateway
import JSONRPC
import TestSupport
import Testing

/// Clients that ask for much, and clients that do not read.
@Suite(.timeLimit(.minutes(1))) struct FloodingClientTests {
  private func ping(_ id: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"# }

  @Test func aLargeBatchIsTakenInSeveralTurnsAndAnsweredByOneArrayBeforeWhatComesBehindIt() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open(revision: "2025-03-26")
      let messages = (1...900).map { ping("\($0)") } + ["7"]
      bench.tell("[\(messages.joined(separator: ","))]")
      #expect(bench.session.unanswered == 1, "it is not taken up in one go")
      #expect(!bench.clientIsRead)
      bench.tell(ping("\"behind\""))
      let answer = await bench.lines.next()
      #expect(answer.hasPrefix(#"[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"#))
      #expect(answer.contains(#""id":900,"#) && answer.contains("-32600"))
      #expect(await bench.lines.next().contains(#""id":"behind""#))
      #expect(bench.clientIsRead && bench.session.unanswered == 0)
      await bench.close()
    }
  }

  @Test func aBatchOfMoreMessagesThanMayBeIsReadUntilThere() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open(revision: "2025-03-26")
      bench.tell("[\((1...3_000).map { ping("\($0)") }.joined(separator: ","))]")
      let answer = await bench.lines.next()
      #expect(answer.contains(#""id":1000,"#) && !answer.contains(#""id":1001,"#))
      #expect(answer.contains("has more than 1000 messages"))
      await bench.close()
    }
  }

  @Test func aBatchBehindAHandshakeIsAnsweredByOneArray() async {
    await onLoop {
      let bench = Bench()
      bench.startServers()
      bench.session.start()
      bench.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{}}}"#)
      bench.tell("[\((1...200).map { ping("\($0)") }.joined(separator: ","))]")
      bench.tell(#"{"jsonrpc":"2.0","id":"last","method":"tools/list"}"#)
      #expect(await bench.lines.next().contains(#""protocolVersion":"2025-03-26""#))
      let answer = await bench.lines.next()
      #expect(answer.hasPrefix("[") && answer.contains(#""id":1,"#) && answer.contains(#""id":200,"#))
      #expect(await bench.lines.next().contains(#""id":"last""#))
      await bench.close()
    }
  }

  @Test func anIDThatIsTooLongIsRefusedWithoutBeingSentBack() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      let letters = String(repeating: "i", count: RawToken.longestIdentifier - 2)
      #expect(await bench.ask(ping("\"\(letters)\"")) == #"{"jsonrpc":"2.0","id":"\#(letters)","result":{}}"#)
      let refused = await bench.ask(ping("\"\(letters)i\""))
      #expect(refused.contains("-32600") && refused.contains("at most 65536 bytes") && refused.utf8.count < 300)
      await bench.close()
    }
  }

  @Test func errorsThatAnswerNothingAreDroppedForWhoDoesNotRead() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.clientIsCongested(true)
      for _ in 0..<100 { bench.tell("no message") }
      #expect(bench.manager.metrics.droppedNotifications == 100)
      #expect(await bench.ask(ping("1")) == #"{"jsonrpc":"2.0","id":1,"result":{}}"#, "what has an id is answered")
      bench.clientIsCongested(false)
      #expect(await bench.ask("no message").contains("-32700"))
      await bench.close()
    }
  }

  @Test func whoLeavesMoreUnreadThanMayWaitIsNotReadUntilItReads() async {
    await onLoop {
      let bench = Bench(junction: #"{"maxQueuedBytes":"1MiB"}"#)
      _ = await bench.open()
      bench.clientIsCongested(true)
      let letters = String(repeating: "i", count: 60_000)
      // All in one turn: nothing is written meanwhile.
      for id in 0..<40 { bench.tell(ping("\"\(id)-\(letters)\"")) }
      #expect(!bench.clientIsRead)
      #expect(bench.lines.count == 0)
      bench.clientIsCongested(false)
      #expect(bench.clientIsRead)
      for id in 0..<40 { #expect(await bench.lines.next().contains(#""id":"\#(id)-"#), "no reply is dropped") }
      await bench.close()
    }
  }
}
