import EventLoop
import Gateway
import TestSupport
import Testing

/// Tasks of 2025-11-25: whose they are, and where their ids stand.
@Suite(.timeLimit(.minutes(1))) struct TaskTests {
  private static let offer = #"{"tools":{},"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}}"#

  @GatewayActor private func opened() async -> Bench {
    let bench = Bench()
    bench["one"].capabilities = Self.offer
    _ = await bench.open()
    return bench
  }

  /// Has a client call a tool as a task, to which the server gives an id.
  @GatewayActor private func make(_ bench: Bench, _ client: ScriptedClient, _ task: String) async -> String {
    client.tell(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo","task":{}}}"#)
    bench["one"].answer(
      await bench["one"].received.next(), #"{"task":{"taskId":"\#(task)","status":"working"}}"#)
    return await client.lines.next()
  }

  @Test func aTasksStatusAndItsPlaceInTheListAreForWhoMadeIt() async {
    await onLoop {
      let bench = await opened()
      let clients = [ScriptedClient(bench.manager), ScriptedClient(bench.manager)]
      for (number, client) in clients.enumerated() {
        _ = await client.open()
        #expect(await make(bench, client, "t\(number)").contains(#""taskId":"one:t\#(number)""#))
      }
      bench["one"].send(
        #"{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"completed"}}"#)
      #expect(
        await clients[1].lines.next()
          == #"{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"one:t1","status":"completed"}}"#
      )
      for (number, client) in clients.enumerated() {
        client.tell(#"{"jsonrpc":"2.0","id":2,"method":"tasks/list"}"#)
        bench["one"].answer(await bench["one"].received.next(), #"{"tasks":[{"taskId":"t0"},{"taskId":"t1"}]}"#)
        #expect(
          await client.lines.next()
            == #"{"jsonrpc":"2.0","id":2,"result":{"tasks":[{"taskId":"one:t\#(number)"}]}}"#)
      }
      await bench.close()
    }
  }

  @Test func aTaskThatASessionWasShownIsItsOwnFromThenOn() async {
    await onLoop {
      let bench = await opened()
      let client = ScriptedClient(bench.manager)
      _ = await client.open()
      client.tell(#"{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"one:old"}}"#)
      bench["one"].answer(await bench["one"].received.next(), #"{"taskId":"old","status":"working"}"#)
      #expect(await client.lines.next().contains(#""taskId":"one:old""#))
      bench["one"].send(
        #"{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"old","status":"completed"}}"#)
      #expect(await client.lines.next().contains("tasks/status"))
      await bench.close()
    }
  }

  @Test func aQuestionForATaskGoesToWhoMadeIt() async {
    await onLoop {
      let bench = await opened()
      let clients = [ScriptedClient(bench.manager), ScriptedClient(bench.manager)]
      for (number, client) in clients.enumerated() {
        _ = await client.open(capabilities: #"{"elicitation":{}}"#)
        _ = await make(bench, client, "t\(number)")
      }
      bench["one"].send(
        #"{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"message":"m","requestedSchema":{},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t0"}}}}"#
      )
      #expect(await clients[0].lines.next().contains(#"related-task":{"taskId":"one:t0"}"#))
      await bench.close()
    }
  }

  @Test func whatLooksLikeATaskIDElsewhereStaysAsItIs() async {
    await onLoop {
      let bench = await opened()
      _ = await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}"#)
      let log =
        #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","taskId":"t","task":{"taskId":"t"},"data":{"taskId":"t"}}}"#
      bench["one"].send(log)
      #expect(await bench.lines.next() == log)
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"tasks/result","params":{"taskId":"one:t"}}"#)
      bench["one"].answer(
        await bench["one"].received.next(),
        #"{"content":[],"taskId":"t","task":{"taskId":"t"},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"}}}"#
      )
      #expect(
        await bench.lines.next()
          == #"{"jsonrpc":"2.0","id":2,"result":{"content":[],"taskId":"t","task":{"taskId":"t"},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"one:t"}}}}"#
      )
      await bench.close()
    }
  }

  /// Calls a tool that runs as a task only, as a client does that knows no tasks.
  @GatewayActor private func callRequired(_ bench: Bench) async -> String {
    bench["one"].capabilities = Self.offer
    bench["one"].execution = #"{"taskSupport":"required"}"#
    _ = await bench.open(capabilities: #"{"elicitation":{}}"#, revision: "2025-06-18")
    bench.tell(
      #"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"one__echo","_meta":{"progressToken":"p"}}}"#)
    let call = await bench["one"].received.next()
    #expect(call.contains(#""params":{"task":{},"name":"echo""#))
    bench["one"].answer(call, #"{"task":{"taskId":"t","status":"working"}}"#)
    return await bench["one"].received.next()
  }

  @Test func aToolThatRunsAsATaskOnlyAnswersAClientThatKnowsNone() async {
    await onLoop {
      let bench = Bench()
      let wait = await callRequired(bench)
      #expect(wait.contains(#""method":"tasks/result","params":{"taskId":"t"}"#))
      bench["one"].send(
        #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":3,"progress":1}}"#)
      #expect(await bench.lines.next().contains(#""progressToken":"p""#))
      bench["one"].send(
        #"{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"message":"m","requestedSchema":{},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"}}}}"#
      )
      #expect(await bench.lines.next().contains("elicitation/create"))
      bench["one"].answer(wait, #"{"content":[{"type":"text","text":"done"}]}"#)
      #expect(
        await bench.lines.next() == #"{"jsonrpc":"2.0","id":"c","result":{"content":[{"type":"text","text":"done"}]}}"#)
      await bench.close()
    }
  }

  @Test func aClientThatTakesSuchACallBackEndsTheTask() async {
    await onLoop {
      let bench = Bench()
      _ = await callRequired(bench)
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}"#)
      #expect(await bench["one"].received.next().contains("notifications/cancelled"))
      #expect(await bench["one"].received.next().contains(#""method":"tasks/cancel","params":{"taskId":"t"}"#))
      await bench.close()
    }
  }

  @Test func aRefusalOfSuchACallIsItsAnswer() async {
    await onLoop {
      let bench = Bench()
      let wait = await callRequired(bench)
      bench["one"].refuse(wait, #"{"code":-32603,"message":"it failed"}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":"c","error":{"code":-32603,"message":"it failed"}}"#)
      await bench.close()
    }
  }
}
