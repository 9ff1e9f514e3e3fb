import EventLoop
import TestSupport
import Testing

/// Lists that hang, fail, change, or change without a word.
@Suite(.timeLimit(.minutes(1))) struct ListReadingStories {
  private static let list = #"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#

  private static var longList: String {
    var tools: [String] = []
    for number in 0..<5_000 { tools.append(#"{"name":"t\#(number)","inputSchema":{"type":"object"}}"#) }
    return "{\"tools\":[" + tools.joined(separator: ",") + "]}"
  }

  @Test func aListThatFailedIsAskedForAgain() async {
    await onLoop {
      let bench = Bench()
      bench["one"].unanswered = ["tools/list"]
      let opening = Task { @GatewayActor in await bench.open() }
      let first = await bench["one"].received.next { $0.contains("tools/list") }
      bench["one"].refuse(first, #"{"code":-32603,"message":"not yet"}"#)
      _ = await opening.value
      #expect(!(await bench.ask(Self.list)).contains("one__echo"))
      bench["one"].unanswered = []
      await bench.clock.whenWaiting(for: 1_000)
      bench.clock.advance(by: 1_000)
      #expect(await bench.announced().contains("notifications/tools/list_changed"))
      #expect(await bench.ask(Self.list).contains("one__echo"))
      await bench.close()
    }
  }

  @Test func fromTheMomentAChangeIsAnnouncedNobodyIsServedTheOldList() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench["one"].unanswered = ["tools/list"]
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      bench.tell(Self.list)
      let reading = await bench["one"].received.next { $0.contains("tools/list") }
      bench["one"].answer(reading, #"{"tools":[{"name":"new","inputSchema":{"type":"object"}}]}"#)
      let answer = await bench.lines.next { $0.contains(#""id":"l""#) }
      #expect(answer.contains("one__new") && !answer.contains("one__echo"))
      #expect(bench["one"].all.count { $0.contains("prompts/list") } == 1, "only what changed is read")
      await bench.close()
    }
  }

  @Test func aChangeThatIsAnnouncedWhileTheServerIsOpenedIsReadWhenItIsReady() async {
    await onLoop {
      let bench = Bench()
      bench["one"].unanswered = ["prompts/list"]
      let opening = Task { @GatewayActor in await bench.open() }
      let prompts = await bench["one"].received.next { $0.contains("prompts/list") }
      bench["one"].tools = ["fresh"]
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      await turns(4)
      bench["one"].answer(prompts, #"{"prompts":[]}"#)
      _ = await opening.value
      await turns(4)
      #expect(await bench.ask(Self.list).contains("one__fresh"))
      await bench.close()
    }
  }

  @Test func whatWaitsForANameIsSentOnceThoughItsTimeEndsWhileListsAreMerged() async {
    await onLoop {
      let bench = Bench()
      bench["one"].unanswered = ["tools/list"]
      bench.startServers()
      bench.tell(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
      let reading = await bench["one"].received.next { $0.contains("tools/list") }
      await bench.clock.whenWaiting(for: 1_000)
      bench.clock.advance(by: 1_000)
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__t4999"}}"#)
      bench["one"].answer(reading, Self.longList)
      // Read in some turns, then merged in some: the time is over in the middle of that.
      for _ in 0..<8 { await turns(1) }
      bench.clock.advance(by: 10_000)
      let call = await bench["one"].received.next { $0.contains("tools/call") }
      await turns(30)
      let calls = bench["one"].all.filter { $0.contains("tools/call") }
      #expect(calls.count == 1)
      bench["one"].answer(call)
      #expect(await bench.lines.next { $0.contains(#""id":1"#) }.contains("result"))
      await bench.close()
    }
  }

  @Test func aListThatIsNotOfferedAnyMoreAfterARestartIsGone() async {
    await onLoop {
      let bench = Bench()
      bench["one"].capabilities = #"{"tools":{},"prompts":{}}"#
      bench["one"].prompts = ["p"]
      _ = await bench.open()
      let prompts = #"{"jsonrpc":"2.0","id":"p","method":"prompts/list"}"#
      #expect(await bench.ask(prompts).contains("one__p"))
      bench["one"].capabilities = #"{"tools":{}}"#
      bench["one"].die()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#)
      bench["one"].answer(await bench["one"].received.next { $0.contains("tools/call") })
      _ = await bench.lines.next { $0.contains(#""id":1"#) }
      bench.tell(prompts)
      #expect(!(await bench.lines.next { $0.contains(#""id":"p""#) }.contains("one__p")))
      await bench.close()
    }
  }

  @Test func aServerThatDoesNotAnswerForItsChangeHoldsAListUpForTwoSeconds() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench["one"].unanswered = ["tools/list"]
      bench["one"].send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      bench.tell(Self.list)
      await bench.clock.whenWaiting(for: 2_000)
      bench.clock.advance(by: 2_000)
      #expect(await bench.lines.next { $0.contains(#""id":"l""#) }.contains("one__echo"))
      await bench.close()
    }
  }

  @Test func aListThatChangesWithoutAWordIsReadAgainWhenAClientAsks() async {
    await onLoop {
      let bench = Bench()
      bench["one"].capabilities = #"{"tools":{}}"#
      _ = await bench.open()
      bench["one"].tools = ["echo", "silent"]
      #expect(!(await bench.ask(Self.list)).contains("silent"), "it was read less than a second ago")
      bench.clock.advance(by: 1_000)
      #expect(await bench.ask(Self.list).contains("one__silent"), "who answers fast is waited for")
      await bench.close()
    }
  }

  @Test func aNameThatNoListHoldsGoesToTheServerUnderWhosePrefixItStands() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"two__hidden","arguments":null}}"#)
      #expect(await bench["two"].received.next().contains(#""name":"hidden""#))
      let unknown = await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"three__x"}}"#)
      #expect(unknown.contains("-32602"))
      bench["one"].die()
      await bench.close()
    }
  }

  @Test func aMethodOfSomebodysOwnGoesToTheOneServerThatItCanMean() async {
    await onLoop {
      let request = #"{"jsonrpc":"2.0","id":1,"method":"vendor/jump","params":{"x":1.0}}"#
      let notice = #"{"jsonrpc":"2.0","method":"vendor/landed"}"#
      let one = Bench()
      _ = await one.open()
      one.tell(request)
      let asked = await one["one"].received.next()
      #expect(asked.contains(#""method":"vendor/jump","params":{"x":1.0}}"#))
      one["one"].answer(asked, #"{"high":true}"#)
      #expect(await one.lines.next() == #"{"jsonrpc":"2.0","id":1,"result":{"high":true}}"#)
      one.tell(notice)
      #expect(await one["one"].received.next() == notice)
      await one.close()
      let two = Bench(servers: ["one", "two"])
      _ = await two.open()
      #expect(await two.ask(request).contains(#""code":-32601,"message":"There is no method vendor/jump."#))
      await two.close()
    }
  }

  @Test func aClientThatHasNotAskedForAListIsToldOnceThatItChanged() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      let changed = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
      bench["one"].tools = ["new"]
      bench["one"].send(changed)
      #expect(await bench.announced() == changed)
      bench["one"].tools = ["newer"]
      bench["one"].send(changed)
      for _ in 0..<5 {
        await turns(8)
        bench.clock.advance(by: 50)
      }
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#).contains(#""id":2"#))
      _ = await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
      bench["one"].tools = ["newest"]
      bench["one"].send(changed)
      #expect(await bench.announced() == changed)
      await bench.close()
    }
  }

  @Test func whatAFilterHidesIsNeitherListedNorCalledUnderAnyName() async {
    await onLoop {
      let bench = Bench(entry: "{}", members: #""disabledTools":["secret*"]"#)
      bench["one"].tools = ["echo", "secret_one"]
      _ = await bench.open()
      let list = await bench.ask(Self.list)
      #expect(list.contains("one__echo") && !list.contains("secret"))
      for name in ["one__secret_one", "one__secret_two"] {
        let refused = await bench.ask(
          #"{"jsonrpc":"2.0","id":"\#(name)","method":"tools/call","params":{"name":"\#(name)"}}"#)
        #expect(refused.contains("-32602"), "\(refused)")
      }
      #expect(!bench["one"].all.contains { $0.contains("secret") })
      await bench.close()
    }
  }

  @Test func aFirstListIsNeverEmptyOfEverything() async {
    await onLoop {
      let bench = Bench(servers: [])
      _ = await bench.open()
      #expect(await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#).contains("junction://status"))
      let status = await bench.ask(
        #"{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"junction://status"}}"#)
      #expect(status.contains("No servers are configured in /servers.json."))
      await bench.close()
    }
  }
}
