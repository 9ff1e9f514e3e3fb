import JSONRPC
import Testing

@testable import Remote

struct MessageReaderTests {
  private func read(_ kind: MessageReader.Kind, _ text: String, limit: Int = 1 << 20) -> [String] {
    var reader = MessageReader(kind, limit: limit)
    var told: [String] = []
    func note(_ step: MessageReader.Step) {
      switch step {
      case .message(.frame(let frame)): told.append(String(decoding: frame.bytes, as: UTF8.self))
      case .message(.malformed(let line)): told.append("malformed: \(line.excerpt)")
      case .other(let type, let data): told.append("\(type): \(data)")
      case .retry(let milliseconds): told.append("retry \(milliseconds)")
      }
    }
    for byte in text.utf8 { withUnsafeBytes(of: byte) { reader.receive($0, note) } }
    reader.finish(note)
    return told
  }

  @Test func aBodyIsOneMessageWhateverItsLines() {
    #expect(
      read(.json, "{\"jsonrpc\": \"2.0\",\r\n  \"id\": 1,\n \"result\": {}}\n") == [
        "{\"jsonrpc\": \"2.0\",\r   \"id\": 1,  \"result\": {}}"
      ])
    #expect(read(.json, "") == [])
    #expect(read(.json, "<html>").count == 1)
  }

  @Test func eventsAreMessagesUnlessTheySayOtherwise() {
    let message = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"
    #expect(read(.events, "data: \(message)\n\nevent: message\ndata: \(message)\n\n") == [message, message])
    #expect(
      read(.events, "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}\n\n") == [
        "{\"jsonrpc\":\"2.0\", \"id\":1,\"result\":{}}"
      ])
    #expect(
      read(.events, "event: endpoint\ndata: /messages\n\nid: 1\nretry: 5\ndata:\n\n") == [
        "endpoint: /messages", "retry 5",
      ])
    #expect(read(.events, "data: \(message)\nevent: other\n\ndata: \(message)\n\n") == [message])
    #expect(read(.events, "data: \(message)") == [])
  }
}
