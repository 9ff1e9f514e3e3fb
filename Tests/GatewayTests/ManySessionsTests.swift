import EventLoop
import Gateway
import JSONRPC
import MCP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ManySessionsTests {
  @Test func aHundredSessionsWithTheSameIDsGetTheirOwnAnswers() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      var clients: [LocalClient] = []
      for _ in 0..<100 {
        let client = LocalClient(manager: bench.manager)
        await client.open()
        clients.append(client)
      }
      // Servers answer out of order: each keeps ten calls back and answers them in reverse.
      for name in ["one", "two"] {
        Task { @GatewayActor in
          var kept: [String] = []
          while true {
            kept.append(await bench[name].received.next())
            guard kept.count == 10 else { continue }
            for line in kept.reversed() { bench[name].send(Self.echo(line)) }
            kept = []
          }
        }
      }
      var mistakes = 0
      await withTaskGroup(of: Int.self) { group in
        for (number, client) in clients.enumerated() {
          group.addTask { await Self.talk(client, number) }
        }
        for await count in group { mistakes += count }
      }
      #expect(mistakes == 0)
      for client in clients { client.session.close() }
      await bench.close()
    }
  }

  /// Makes twenty calls at once and returns how many answers were not the caller's own.
  @GatewayActor
  private static func talk(_ client: LocalClient, _ number: Int) async -> Int {
    await withTaskGroup(of: Int.self) { group in
      for call in 0..<20 {
        group.addTask { await Self.call(client, "\(number).\(call)", on: call % 2 == 0 ? "one" : "two") }
      }
      var mistakes = 0
      for await count in group { mistakes += count }
      return mistakes
    }
  }

  @GatewayActor
  private static func call(_ client: LocalClient, _ word: String, on server: String) async -> Int {
    let answer = await client.client.request(
      .toolsCall, params: "{\"name\":\"\(server)__echo\",\"arguments\":{\"word\":\"\(word)\"}}")
    return answer?.string("word", in: .result) == word ? 0 : 1
  }

  private static func echo(_ line: String) -> String {
    guard case .success(let frame) = Array(line.utf8).withUnsafeBytes({ Frame.parse($0) }),
      let id = frame.raw("id"), let arguments = frame.raw("arguments", in: .params)
    else { return "" }
    return "{\"jsonrpc\":\"2.0\",\"id\":\(String(decoding: id, as: UTF8.self)),"
      + "\"result\":\(String(decoding: arguments, as: UTF8.self))}"
  }
}
