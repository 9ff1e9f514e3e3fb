import JSONRPC
import Testing

@testable import mcp_junction

@Suite struct ToolAnswerTests {
  private func answer(_ members: String) throws -> ToolAnswer {
    let bytes = Array("{\"jsonrpc\":\"2.0\",\"id\":1,\(members)}".utf8)
    let frame = try bytes.withUnsafeBytes { try Frame.parse($0).get().copy() }
    return ToolAnswer(frame)
  }

  static let blocks: [(String, ToolAnswer.Block)] = [
    (#"{"type":"text","text":"a\nb"}"#, .text("a\nb")),
    (#"{"type":"image","data":"QUJD","mimeType":"image/png"}"#, .bytes("QUJD", type: "image/png")),
    (#"{"type":"audio","data":"QUJD"}"#, .bytes("QUJD", type: "audio")),
    (#"{"type":"resource","resource":{"uri":"a:b","mimeType":"text/plain","text":"inside"}}"#, .text("inside")),
    (
      #"{"type":"resource","resource":{"uri":"a:b","mimeType":"application/pdf","blob":"QUJD"}}"#,
      .bytes("QUJD", type: "application/pdf")
    ), (#"{"type":"resource","resource":{"uri":"a:b","blob":"QUJD"}}"#, .bytes("QUJD", type: "a:b")),
    (#"{"type":"resource_link","uri":"a:b","name":"c"}"#, .link("a:b")), (#"{"type":"new"}"#, .unknown(type: "new")),
    (#"{"type":"resource"}"#, .unknown(type: "resource")),
  ]

  @Test(arguments: blocks) func everyKindOfBlockIsRead(_ json: String, _ block: ToolAnswer.Block) throws {
    let answer = try answer("\"result\":{\"content\":[\(json)]}")
    #expect(answer.blocks == [block])
    #expect(answer.outcome == .good)
  }

  @Test func whatHasNoContentShowsItsStructure() throws {
    #expect(try answer(#""result":{"content":[],"structuredContent":{"a":1.0}}"#).blocks == [.text(#"{"a":1.0}"#)])
    #expect(try answer(#""result":{}"#).blocks == [])
  }

  @Test func theOutcomeIsToldApart() throws {
    let failure = { (outcome: String) in
      #""result":{"content":[],"isError":true,"_meta":{"mcp-junction/failure":{"outcome":"\#(outcome)"}}}"#
    }
    #expect(try answer(failure("notSent")).outcome == .notSent)
    #expect(try answer(failure("unknown")).outcome == .unknown)
    #expect(try answer(#""result":{"content":[],"isError":true}"#).outcome == .toolFailed)
    #expect(
      try answer(#""error":{"code":-32602,"message":"no"}"#).outcome == .refused(code: "-32602", message: "no"))
  }

  @Test(
    arguments: [
      ("", []), ("QQ==", [0x41]), ("QUI=", [0x41, 0x42]), ("QUJD", [0x41, 0x42, 0x43]),
      ("QUJDRA", [0x41, 0x42, 0x43, 0x44]),
      ("QU\r\nJD\n", [0x41, 0x42, 0x43]), ("+/8=", [0xFB, 0xFF]),
    ] as [(String, [UInt8])]) func base64IsDecoded(_ text: String, _ bytes: [UInt8])
  {
    #expect(Base64.decode(text) == bytes)
  }

  @Test(arguments: ["Q", "QUJDR", "Q?==", "QQ==QQ==", "Q_Q="]) func whatIsNoBase64IsRefused(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
