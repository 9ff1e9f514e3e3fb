import HTTP
import JSONRPC
import MCP
import Testing

@testable import Remote

struct HeaderTests {
  private func frame(_ text: String) throws -> StoredFrame {
    try Array(text.utf8).withUnsafeBytes { try Frame.parse($0).get() }
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a b\tc", "a b\tc"), ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
    (" padded ", "=?base64?IHBhZGRlZCA=?="), ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
    ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
  ])
  func aValueThatHTTPWouldChangeIsEncoded(text: String, expected: String) {
    #expect(HeaderValue.encoded(text) == expected)
  }

  @Test func aModernRequestSaysItsMethodAndName() throws {
    let request = try frame(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"name":"é"}}"#
    )
    let revision = try #require(MessageHeaders.modernRevision(of: request))
    let fields = MessageHeaders.modern(request, revision: revision, .toolsCall, ParameterHeaders())
    #expect(
      fields == [
        HTTPField("MCP-Protocol-Version", "2026-07-28"), HTTPField("Mcp-Method", "tools/call"),
        HTTPField("Mcp-Name", "=?base64?w6k=?="),
      ])
    #expect(MessageHeaders.modernRevision(of: try frame(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)) == nil)
  }

  @Test func argumentsThatAToolWantsInHeadersAreRepeatedThere() throws {
    var headers = ParameterHeaders()
    headers.note(
      try frame(
        #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"t","inputSchema":{"type":"object","properties":{"#
          + #""region":{"type":"string","x-mcp-header":"Region"},"n":{"type":"integer","x-mcp-header":"N"},"#
          + #""o":{"type":"object","properties":{"b":{"type":"boolean","x-mcp-header":"B"}}},"#
          + #""gone":{"type":"string","x-mcp-header":"Gone"},"#
          + #""none":{"type":"string","x-mcp-header":"None"},"empty":{"type":"string","x-mcp-header":"Empty"}}}}]}}"#))
    let call = try frame(
      #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t","arguments":{"region":"eu ","n":4.2e1,"#
        + #""o":{"b":true},"bad":"x","none":null,"empty":""}}}"#)
    let fields = headers.fields(tool: "t", arguments: call.range("arguments", in: .params), of: call)
    #expect(
      fields == [
        HTTPField("Mcp-Param-Region", "=?base64?ZXUg?="), HTTPField("Mcp-Param-N", "42"),
        HTTPField("Mcp-Param-B", "true"), HTTPField("Mcp-Param-Empty", ""),
      ])
    #expect(headers.fields(tool: "u", arguments: call.range("arguments", in: .params), of: call) == [])
  }
}
