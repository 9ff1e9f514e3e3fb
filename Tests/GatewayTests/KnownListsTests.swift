import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import TestSupport
import Testing

/// What an earlier run has left of servers' lists: served at once, and told of only when it is another one.
@Suite(.timeLimit(.minutes(1))) struct KnownListsTests {
  /// Facts in memory, as files would keep them.
  @GatewayActor
  private final class Memory {
    var files: [String: [UInt8]] = [:]

    var store: FactStore {
      FactStore(
        load: { self.files[$0.name].flatMap { ServerFacts(json: $0) } },
        save: { self.files[$0.name] = $1.json })
    }
  }

  private static let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#

  /// Serves a client once, so that everything is known, and returns the list that it saw.
  @GatewayActor
  private func firstRun(_ memory: Memory, entry: String = "{}", _ prepare: (FakeServer) -> Void = { _ in }) async
    -> String
  {
    let bench = Bench(entry: entry, facts: memory.store)
    prepare(bench["one"])
    _ = await bench.open()
    bench.manager.upstream.wakeSleepers(known: true)
    await bench.manager.upstream.whenAwake()
    let list = await bench.ask(Self.list)
    await bench.close()
    return list
  }

  @Test func theListOfTheLastRunIsServedBeforeItsServerHasSaidAnything() async {
    await onLoop {
      let memory = Memory()
      let list = await firstRun(memory) { $0.tools = ["echo", "caf\u{e9}", "x\"y"] }
      let bench = Bench(facts: memory.store)
      bench["one"].tools = ["echo", "caf\u{e9}", "x\"y"]
      bench["one"].unanswered = ["initialize"]
      bench.run()
      let welcome = await bench.ask(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      #expect(welcome.contains("protocolVersion"))
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      #expect(await bench.ask(Self.list) == list)
      let handshake = await bench["one"].received.next()
      bench["one"].answer(
        handshake,
        #"{"protocolVersion":"2025-11-25","capabilities":\#(bench["one"].capabilities),"serverInfo":{"name":"fake","version":"1"}}"#
      )
      await bench.manager.settled.wait()
      bench.clock.advance(by: 10_000)
      #expect(
        await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#).contains(#""id":2"#), "nothing was announced")
      await bench.close()
    }
  }

  @Test func aListThatHasChangedIsTold() async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory) { $0.tools = ["old"] }
      let bench = Bench(facts: memory.store)
      bench["one"].tools = ["new"]
      _ = await bench.open()
      #expect(await bench.announced().contains("notifications/tools/list_changed"))
      let list = await bench.ask(Self.list)
      #expect(list.contains("one__new") && !list.contains("one__old"))
      await bench.close()
      let third = Bench(facts: memory.store)
      third["one"].answersHandshake = false
      third.run()
      third.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      _ = await third.lines.next()
      #expect(await third.ask(Self.list) == list, "what is new is what is kept")
      await third.close()
    }
  }

  @Test(arguments: ["warn", "off"]) func aToolWhoseDefinitionIsAnotherOneIsSaid(_ pin: String) async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory) { $0.annotations = #"{"readOnlyHint":true}"# }
      let bench = Bench(entry: #"{"pin":"\#(pin)"}"#, facts: memory.store)
      bench["one"].tools = ["echo", "new"]
      _ = await bench.open()
      bench["one"].annotations = #"{"title":"x"}"#
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      #expect(await bench.announced().contains("notifications/tools/list_changed"))
      await bench.close()
      var said: [String] = []
      while bench.log.count > 0 { said.append(await bench.log.next()) }
      said = said.filter { $0.contains("event=tool_changed") }
      // What is the same again is said once.
      #expect(said.map { $0.contains("tool=echo") } == (pin == "warn" ? [true, false] : []), "\(said)")
      #expect(said.allSatisfy { $0.contains("annotations changed") })
    }
  }

  @Test func aCallOfAKnownToolWaitsForItsServer() async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory)
      let bench = Bench(facts: memory.store)
      bench["one"].unanswered = ["initialize"]
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"one__echo"}}"#)
      let handshake = await bench["one"].received.next()
      bench["one"].answer(
        handshake, #"{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"f","version":"1"}}"#)
      bench["one"].answer(await bench["one"].received.next { $0.contains("tools/call") }, #"{"content":[]}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":3,"result":{"content":[]}}"#)
      await bench.close()
    }
  }

  @Test func whatIsKnownOfAServerThatDoesNotComeBackGoesAfterTheGracePeriod() async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory, entry: #"{"gracePeriod":"7s"}"#)
      let bench = Bench(entry: #"{"gracePeriod":"7s"}"#, facts: memory.store)
      bench["one"].launchFailure = LaunchFailure(reason: "it is broken")
      _ = await bench.open()
      #expect(await bench.ask(Self.list).contains("one__echo"))
      bench.clock.advance(by: 7_000)
      #expect(await bench.announced().contains("notifications/tools/list_changed"))
      #expect(await bench.ask(Self.list).contains(#""tools":[]"#))
      await bench.close()
    }
  }

  @Test func aLazyServerShowsWhatIsKnownAndStartsWithItsFirstCall() async {
    await onLoop {
      let memory = Memory()
      let list = await firstRun(memory, entry: #"{"lazy":true}"#)
      #expect(list.contains("one__echo"))
      let bench = Bench(entry: #"{"lazy":true}"#, facts: memory.store)
      _ = await bench.open()
      #expect(await bench.ask(Self.list) == list)
      bench.tell(#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"one__nothing"}}"#)
      #expect(await bench.lines.next().contains("-32602"))
      #expect(bench["one"].starts == 0, "a slip starts nothing")
      bench.tell(#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"one__echo"}}"#)
      bench["one"].answer(await bench["one"].received.next { $0.contains("tools/call") })
      #expect(await bench.lines.next().contains(#""id":5"#))
      #expect(bench["one"].starts == 1)
      await bench.close()
    }
  }

  @Test func listsThatWereReadWithOtherVariablesAreNotShown() async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory)
      let bench = Bench(members: #""env":{"TOOLSETS":"all"}"#, facts: memory.store)
      bench["one"].answersHandshake = false
      bench.run()
      bench.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      _ = await bench.lines.next()
      bench.tell(Self.list)
      await bench.clock.whenWaiting(for: 4_000)
      bench.clock.advance(by: 4_000)
      #expect(await bench.lines.next().contains(#""tools":[]"#))
      await bench.close()
    }
  }

  @Test func aFileOfWhichAByteIsAnotherIsNotRead() async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory)
      let good = memory.files["one"] ?? []
      #expect(ServerFacts(json: good)?.offer?.items[.tools]?.map(\.key) == ["echo"])
      let broken = String(decoding: good, as: UTF8.self).replacing("\"echo\"", with: "\"Echo\"")
      #expect(ServerFacts(json: Array(broken.utf8)) == nil)
      #expect(ServerFacts(json: Array(good.dropLast(20))) == nil)
    }
  }

  @Test func listsThatAreTooLongAreNotKept() async {
    await onLoop {
      let memory = Memory()
      _ = await firstRun(memory) { server in
        let filler = String(repeating: "x", count: 200 << 10)
        server.annotations = #"{"title":"\#(filler)"}"#
        server.tools = (0..<21).map { "tool\($0)" }
      }
      #expect(memory.files["one"].map { $0.count < 1_000 } == true)
      #expect(memory.files["one"].flatMap { ServerFacts(json: $0) }?.offer == nil)
    }
  }
}
