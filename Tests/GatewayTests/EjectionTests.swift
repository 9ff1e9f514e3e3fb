import EventLoop
import Gateway
import MCP
import TestSupport
import Testing

/// What callers hear when a connection is ended because of what was found wrong with it.
@Suite(.timeLimit(.minutes(1))) struct EjectionTests {
  @Test func theCallsOfAStoppedServerHearThatItWasStopped() async {
    await onLoop {
      let bench = Bench(entry: #"{"probeTimeout":"1s"}"#)
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].isStopped = true
      // Silence, a poll, a missed probe, a poll, and two seconds in which it may go on.
      await Self.pass([5_000, 1, 1_000, 1, 999, 1, 999, 1], bench)
      #expect(await bench.lines.next().contains("it was stopped"))
      await bench.close()
    }
  }

  @Test func theCallsOfASilentServerHearOfItsSilence() async {
    await onLoop {
      let bench = Bench(entry: #"{"probeTimeout":"1s","busyEjection":"1s"}"#)
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      await Self.pass([5_000, 1, 1_000, 1], bench)
      #expect(await bench.lines.next().contains("a probe: no sign of life for"))
      await bench.close()
    }
  }

  @Test func aDeathWhileListingIsReportedAsOne() async {
    await onLoop {
      let bench = Bench(entry: #"{"reconnect":{"maxAttempts":1,"first":"1h","cap":"1h"}}"#)
      bench["one"].unanswered = ["tools/list"]
      bench.run()
      bench.manager.declareNothing()
      _ = await bench["one"].received.next()
      bench["one"].die()
      await bench.manager.settled.wait()
      let failure = bench.manager.servers[0].failure
      #expect(failure?.phase == .listing)
      #expect(failure?.reason.contains("exit code 3") == true)
      await bench.close()
    }
  }

  @Test func aServerWhoseCallsTakeFarLongerThanUsualIsDegraded() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      for latency in Array(repeating: UInt64(10), count: 20) + [2_000, 2_000, 2_000] {
        bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
        let call = await bench["one"].received.next()
        bench.clock.advance(by: latency)
        bench["one"].answer(call)
        _ = await bench.lines.next()
      }
      let change = await bench.log.next { $0.contains("health=degraded") }
      #expect(change.contains("times as long as usual"))
      await bench.close()
    }
  }

  /// Lets the health check wait so many milliseconds, one after the other.
  @GatewayActor
  private static func pass(_ waits: [UInt64], _ bench: Bench) async {
    for wait in waits {
      await bench.clock.whenWaiting(for: wait)
      bench.clock.advance(by: wait)
    }
  }
}
