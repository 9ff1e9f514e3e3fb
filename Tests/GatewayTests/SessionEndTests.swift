import EventLoop
import Gateway
import TestSupport
import Testing

/// What is left of a client that has gone: nothing, at once.
@Suite(.timeLimit(.minutes(1))) struct SessionEndTests {
  @Test func whatWaitedBehindAHandshakeGoesWithItsClient() async {
    await onLoop {
      let bench = Bench(isShared: true)
      bench["one"].answersHandshake = false
      bench.startServers()
      let client = bench.anotherClient()
      var heard: [String] = []
      client.onLine = { heard.append($0) }
      client.start()
      client.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      client.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
      client.session.close()
      #expect(client.unanswered == 0)
      bench.clock.advance(by: 1_000)
      await turns(8)
      #expect(heard == [])
      await bench.close()
    }
  }

  @Test func aClientThatHasGoneIsForgottenWhateverItHadOpen() async {
    await onLoop {
      let bench = Bench(isShared: true)
      bench["one"].capabilities = #"{"tools":{},"tasks":{"requests":{"tools":{"call":{}}}}}"#
      _ = await bench.open()
      weak let parked = await leftParked(bench)
      #expect(parked == nil, "a call was parked")
      weak let congested = await leftCongested(bench)
      #expect(congested == nil, "it left too much unread")
      weak let maker = await leftWithATask(bench)
      #expect(maker == nil, "a task of its own tells of its progress")
      await bench.close()
    }
  }

  @GatewayActor private func leftParked(_ bench: Bench) async -> ClientSession {
    let client = bench.anotherClient()
    let capabilities = #"{"elicitation":{}}"#
    _ = await client.discover(capabilities: capabilities)
    client.tell(Modern.call("1", capabilities: capabilities))
    _ = await bench["one"].received.next()
    bench["one"].send(
      #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object","properties":{}}}}"#
    )
    bench.clock.advance(by: 5)
    #expect(await client.lines.next().contains("input_required"))
    return await left(client)
  }

  @GatewayActor private func leftCongested(_ bench: Bench) async -> ClientSession {
    let client = bench.anotherClient()
    _ = await client.open()
    client.isCongested(true)
    return await left(client)
  }

  @GatewayActor private func leftWithATask(_ bench: Bench) async -> ClientSession {
    let client = bench.anotherClient()
    _ = await client.open()
    client.tell(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":"one__echo","task":{}}}"#
    )
    bench["one"].answer(
      await bench["one"].received.next { $0.contains("tools/call") }, #"{"task":{"taskId":"t","status":"working"}}"#)
    #expect(await client.lines.next().contains(#""taskId":"one:t""#))
    return await left(client)
  }

  @GatewayActor private func left(_ client: ScriptedClient) async -> ClientSession {
    client.session.close()
    client.forgetTransport()
    await turns(8)
    return client.session
  }

  @Test func timersThatOutliveTheHostHarmNobody() async {
    await onLoop {
      let clock = await closedBench()
      for _ in 0..<4 {
        clock.advance(by: 60_000)
        await turns(4)
      }
    }
  }

  @GatewayActor private func closedBench() async -> ManualClock {
    let bench = Bench(servers: ["one", "two"], entry: #"{"shared":false}"#, isShared: true)
    _ = await bench.open()
    let other = bench.anotherClient()
    _ = await other.open()
    other.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
    _ = await bench["one"].received.next()
    bench["one"].die()
    await turns(8)
    bench.clock.advance(by: 250)
    other.session.close()
    await bench.close()
    return bench.clock
  }

  @Test func whatIsEndingAlreadyHurriesWhenTheProcessIsAskedToStop() async {
    await onLoop {
      let bench = Bench()
      bench["one"].endsUrgentlyOnly = true
      _ = await bench.open()
      let stopped = Gate()
      let serving = Serving(manager: bench.manager, session: bench.session, stopped: stopped, drains: false)
      let over = Task { @GatewayActor in await serving.run() }
      await turns(4)
      bench.endInput()
      await turns(20)
      #expect(bench["one"].isRunning, "it has its time")
      stopped.open()
      await over.value
      #expect(!bench["one"].isRunning)
    }
  }
}
