import JSONRPC
import Testing

@Suite struct BatchTests {
  private func elements(_ text: String) throws -> [String] {
    let frame = try Array(text.utf8).withUnsafeBytes { try Frame.parse($0).get() }
    var batch = Batch(frame)
    var found: [String] = []
    while let element = batch.next() {
      switch element {
      case .message(let frame): found.append(String(decoding: frame.bytes, as: UTF8.self))
      case .broken: found.append("broken")
      case .tooMany: found.append("too many")
      }
    }
    #expect(batch.isEmpty == found.isEmpty)
    return found
  }

  @Test func messagesComeOneAfterTheOther() throws {
    let text = #" [ {"id":1,"method":"a"},{"method":"b","params":null} , 7, [], {"id":2,"result":{"x":[1,"]"]}} ] "#
    #expect(
      try elements(text) == [
        #"{"id":1,"method":"a"}"#, #"{"method":"b"}"#, #"7"#, "broken", #"{"id":2,"result":{"x":[1,"]"]}}"#,
      ])
    #expect(try elements("[]").isEmpty)
    #expect(try elements(" [ ] ").isEmpty)
  }

  @Test func oneThatHoldsTooManyIsCutShort() throws {
    let many = Array(repeating: #"{"method":"a"}"#, count: Batch.limit + 5).joined(separator: ",")
    let found = try elements("[\(many)]")
    #expect(found.count == Batch.limit + 1)
    #expect(found.last == "too many")
  }
}
