import EventLoop
import MCP
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct AuditTests {
  @Test(arguments: [false, true]) func everyCallIsTold(_ keepsArguments: Bool) async {
    await onLoop {
      var records: [AuditRecord] = []
      let bench = Bench(audit: CallAudit(keepsArguments: keepsArguments) { records.append($0) })
      _ = await bench.open()
      let arguments = #"{"a": 1.0, "b":"ä"}"#
      bench.tell(
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo","arguments":\#(arguments)}}"#)
      _ = await bench["one"].received.next()
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,"result":{"isError":true,"content":[]}}"#)
      _ = await bench.lines.next()
      bench.tell(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"one__echo"}}"#)
      _ = await bench["one"].received.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
      // A request that is for no server is no call.
      _ = await bench.ask(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)
      #expect(records.map(\.outcome) == [.toolError, .cancelled])
      #expect(records.allSatisfy { $0.server == "one" && $0.tool == "echo" && $0.milliseconds == 0 })
      #expect(records.allSatisfy { $0.session == 1 && $0.client != nil && $0.method == .toolsCall })
      #expect(records.map(\.arguments) == [keepsArguments ? arguments : nil, nil])
      await bench.close()
    }
  }
}
