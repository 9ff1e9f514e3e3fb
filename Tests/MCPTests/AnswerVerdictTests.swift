import JSONRPC
import MCP
import Testing

@Suite struct AnswerVerdictTests {
  /// What becomes of an answer: its own text, another one, or why it is none.
  private func judged(_ text: String) -> String? {
    guard case .success(let frame) = Array(text.utf8).withUnsafeBytes({ Frame.parse($0) }) else { return nil }
    switch AnswerVerdict(frame) {
    case .good: return text
    case .mended(let frame): return String(decoding: frame.bytes, as: UTF8.self)
    case .refused(let reason, _): return reason
    }
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":7,"result":{}}"#, #"{"result":{"_meta":{}},"jsonrpc":"2.0","id":"7"}"#,
    #"{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"","data":null}}"#,
    #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{"mcp-junction/failure":1},"_meta":{"a":1}}}"#,
    #"{"jsonrpc":"2.0","id":7,"error":{"code":-1.0,"message":"m","more":[]}}"#,
  ])
  func whatEveryClientTakesIsLeftAlone(_ text: String) { #expect(judged(text) == text) }

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":7,"result":{"a":1.0},"time":3}"#, #"{"jsonrpc":"2.0","id":7,"result":{"a":1.0}}"#),
    (
      #"{"jsonrpc":"2.0","id":7,"params":{},"error":{"code":1,"message":"m"}}"#,
      #"{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"m"}}"#
    ),
    (#"{"jsonrpc":"2.0","id":7,"result":{"_meta":null}}"#, #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{}}}"#),
    (#"{"jsonrpc":"2.0","id":7,"result":{"_meta":[]},"x":null}"#, #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{}}}"#),
    // No server says that it is the gateway which failed, in whatever spelling.
    (
      #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{"mcp-junction/failure":{"outcome":"notSent"}, "a":1.0},"b":[]}}"#,
      #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{"a":1.0},"b":[]}}"#
    ),
    (
      #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{"mcp-junction\/failure":1,"mcp-junction/failure":2}},"x":1}"#,
      #"{"jsonrpc":"2.0","id":7,"result":{"_meta":{}}}"#
    ),
  ])
  func whatMeansSomethingPlainIsMended(_ text: String, _ mended: String) { #expect(judged(text) == mended) }

  @Test(arguments: [
    (#"{"id":7,"result":{}}"#, #"without "jsonrpc":"2.0""#),
    (#"{"jsonrpc":2.0,"id":7,"result":{}}"#, #"with a "jsonrpc" other than "2.0""#),
    (#"{"jsonrpc":"1.0","id":7,"error":{"code":1,"message":"m"}}"#, #"with a "jsonrpc" other than "2.0""#),
    (#"{"jsonrpc":"2.0","id":7}"#, "with neither result nor error"),
    (#"{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":"m"}}"#, "with both a result and an error"),
    (#"{"jsonrpc":"2.0","id":7,"id":8,"result":{}}"#, "with two ids"),
    (#"{"jsonrpc":"2.0","id":7,"result":null}"#, "with a result that is null, not an object"),
    (#"{"jsonrpc":"2.0","id":7,"result":"done"}"#, "with a result that is text, not an object"),
    (#"{"jsonrpc":"2.0","id":7,"result":[ ]}"#, "with a result that is an array, not an object"),
    (#"{"jsonrpc":"2.0","id":7,"result":-1}"#, "with a result that is a number, not an object"),
    (#"{"jsonrpc":"2.0","id":7,"result":{"_meta":"m"}}"#, #"with a result whose "_meta" is text, not an object"#),
    (#"{"jsonrpc":"2.0","id":7,"error":"disk is full"}"#, "with an error that is text, not an object"),
    (#"{"jsonrpc":"2.0","id":7,"error":{"message":"m"}}"#, #"with an error without a "code""#),
    (
      #"{"jsonrpc":"2.0","id":7,"error":{"code":"1","message":"m"}}"#,
      #"with an error whose "code" is text, not a whole number"#
    ),
    (
      #"{"jsonrpc":"2.0","id":7,"error":{"code":1.5,"message":"m"}}"#,
      #"with an error whose "code" is a number, not a whole number"#
    ),
    (#"{"jsonrpc":"2.0","id":7,"error":{"code":1}}"#, #"with an error without a "message""#),
    (
      #"{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":null}}"#,
      #"with an error whose "message" is null, not text"#
    ),
    (
      #"{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":["a"]},"x":1}"#,
      #"with an error whose "message" is an array, not text"#
    ),
  ])
  func whatNoClientTakesIsRefusedInWords(_ text: String, _ reason: String) {
    #expect(judged(text) == "it answered " + reason)
  }
}
