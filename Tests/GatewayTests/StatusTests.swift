import EventLoop
import Gateway
import JSONRPC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatusTests {
  private static let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#

  private func frame(_ text: String) throws -> Frame {
    try Array(text.utf8).withUnsafeBytes { try Frame.parse($0).get() }
  }

  @GatewayActor private func status(of bench: Bench) throws -> ControlProtocol.Answer {
    let answer = try #require(
      ControlProtocol.answer(.status, about: bench.manager, configurationPath: "/real.json", process: 7))
    #expect(!answer.contains("\n"))
    return try #require(ControlProtocol.Answer(try frame(answer)))
  }

  @Test func aGatewayWithAllServersConnectedIsHealthyAndSaysWithWhom() async throws {
    try await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.clock.advance(by: 3_000)
      let status = try status(of: bench)
      #expect(status.isGood)
      #expect(status.configurationPath == "/real.json")
      for expected in [
        "gateway 7, 0, up 3 s", "configuration: /servers.json", "client: c 1, revision 2025-11-25, 0 unanswered",
        "  one: connected for 3 s, healthy; fake 1, revision 2025-11-25, pid 1",
        "    offers: tools, prompts, resources, resources.subscribe, logging; 1 tool",
        "    calls: 0 served, 0 failed, 0 in flight, 0 waiting",
      ] {
        #expect(status.text.contains(expected), "\(expected)")
      }
      for expected in [
        #""pid":7,"healthy":true"#,
        #""clients":[{"session":1,"name":"c","version":"1","revision":"2025-11-25","unanswered":0}]"#,
        #"{"name":"two","state":"connected","healthy":true,"revision":"2025-11-25","serverInfo":{"name":"fake","version":"1"}"#,
        #""features":["tools","prompts","resources","resources.subscribe","logging"]"#,
      ] {
        #expect(status.json.contains(expected), "\(expected)")
      }
      await bench.close()
    }
  }

  @Test func aServerThatIsStillConnectingShowsItsPhase() async throws {
    try await onLoop {
      let bench = Bench()
      bench["one"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}"#)
      _ = await bench["one"].received.next()
      let status = try status(of: bench)
      #expect(!status.isGood)
      #expect(status.text.contains("one: connecting, handshake, pid 1"))
      #expect(status.text.contains("client: has not introduced itself"))
      #expect(status.json.contains(#""state":"connecting","phase":"handshake""#))
      await bench.close()
    }
  }

  @Test func aLostServerShowsItsAttemptAndItsCause() async throws {
    try await onLoop {
      let bench = Bench(entry: #"{"reconnect":{"first":"20s","jitter":0},"breakerAfter":1}"#)
      _ = await bench.open()
      bench["one"].die()
      _ = await bench.log.next { $0.contains("to=reconnecting") }
      bench.clock.advance(by: 5_000)
      let status = try status(of: bench)
      #expect(!status.isGood)
      #expect(status.text.contains("one: reconnecting, attempt 1, next in 15 s, breaker open"))
      #expect(status.text.contains("reason: it ended (exit code 3)"))
      #expect(status.text.contains("last failure: 5 s ago (exit), it ended (exit code 3)"))
      #expect(status.json.contains(#""phase":"waiting""#) && status.json.contains(#""breaker":"open","attempt":1"#))
      await bench.close()
    }
  }

  @Test func callsAreCountedWithTheirLatency() async throws {
    try await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(Self.call)
      _ = await bench["one"].received.next()
      bench.clock.advance(by: 30)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"content":[]}}"#)
      _ = await bench.lines.next()
      bench.tell(Self.call)
      _ = await bench["one"].received.next()
      let status = try status(of: bench)
      #expect(status.text.contains("calls: 1 served, 0 failed, 1 in flight, 0 waiting; p50 38 ms, p99 50 ms"))
      #expect(
        status.json.contains(#""inFlight":1,"waiting":0,"served":1,"failures":0,"cancelled":0,"p50Milliseconds":37.5"#))
      #expect(status.json.contains(#""unanswered":1"#))
      await bench.close()
    }
  }

  @Test func aServerThatRestsUntilItsFirstCallIsWell() async throws {
    try await onLoop {
      let bench = Bench(entry: #"{"lazy":true}"#)
      _ = await bench.open()
      let status = try status(of: bench)
      #expect(status.isGood)
      #expect(status.text.contains("one: disconnected"))
      await bench.close()
    }
  }

  @Test func whatAServerSaysOfItselfCannotMoveTheCursor() async throws {
    try await onLoop {
      let bench = Bench()
      bench.run()
      _ = await bench.ask(
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a\u001b[2J\u009b\nb","version":"1"}}}"#
      )
      let text = try status(of: bench).text
      #expect(text.contains("client: a [2J  b 1"))
      await bench.close()
    }
  }

  @Test func questionsAreReadAsTheyAreWritten() throws {
    let questions: [ControlProtocol.Question] = [
      .status, .session, .reload, .explain(tool: "a__b", profile: nil), .explain(tool: "a__b", profile: "p"),
      .search(query: "x y", profile: nil), .costs(profile: "p"),
      .restart(server: "a \"b\""), .report(servers: ["x", "y"], columns: 80),
      .report(servers: [], columns: nil),
    ]
    for question in questions {
      let frame = try frame(question.json(to: "/real.json"))
      #expect(ControlProtocol.Question(frame) == question)
      #expect(ControlProtocol.configuration(of: frame) == "/real.json")
      #expect(ControlProtocol.configuration(of: try self.frame(question.json())) == nil)
    }
    #expect(ControlProtocol.Question(try frame(#"{"ask":"secrets"}"#)) == nil)
    #expect(ControlProtocol.Question(try frame(#"{"ask":"restart"}"#)) == nil)
  }

  @Test func aRefusalIsNoAnswer() throws {
    let answer = try frame(ControlProtocol.refused("not now"))
    #expect(ControlProtocol.Answer(answer) == nil)
    #expect(ControlProtocol.refusal(in: answer) == "not now")
  }
}
