import EventLoop
import JSONRPC
import MCP
import TestSupport
import Testing

@testable import Gateway

/// What servers say in floods is dealt with without looking at all that clients have open.
@Suite(.timeLimit(.minutes(1))) struct FloodingServerTests {
  private func log(_ level: String) -> String {
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"\#(level)","data":1}}"#
  }

  @Test func whoReadsAServersLogIsKnownAsRequestsComeAndGo() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.openModern()
      func call(_ id: Int, _ level: String) -> String {
        Modern.call("\(id)", meta: #""io.modelcontextprotocol/logLevel":"\#(level)""#)
      }
      bench["one"].send(log("error"))
      bench.tell(call(1, "error"))
      let first = await bench["one"].received.next { $0.contains("tools/call") }
      for level in ["info", "error"] { bench["one"].send(log(level)) }
      #expect(await bench.lines.next() == log("error"))
      bench.tell(call(2, "debug"))
      let second = await bench["one"].received.next { $0.contains("tools/call") }
      bench["one"].send(log("info"))
      #expect(await bench.lines.next() == log("info"))
      bench["one"].answer(second, #"{"content":[]}"#)
      _ = await bench.lines.next()
      for level in ["info", "critical"] { bench["one"].send(log(level)) }
      #expect(await bench.lines.next() == log("critical"), "the one that wanted more is over")
      bench["one"].answer(first, #"{"content":[]}"#)
      _ = await bench.lines.next()
      bench["one"].send(log("emergency"))
      #expect(await bench.ask(Modern.request("9", "server/discover")).contains(#""id":9"#))
      await bench.close()
    }
  }

  @Test func theSubjectsOfAListenAreFoundByWhatTheirServersCallThem() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      let lanes = ["one", "two"].map { name in bench.manager.servers.first { $0.name == name }!.lanes[0] }
      var subjects = ListenSubjects()
      for (name, lane, original) in [
        ("x:a", 0, "x:a"), ("x:a/b/", 0, "x:a/b/"), ("two+x:a", 1, "x:a"), ("X:a", 0, "x:a"), ("x:a/b/c", 0, "x:a/b/c"),
      ] {
        subjects.add(ClientListen.Subject(name, at: lanes[lane], original: original))
      }
      #expect(subjects.covering("x:a", at: lanes[0]) == nil, "nothing is honoured yet")
      for name in ["x:a", "x:a/b/", "two+x:a"] { subjects.honour(name) }
      #expect(subjects.covering("x:a", at: lanes[0])?.name == "x:a")
      #expect(subjects.covering("x:a", at: lanes[1])?.name == "two+x:a")
      #expect(subjects.covering("x:a?q", at: lanes[0])?.name == "x:a")
      #expect(subjects.covering("x:a/b/c", at: lanes[0])?.name == "x:a/b/", "the nearest that is honoured")
      #expect(subjects.covering("x:ab", at: lanes[0]) == nil)
      #expect(subjects.called("x:a", at: lanes[0]).map(\.name).sorted() == ["X:a", "x:a"])
      subjects.remove("x:a")
      #expect(subjects.covering("x:a", at: lanes[0]) == nil && subjects["x:a"] == nil)
      #expect(subjects.all.count == 4)
      await bench.close()
    }
  }
}
