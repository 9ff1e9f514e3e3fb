import EventLoop
import Gateway
import TestSupport
import Testing

/// What is one client's is no other's, though they share servers.
@Suite(.timeLimit(.minutes(1))) struct ApartTests {
  private static let elicitation =
    #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object","properties":{}}}}"#

  @Test func aListenIsAtTheProcessesOfItsOwnSession() async {
    await onLoop {
      let bench = Bench(entry: #"{"shared":false}"#, isShared: true)
      bench["one"].eras = .modern
      bench["one"].resources = ["one:1"]
      _ = await bench.openModern()
      let other = bench.anotherClient()
      _ = await other.discover()
      other.tell(Modern.call("1"))
      bench["one"].answer(await bench["one"].received.next(), #"{"resultType":"complete","content":[]}"#)
      _ = await other.lines.next()
      other.tell(
        Modern.request("\"l\"", "subscriptions/listen", #""notifications":{"resourceSubscriptions":["one:1"]}"#))
      #expect(await other.lines.next().contains(#""resourceSubscriptions":["one:1"]"#))
      let told = bench["one"].lines.map { $0.contains { $0.contains(#""resourceSubscriptions":["one:1"]"#) } }
      #expect(told == [false, true])
      other.session.close()
      await bench.close()
    }
  }

  @Test func aListThatDiesWithOneSessionsProcessIsReadOfAnothers() async {
    await onLoop {
      let bench = Bench(entry: #"{"shared":false}"#, isShared: true)
      _ = await bench.open()
      let other = bench.anotherClient()
      _ = await other.open()
      other.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      bench["one"].answer(await bench["one"].received.next())
      _ = await other.lines.next()
      bench["one"].unanswered = ["tools/list"]
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#, from: 0)
      _ = await bench["one"].received.next { $0.contains("tools/list") }
      bench["one"].unanswered = []
      bench["one"].tools = ["fresh"]
      bench.session.close()
      await turns(8)
      bench.clock.advance(by: 1_000)
      await turns(8)
      let list = await other.ask(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
      #expect(list.contains("one__fresh"))
      other.session.close()
      await bench.close()
    }
  }

  @Test func whatIsAskedForACallIsNotPutToThoseWhoMadeNone() async {
    await onLoop {
      let bench = Bench(isShared: true)
      _ = await bench.open(capabilities: #"{"elicitation":{},"roots":{}}"#)
      let other = bench.anotherClient()
      _ = await other.discover()
      other.tell(Modern.call("1"))
      let call = await bench["one"].received.next()
      bench["one"].send(Self.elicitation)
      let refusal = await bench["one"].received.next()
      #expect(refusal.contains(#""id":"q","error""#), "the client of the call cannot be asked")
      bench["one"].send(#"{"jsonrpc":"2.0","id":"r","method":"roots/list"}"#)
      #expect(await bench.lines.next().contains("roots/list"), "those a server asks for at any time")
      bench["one"].answer(call)
      other.session.close()
      await bench.close()
    }
  }

  @Test func aClientHearsNothingOfServersThatItDoesNotSee() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"], isShared: true)
      bench["two"].instructions = "the second one's"
      for name in ["one", "two"] {
        bench[name].capabilities = #"{"tools":{},"logging":{},"resources":{}}"#
      }
      #expect(await bench.open().contains("the second one's"))
      let narrow = bench.anotherClient(seeing: .init(nameLimit: 48, servers: ["one"]))
      #expect(!(await narrow.open()).contains("the second one's"))
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"two__echo"}}"#)
      bench["two"].answer(
        await bench["two"].received.next(),
        #"{"content":[{"type":"resource_link","uri":"x:1","name":"n"}]}"#)
      _ = await bench.lines.next()
      bench["two"].send(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}}"#)
      #expect(await bench.lines.next().contains("notifications/message"))
      narrow.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:1"}}"#)
      bench["one"].refuse(await bench["one"].received.next(), #"{"code":-32002,"message":"none"}"#)
      #expect(await narrow.lines.next().contains("-32002"), "neither the message nor the mention")
      narrow.session.close()
      await bench.close()
    }
  }
}
