import Configuration
import EventLoop
import Gateway
import MCP
import TestSupport
import Testing

/// What clients are shown of servers' tools, held on the call as on the list.
@Suite(.timeLimit(.minutes(1))) struct ShapingTests {
  private static let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#

  private func call(_ name: String) -> String {
    #"{"jsonrpc":"2.0","id":"\#(name)","method":"tools/call","params":{"name":"\#(name)"}}"#
  }

  private func file(_ profiles: String, entry: String = "{}") -> String {
    """
    {"mcpServers":{"one":{"command":"one","junction":\(entry)},"two":{"command":"two"}},
    "junction":{"profiles":\(profiles)}}
    """
  }

  private func initialize(_ client: String) -> String {
    #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"\#(client)","version":"1"}}}"#
  }

  @Test func aRenamedToolIsCalledByItsOwnNameAtItsServer() async {
    await onLoop {
      let bench = Bench(
        entry: #"{"rename":{"echo":"say"},"describe":{"echo":"Says \"it\" again"}}"#)
      _ = await bench.open()
      let list = await bench.ask(Self.list)
      #expect(list.contains(#""name":"one__say","description":"Says \"it\" again""#) && !list.contains("one__echo"))
      bench.tell(call("one__say"))
      #expect(await bench["one"].received.next().contains(#""params":{"name":"echo"}"#))
      await bench.close()
    }
  }

  @Test(arguments: ["readOnly", "hideDestructive"]) func whatMayDoHarmIsNeitherListedNorCalled(_ setting: String) async
  {
    await onLoop {
      let bench = Bench(entry: #"{"\#(setting)":true}"#)
      _ = await bench.open()
      #expect(await bench.ask(Self.list).contains(#""tools":[]"#))
      for name in ["one__echo", "one__unlisted"] {
        #expect(await bench.ask(call(name)).contains("-32602"), "\(name)")
      }
      #expect(!bench["one"].all.contains { $0.contains("tools/call") })
      await bench.close()
      let good = Bench(entry: #"{"\#(setting)":true}"#)
      good["one"].annotations = #"{"readOnlyHint":true}"#
      _ = await good.open()
      #expect(await good.ask(Self.list).contains("one__echo"))
      good.tell(call("one__echo"))
      #expect(await good["one"].received.next().contains("tools/call"))
      await good.close()
    }
  }

  @Test func aClientGetsTheFirstProfileThatIsForIt() async {
    await onLoop {
      let bench = Bench(
        servers: ["one", "two"],
        text: file(#"{"x":{"clients":["editor*"],"servers":{"two":{"prefix":"b","rename":{"echo":"say"}}}}}"#))
      bench.startServers()
      bench.session.start()
      _ = await bench.ask(initialize("Editor 2"))
      await bench.whenSettled()
      let list = await bench.ask(Self.list)
      #expect(list.contains(#""name":"b__say""#) && !list.contains("one__") && !list.contains("two__"))
      #expect(await bench.ask(call("one__echo")).contains("-32602"))
      bench.tell(call("b__say"))
      #expect(await bench["two"].received.next().contains(#""name":"echo""#))
      let other = bench.anotherClient()
      other.start()
      _ = await other.ask(initialize("agent"))
      let all = await other.ask(Self.list)
      #expect(all.contains("one__echo") && all.contains("two__echo"))
      await bench.close()
    }
  }

  @Test func aModernClientGetsItsProfileWithItsFirstRequest() async {
    await onLoop {
      let bench = Bench(
        servers: ["one", "two"], text: file(#"{"x":{"clients":["c"],"servers":["one"],"readOnly":true}}"#))
      bench["one"].annotations = #"{"readOnlyHint":true}"#
      bench["two"].annotations = #"{"readOnlyHint":true}"#
      _ = await bench.openModern()
      let list = await bench.ask(Modern.request("1", "tools/list"))
      #expect(list.contains("one__echo"))
      await bench.close()
    }
  }

  @Test func aToolThatIsHiddenWhileItIsShownIsNotCalledAnyMore() async {
    await onLoop {
      let bench = Bench(
        servers: ["one", "two"], text: file(#"{"x":{"clients":["*"]}}"#))
      bench.startServers()
      bench.session.start()
      _ = await bench.ask(initialize("editor"))
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      await bench.whenSettled()
      #expect(await bench.ask(Self.list).contains("one__echo"))
      bench.manager.upstream.apply(Bench.read(file(#"{"x":{"clients":["*"],"excludeTools":["ec*"]}}"#)))
      #expect(await bench.announced().contains("notifications/tools/list_changed"))
      #expect(await bench.ask(Self.list).contains(#""tools":[]"#))
      #expect(await bench.ask(call("one__echo")).contains("-32602"))
      bench.manager.upstream.apply(Bench.read(file(#"{"x":{"clients":["*"],"servers":["two"]}}"#)))
      #expect(await bench.announced().contains("notifications/tools/list_changed"))
      #expect(await bench.ask(call("one__echo")).contains("-32602"))
      await bench.close()
    }
  }

  @Test func aProfileThatIsNotThereShowsNothing() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"], text: file("{}"))
      let settings = bench.manager.configuration.settings
      let client = bench.anotherClient(seeing: CatalogView.Terms(of: "c", profile: "gone", settings))
      _ = await bench.open()
      _ = await client.open()
      #expect(await client.ask(Self.list).contains(#""tools":[]"#))
      await bench.close()
    }
  }

  @Test(arguments: [("Codex", "a_b__x_y"), ("codex-mcp-client", "a_b__x_y"), ("Zed", "a-b__x-y"), ("Kiro", "a_b__x_y")])
  func namesAreSpelledAsTheClientTakesThem(_ client: String, _ name: String) async {
    await onLoop {
      let bench = Bench(servers: ["a-b"])
      bench["a-b"].tools = ["x-y"]
      bench.startServers()
      bench.session.start()
      _ = await bench.ask(initialize(client))
      await bench.whenSettled()
      let list = await bench.ask(Self.list)
      #expect(list.contains("\"\(name)\""))
      #expect(list.contains("\"description\"") == (client == "Kiro"), "a tool without a description would be dropped")
      bench.tell(call(name))
      #expect(await bench["a-b"].received.next().contains(#""name":"x-y""#))
      await bench.close()
    }
  }

  @Test func twoToolsThatAreGivenOneNameAreToldApart() async {
    await onLoop {
      let bench = Bench(entry: #"{"rename":{"a":"b"}}"#)
      bench["one"].tools = ["a", "b"]
      _ = await bench.open()
      let entries = bench.manager.catalog.toolEntries
      #expect(entries.map(\.item.key) == ["a", "b"])
      #expect(Set(entries.map(\.name)).count == 2 && entries.allSatisfy { $0.name.hasPrefix("one__b_") })
      for entry in entries {
        bench.tell(call(entry.name))
        #expect(await bench["one"].received.next().contains(#""name":"\#(entry.item.key)""#))
      }
      await bench.close()
    }
  }

  @Test func itIsExplainedWhereAToolHasItsNameFromAndWhyItIsHidden() async {
    await onLoop {
      let bench = Bench(entry: #"{"rename":{"echo":"say"},"readOnly":true,"prefix":"p"}"#)
      bench["one"].tools = ["echo", "other"]
      bench["one"].annotations = #"{"readOnlyHint":true}"#
      _ = await bench.open()
      let told = bench.manager.explanations(of: "one/echo")
      #expect(told.map(\.publicName) == ["p__say"])
      #expect(told[0].renamed == .init(value: "say", origin: "the entry of server 'one'"))
      #expect(told[0].prefix == .init(value: "p", origin: "the entry of server 'one'"))
      #expect(told[0].hidden == nil && !told[0].hasHash && told[0].isFresh)
      #expect(bench.manager.explanations(of: "p__say") == told)
      #expect(bench.manager.explanations(of: "nothing") == [])
      await bench.close()
    }
  }
}
