import EventLoop
import Gateway
import JSONRPC
import TestSupport
import Testing

/// The few tools that stand in the place of all for clients that cannot search, and what they refuse.
@Suite(.timeLimit(.minutes(1))) struct FaceTests {
  private static let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#

  private func call(_ tool: String, _ arguments: String, id: String = "7") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"_meta":{"progressToken":1},"name":"\#(tool)","arguments":\#(arguments)}}"#
  }

  @GatewayActor
  private func bench() -> Bench {
    let bench = Bench(servers: ["docs", "files"], junction: #"{"face":"search"}"#)
    bench["docs"].tools = ["find_page", "count_words"]
    bench["docs"].annotations = #"{"readOnlyHint":true}"#
    bench["docs"].instructions = "Pages of the handbook.\nAnd more."
    bench["files"].tools = ["erase_file"]
    return bench
  }

  @Test func theListHoldsTheGatewaysOwnToolsWithHonestHints() async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      let list = await bench.ask(Self.list)
      for (name, isReadOnly) in [
        ("search_tools", true), ("describe_tool", true), ("call_read_tool", true), ("call_write_tool", false),
      ] {
        let tool = list.split(separator: #"{"name":""#).first { $0.hasPrefix("\(name)\",") } ?? ""
        #expect(
          tool.contains(#""annotations":{"readOnlyHint":\#(isReadOnly),"destructiveHint":\#(!isReadOnly),"#), "\(name)")
      }
      #expect(!list.contains("docs__"))
      await bench.close()
    }
  }

  @Test func aSearchTellsServerCategorySchemaAndWhatToCallWith() async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      let answer = await bench.ask(call("search_tools", #"{"query":"find pages in the handbook","limit":1}"#))
      let text = answer.replacing(#"\""#, with: "\"")
      #expect(
        text.contains(#""name":"docs__find_page","server":"docs","category":"Pages of the handbook.""#), "\(answer)")
      #expect(text.contains(#""callWith":"call_read_tool""#) && text.contains(#""inputSchema":{"type":"object"}"#))
      #expect(!text.contains("erase_file"))
      await bench.close()
    }
  }

  @Test func aCallGoesToItsToolWithTheBytesOfItsArguments() async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      bench.tell(call("call_write_tool", #"{"arguments": {"n":1.0,"n":1e400} ,"name":"files__erase_file"}"#))
      let request = await bench["files"].received.next()
      #expect(request.contains(#""name":"erase_file","arguments":{"n":1.0,"n":1e400}}"#), "\(request)")
      bench["files"].answer(request, #"{"content":[]}"#)
      #expect(await bench.lines.next() == #"{"jsonrpc":"2.0","id":7,"result":{"content":[]}}"#)
      bench.tell(call("call_read_tool", #"{"name":"docs__find_page"}"#))
      #expect(await bench["docs"].received.next().contains(#""name":"find_page","arguments":{}}"#))
      await bench.close()
    }
  }

  @Test(arguments: [
    ("call_read_tool", "files__erase_file", "call_write_tool"),
    ("call_write_tool", "docs__find_page", "call_read_tool"),
  ]) func aToolOfTheOtherClassIsRefused(_ wrong: String, _ tool: String, _ right: String) async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      let answer = await bench.ask(call(wrong, #"{"name":"\#(tool)","arguments":{}}"#))
      #expect(answer.contains(#""isError":true"#) && answer.contains("call it with \(right)"))
      #expect(!(bench["files"].all + bench["docs"].all).contains { $0.contains("tools/call") })
      await bench.close()
    }
  }

  @Test(arguments: [
    ("files__erase_file", "{}"), ("call_write_tool", #"{"name":"files__nothing"}"#),
    ("call_write_tool", #"{"name":"call_write_tool","arguments":{"name":"files__erase_file"}}"#),
    ("describe_tool", #"{"name":"files__nothing"}"#),
  ]) func whatIsNotFoundIsNotCalled(_ tool: String, _ arguments: String) async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      #expect(await bench.ask(call(tool, arguments)).contains("-32602"))
      await bench.close()
    }
  }

  @Test(arguments: ["{}", #"{"name":1}"#, #"{"name":"a","arguments":[]}"#]) func wrongArgumentsAreSaidToTheModel(
    _ arguments: String
  ) async {
    await onLoop {
      let bench = bench()
      _ = await bench.open()
      let answer = await bench.ask(call("call_write_tool", arguments))
      #expect(answer.contains(#""isError":true"#) && answer.contains("must be a string"))
      await bench.close()
    }
  }
}
