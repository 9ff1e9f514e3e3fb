import EventLoop
import Gateway
import MCP
import TestSupport
import Testing

/// What callers hear when a connection is ended because of what was found wrong with it.
@Suite(.timeLimit(.minutes(1))) struct EjectionTests {
  @Test func theCallsOfAStoppedServerHearThatItWasStopped() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].isStopped = true
      #expect(await Self.answer(bench).contains("it was stopped"))
      await bench.close()
    }
  }

  @Test func theCallsOfASilentServerHearOfItsSilence() async {
    await onLoop {
      let bench = Bench(entry: #"{"busyEjection":"20s"}"#)
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      #expect(await Self.answer(bench).contains("a probe: no sign of life for"))
      await bench.close()
    }
  }

  @Test func aDeathWhileListingIsReportedAsOne() async {
    await onLoop {
      let bench = Bench(entry: #"{"reconnect":{"maxAttempts":1,"first":"1h","cap":"1h"}}"#)
      bench["one"].unansweredLists = ["tools/list"]
      bench.run()
      bench.manager.declare(.none)
      _ = await bench["one"].received.next()
      bench["one"].die()
      await bench.manager.settled.wait()
      let failure = bench.manager.servers[0].failure
      #expect(failure?.phase == .listing)
      #expect(failure?.reason.contains("exit code 3") == true)
      await bench.close()
    }
  }

  /// Lets time pass until the client gets its next line.
  @GatewayActor
  private static func answer(_ bench: Bench) async -> String {
    let mover = Task { @GatewayActor in
      while !Task.isCancelled {
        bench.clock.advance(by: 500)
        await Task.yield()
      }
    }
    defer { mover.cancel() }
    return await bench.lines.next()
  }
}
