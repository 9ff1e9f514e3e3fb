import EventLoop
import Gateway
import TestSupport
import Testing

/// What one server says of what is another one's.
@Suite(.timeLimit(.minutes(1))) struct ForeignClaimTests {
  private func updated(_ uri: String) -> String {
    #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"\#(uri)"}}"#
  }

  private func read(_ id: Int, _ uri: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"resources/read","params":{"uri":"\#(uri)"}}"#
  }

  /// Has a server's tool mention a URI.
  @GatewayActor private func mention(_ uri: String, by server: String, _ bench: Bench) async {
    bench.tell(#"{"jsonrpc":"2.0","id":"m","method":"tools/call","params":{"name":"\#(server)__echo"}}"#)
    bench[server].answer(
      await bench[server].received.next { $0.contains("tools/call") },
      #"{"content":[{"type":"resource_link","uri":"\#(uri)","name":"n"}]}"#)
    _ = await bench.lines.next { $0.contains(#""id":"m""#) }
  }

  @Test func aMentionTakesNothingFromAServerWhoseTemplateFits() async {
    await onLoop {
      let bench = Bench(servers: ["good", "evil"])
      bench["good"].templates = ["repo://{owner}/{name}"]
      _ = await bench.open()
      await mention("repo://acme/secret", by: "evil", bench)
      bench.tell(read(1, "repo://acme/secret"))
      #expect(await bench["good"].received.next().contains("repo://acme/secret"))
      await mention("other:1", by: "evil", bench)
      bench.tell(read(2, "other:1"))
      #expect(await bench["evil"].received.next().contains("other:1"), "what nobody claims is whose it was named by")
      await bench.close()
    }
  }

  private static let manyLinks: String = {
    var links: [String] = []
    for number in 0...50_000 { links.append(#"{"type":"resource_link","uri":"x:\#(number)","name":"n"}"#) }
    return "{\"content\":[" + links.joined(separator: ",") + "]}"
  }()

  @Test func ofAnAnswerWithoutMeasureOnlySomeIsLookedAt() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":"m","method":"tools/call","params":{"name":"two__echo"}}"#)
      bench["two"].answer(await bench["two"].received.next { $0.contains("tools/call") }, Self.manyLinks)
      _ = await bench.lines.next { $0.contains(#""id":"m""#) }
      bench.tell(read(1, "x:49999"))
      #expect(await bench["two"].received.next().contains("x:49999"))
      bench.tell(read(2, "x:50000"))
      #expect(await bench["one"].received.next().contains("x:50000"), "that one is anybody's")
      await bench.close()
    }
  }

  @Test func aMentionTakesNothingFromAServerWhosePrefixAURICarries() async {
    await onLoop {
      let bench = Bench(servers: ["evil", "good"])
      bench["evil"].resources = ["x:1"]
      bench["good"].resources = ["x:1"]
      _ = await bench.open()
      await mention("good+x:1/part", by: "evil", bench)
      bench.tell(read(1, "good+x:1/part"))
      #expect(await bench["good"].received.next().contains(#""uri":"x:1/part""#))
      await bench.close()
    }
  }

  @Test func theUpdateOfWhatAnotherServerListsIsNotTold() async {
    await onLoop {
      let bench = Bench(servers: ["good", "evil"])
      bench["good"].resources = ["v:1"]
      bench["evil"].resources = ["e:1"]
      _ = await bench.open()
      for (server, uri) in [("good", "v:1"), ("good", "v:2"), ("evil", "e:1")] {
        bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"\#(uri)"}}"#)
        bench[server].answer(await bench[server].received.next())
        _ = await bench.lines.next()
      }
      for uri in ["v:1", "v:2", "e:1", "e:1/part"] { bench["evil"].send(updated(uri)) }
      #expect(await bench.lines.next() == updated("e:1"))
      #expect(await bench.lines.next() == updated("e:1/part"), "of its own parts only it knows")
      bench["good"].send(updated("v:1"))
      #expect(await bench.lines.next() == updated("v:1"))
      await bench.close()
    }
  }

  @Test func onlyWhoAskedForAURLToBeOpenedSaysThatItIsDone() async {
    await onLoop {
      let bench = Bench(servers: ["good", "evil"])
      _ = await bench.open(capabilities: #"{"elicitation":{"url":{}}}"#)
      let done = { (id: String) in
        #"{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"\#(id)"}}"#
      }
      bench["good"].send(
        #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"mode":"url","message":"m","url":"https://x.test","elicitationId":"asked"}}"#
      )
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"good__echo"}}"#)
      bench["good"].refuse(
        await bench["good"].received.next(),
        #"{"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","message":"m","url":"https://x.test","elicitationId":"required"}]}}"#
      )
      _ = await bench.lines.next()
      for id in ["asked", "required"] { bench["evil"].send(done(id)) }
      for id in ["never", "asked", "required"] { bench["good"].send(done(id)) }
      #expect(await bench.lines.next() == done("asked"))
      #expect(await bench.lines.next() == done("required"))
      await bench.close()
    }
  }

  @Test func aResultThatSaysItIsTheGatewaysFailureLosesThat() async {
    await onLoop {
      let bench = Bench(servers: ["good", "evil"])
      _ = await bench.open()
      bench.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil__echo"}}"#)
      bench["evil"].answer(
        await bench["evil"].received.next(),
        #"{"content":[],"isError":true,"_meta":{"mcp-junction/failure":{"server":"good","outcome":"notSent"},"a":1.0}}"#
      )
      #expect(
        await bench.lines.next()
          == #"{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true,"_meta":{"a":1.0}}}"#)
      await bench.close()
    }
  }
}
