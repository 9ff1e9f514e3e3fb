import ConnectionPooling
import EventLoop
import Gateway
import TestSupport
import Testing

/// Servers whose sessions do not share a process.
@Suite(.timeLimit(.minutes(1))) struct OwnProcessTests {
  private let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#

  @Test func eachSessionHasItsOwnProcessFromItsFirstNeedToItsEnd() async {
    await onLoop {
      let bench = Bench(entry: #"{"shared":false}"#)
      _ = await bench.open()
      #expect(bench["one"].starts == 1, "the first session's is started with the gateway")
      let other = ScriptedClient(bench.manager)
      _ = await other.open(capabilities: #"{"elicitation":{}}"#)
      #expect(bench["one"].starts == 1, "the other has not needed it yet")
      bench.tell(call)
      _ = await bench["one"].received.next()
      other.tell(call)
      _ = await bench["one"].received.next()
      #expect(bench["one"].starts == 2)
      #expect(bench["one"].lines[1][0].contains("elicitation"), "it is told what its own client can do")
      for process in 0...1 { #expect(bench["one"].lines[process].count { $0.contains("tools/call") } == 1) }
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}}"#)
      #expect(await other.lines.next().contains("notifications/message"))
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"from":0}}"#, from: 0)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{"from":0}}"#)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"from":1}}"#, from: 1)
      #expect(await other.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{"from":1}}"#)
      #expect(bench.manager.servers[0].lanes.count == 2)
      other.session.close()
      #expect(bench["one"].ended == [1])
      #expect(bench.manager.servers[0].lanes.map(\.id.number) == [0])
      await bench.close()
    }
  }

  @Test func theLastSessionsProcessEndsWithItAndTheListsStayForTheNext() async {
    await onLoop {
      let bench = Bench(entry: #"{"shared":false,"gracePeriod":"1s"}"#)
      _ = await bench.open()
      bench.session.close()
      #expect(bench["one"].ended == [0])
      bench.clock.advance(by: 5_000)
      let next = ScriptedClient(bench.manager)
      _ = await next.open()
      #expect(await next.ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).contains("one__echo"))
      next.tell(call)
      #expect(await bench["one"].received.next().contains("tools/call"))
      #expect(bench["one"].starts == 2)
      await bench.close()
    }
  }

  @Test func aSessionThatStartsOverStartsWithANewProcess() async {
    await onLoop {
      let bench = Bench(entry: #"{"shared":false}"#)
      _ = await bench.open()
      _ = await bench.ask(
        #"{"jsonrpc":"2.0","id":"again","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#
      )
      #expect(bench["one"].ended == [0])
      bench.tell(call)
      _ = await bench["one"].received.next()
      #expect(bench["one"].lines[1].contains { $0.contains("tools/call") })
      await bench.close()
    }
  }
}
