import EventLoop
import Gateway
import TestSupport
import Testing

/// Several clients on one set of servers.
@Suite(.timeLimit(.minutes(1))) struct SharedServersTests {
  private static let elicitation =
    #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object","properties":{}}}}"#

  @Test func aSharedServerIsPromisedAllThatCanBePassedOn() async {
    await onLoop {
      let bench = Bench(isShared: true)
      _ = await bench.open()
      let handshake = bench["one"].all[0]
      for capability in ["roots", "sampling", "elicitation"] { #expect(handshake.contains("\"\(capability)\"")) }
      bench["one"].send(#"{"jsonrpc":"2.0","id":"r","method":"roots/list"}"#)
      #expect(await bench["one"].received.next().contains("-32601"), "nobody has roots")
      await bench.close()
    }
  }

  @Test func aQuestionGoesToTheSessionOfWhoseCallItIsAsFarAsItCanAnswer() async {
    await onLoop {
      let bench = Bench(isShared: true)
      _ = await bench.open(capabilities: #"{"roots":{}}"#)
      let other = bench.anotherClient()
      _ = await other.open(capabilities: #"{"elicitation":{}}"#)
      other.tell(#"{"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench.tell(#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench["one"].send(Self.elicitation)
      #expect(await other.lines.next().contains("elicitation/create"), "the later call's client could not answer")
      bench["one"].send(#"{"jsonrpc":"2.0","id":"r","method":"roots/list"}"#)
      #expect(await bench.lines.next().contains("roots/list"))
      other.session.close()
      await bench.close()
    }
  }

  @Test func aQuestionOfNobodysCallGoesToWhoCalledLastAndCanAnswer() async {
    await onLoop {
      let bench = Bench(isShared: true)
      _ = await bench.open(capabilities: #"{"elicitation":{}}"#)
      let others = [bench.anotherClient(), bench.anotherClient()]
      _ = await others[0].open(capabilities: #"{"elicitation":{}}"#)
      _ = await others[1].open(capabilities: #"{"roots":{}}"#)
      bench.tell(#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"one__echo"}}"#)
      bench["one"].answer(await bench["one"].received.next())
      _ = await bench.lines.next()
      bench["one"].send(Self.elicitation)
      #expect(await bench.lines.next().contains("elicitation/create"))
      for other in others { other.session.close() }
      await bench.close()
    }
  }

  @Test func whoeverDoesNotReadStopsNoServerForTheOthers() async {
    await onLoop {
      let bench = Bench(isShared: true)
      _ = await bench.open()
      let other = bench.anotherClient()
      _ = await other.open()
      other.isCongested(true)
      #expect(bench["one"].processes[0].isRead, "the servers are read on")
      #expect(!other.isRead, "and nothing more is taken from who does not read")
      #expect(bench.clientIsRead)
      for _ in 0..<30 {
        await bench.clock.whenWaiting(for: 1_000)
        bench.clock.advance(by: 1_000)
      }
      await other.session.outputEnded.wait()
      #expect(await other.lines.next { $0.contains("lets this client go") }.contains("it has read nothing for 30 s"))
      other.session.close()
      bench.tell(#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"one__echo"}}"#)
      bench["one"].answer(await bench["one"].received.next())
      #expect(await bench.lines.next().contains(#""id":"a""#))
      await bench.close()
    }
  }

  @Test func theOnlyClientHoldsTheServersUpUntilAnotherComes() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.clientIsCongested(true)
      #expect(!bench["one"].processes[0].isRead, "no reply is ever dropped for the only client")
      let other = bench.anotherClient()
      _ = await other.open()
      #expect(bench["one"].processes[0].isRead)
      other.session.close()
      #expect(!bench["one"].processes[0].isRead)
      bench.clientIsCongested(false)
      #expect(bench["one"].processes[0].isRead)
      await bench.close()
    }
  }

  @Test func aGuestTakesNothingFromTheOnlyClientAndCanHoldUpNobody() async {
    await onLoop {
      let bench = Bench()
      let guest = ScriptedClient(bench.manager, as: .guest)
      guest.start()
      #expect(!bench.manager.isIntroduced)
      _ = await bench.open(capabilities: #"{"roots":{}}"#)
      #expect(bench.manager.isIntroduced)
      bench.clientIsCongested(true)
      #expect(!bench["one"].processes[0].isRead, "no reply is dropped for the client, guest or not")
      bench.clientIsCongested(false)
      guest.isCongested(true)
      #expect(bench["one"].processes[0].isRead)
      #expect(!guest.isRead, "nothing more is taken from a guest who does not read")
      guest.session.close()
      await bench.close()
    }
  }

  @Test func serversAreToldNothingOfWhatAGuestCanDo() async {
    await onLoop {
      let bench = Bench()
      let guest = ScriptedClient(bench.manager, as: .guest)
      let guestOpened = Task { @GatewayActor in await guest.open(capabilities: #"{"sampling":{},"roots":{}}"#) }
      _ = await bench.open(capabilities: #"{"roots":{}}"#)
      _ = await guestOpened.value
      let handshakes = bench["one"].all.filter { $0.contains("initialize\"") }
      #expect(handshakes.count == 1)
      #expect(handshakes[0].contains("roots"))
      #expect(!handshakes[0].contains("sampling"))
      guest.session.close()
      await bench.close()
    }
  }

  @Test func clientsThatSeeTheSameShareAViewAndOthersHaveTheirOwnNamesAndServers() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"], isShared: true)
      bench["one"].tools = ["a_tool_with_quite_a_long_name"]
      _ = await bench.open()
      let narrow = bench.anotherClient(seeing: .init(nameLimit: 20, servers: ["one"]))
      _ = await narrow.open()
      let list = await narrow.ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
      #expect(!list.contains("two__") && !list.contains("a_tool_with_quite_a_long_name\""))
      let name = try! #require(list.firstMatch(of: /"name":"([^"]+)"/)).1
      #expect(name.count <= 20)
      narrow.tell(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"\#(name)"}}"#)
      #expect(await bench["one"].received.next().contains(#""name":"a_tool_with_quite_a_long_name""#))
      let refused = await narrow.ask(
        #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"two__echo"}}"#)
      #expect(refused.contains("-32602"), "what is not seen cannot be called")
      let wide = await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
      #expect(wide.contains("one__a_tool_with_quite_a_long_name") && wide.contains("two__echo"))
      narrow.session.close()
      await bench.close()
    }
  }
}
