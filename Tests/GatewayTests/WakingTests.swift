import EventLoop
import Gateway
import TestSupport
import Testing

/// What becomes of servers when the machine has slept.
@Suite(.timeLimit(.minutes(1))) struct WakingTests {
  @GatewayActor
  private func bench(junction: String = "{}") -> Bench {
    Bench(
      servers: ["far", "near"],
      text:
        #"{"mcpServers":{"far":{"url":"http://far.example/mcp","junction":\#(junction)},"near":{"command":"near"}}}"#
    )
  }

  @GatewayActor
  private func pings(_ bench: Bench, _ name: String) -> Int { bench[name].all.count { $0.contains(#""ping""#) } }

  /// Lets time pass by milliseconds, so that whoever is woken comes to its turn.
  @GatewayActor
  private func pass(_ milliseconds: Int, _ bench: Bench) async {
    for _ in 0..<milliseconds {
      bench.clock.advance(by: 1)
      await Task.yield()
    }
  }

  @Test func whoIsFarAwayIsAskedOnceWhetherItIsStillThere() async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      // Silence of ten minutes is looked into anyway.
      bench.clock.advance(by: 700_000)
      await pass(10, bench)
      for name in ["far", "near"] { bench[name].answer(await bench[name].received.next()) }
      await pass(10, bench)
      let before = (far: pings(bench, "far"), near: pings(bench, "near"))
      bench.manager.upstream.machineWoke()
      await pass(3_010, bench)
      #expect(pings(bench, "far") == before.far + 1)
      #expect(pings(bench, "near") == before.near, "it has slept with the machine")
      await pass(5_000, bench)
      #expect(pings(bench, "far") == before.far + 1)
      await bench.close()
    }
  }

  @Test func whoWasWaitedForIsTriedSoonInsteadOfLater() async {
    await onLoop {
      let bench = bench(junction: #"{"reconnect":{"first":"1h","cap":"1h"}}"#)
      _ = await bench.open()
      bench["far"].die()
      bench["near"].die()
      while bench["far"].isRunning { await Task.yield() }
      await pass(10_000, bench)
      #expect(bench["far"].starts == 1)
      bench.manager.upstream.machineWoke()
      await pass(3_010, bench)
      #expect(bench["far"].starts == 2)
      await bench.close()
    }
  }
}
