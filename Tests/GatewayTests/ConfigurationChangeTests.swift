import Configuration
import EventLoop
import Gateway
import TestSupport
import Testing

/// Another configuration is taken up while clients are served.
@Suite(.timeLimit(.minutes(1))) struct ConfigurationChangeTests {
  private static func call(_ name: String, _ id: Int) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)"}}"#
  }

  @Test func aServerOnTopStartsAndTheOthersKeepTheirProcessesNamesAndCalls() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"], more: ["top"])
      _ = await bench.open()
      bench.tell(Self.call("two__echo", 1))
      let open = await bench["two"].received.next()
      bench.manager.upstream.apply(Bench.configuration(servers: ["top", "one", "two"]))
      #expect(await bench.announced().contains("list_changed"))
      bench["two"].answer(open, #"{"content":[]}"#)
      #expect(await bench.lines.next { $0.contains(#""id":1"#) }.contains("content"))
      bench.tell(Self.call("one__echo", 2))
      #expect(await bench["one"].received.next().contains("tools/call"), "a remembered name calls nobody else")
      bench.tell(Self.call("top__echo", 3))
      #expect(await bench["top"].received.next().contains("tools/call"))
      #expect(bench["one"].starts == 1 && bench["two"].starts == 1 && bench["top"].starts == 1)
      await bench.close()
    }
  }

  @Test func aServerThatIsTakenOutEndsAndItsNamesAreUnknown() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.tell(Self.call("one__echo", 1))
      _ = await bench["one"].received.next()
      bench.manager.upstream.apply(Bench.configuration(servers: ["two"]))
      #expect(await bench.lines.next { $0.contains(#""id":1"#) }.contains("\"outcome\":\"unknown\""))
      #expect(bench["one"].ended == [0])
      #expect(await bench.ask(Self.call("one__echo", 2)).contains("-32602"))
      bench.tell(Self.call("two__echo", 3))
      #expect(await bench["two"].received.next().contains("tools/call"))
      bench.manager.upstream.apply(Bench.configuration(servers: ["one", "two"]))
      _ = await bench.announced()
      bench.tell(Self.call("one__echo", 4))
      #expect(await bench["one"].received.next().contains("tools/call"), "it is the same server again")
      await bench.close()
    }
  }

  @Test func whatIsWrongWithTheFileIsSaidToTheClientAndInTheStatus() async {
    await onLoop {
      let bench = Bench(servers: ["one"], text: #"{"mcpServers":{"one":{"command":"one"},"bad":{"command":7}}}"#)
      let welcome = await bench.open()
      #expect(welcome.contains("Not available: bad: "))
      let status = await bench.ask(
        #"{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"junction://status"}}"#)
      #expect(status.contains("one: ready, 1 tools") && status.contains("bad: "))
      await bench.close()
    }
  }
}
