import JSONRPC
import TestSupport
import Testing

@Suite struct FrameReaderTests {
  /// What a reader makes of a stream, in a form that can be compared.
  private func events(_ stream: [UInt8], cuts: [Int], limit: Int = 1 << 20) -> [String] {
    var reader = FrameReader(limit: limit)
    var result: [String] = []
    func note(_ event: FrameReader.Event) {
      switch event {
      case .frame(let frame):
        let members = frame.members.map {
          "\($0.parent):\(String(decoding: frame[$0.key], as: UTF8.self))=\(String(decoding: frame[$0.value], as: UTF8.self))"
        }
        result.append("\(frame.kind) \(String(decoding: frame.bytes, as: UTF8.self)) \(members)")
      case .malformed(let line): result.append("malformed \(line.id?.text ?? "-") \(line.hasMethod)")
      }
    }
    var start = 0
    for end in cuts + [stream.count] {
      stream[start..<end].withUnsafeBytes { reader.receive($0, note) }
      start = end
    }
    reader.finish(note)
    return result
  }

  @Test func aStreamCutAnywhereGivesTheSameMessages() {
    let stream = Array(
      """
      {"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":"t","x":[1]},"name":"n","arguments":{"id":7}}}
      \r
      banner {not json
      {"id":"\\u00e9\\ud800","result":{"content":[{"text":"\\"}{"}],"_meta":{"a":{"b":1}}}}\r
      [{"id":1}, 2]
      {"error":{"code":-1,"message":"m","data":[{}]},"id":18446744073709551616}
      {"m\\u0065thod":"escaped"}
      {"id":5,"method":"broken" "x"}
      42
      {"id":6,"result":null}
      """.utf8)
    let whole = events(stream, cuts: [])
    #expect(whole.count == 9)
    for first in 0...stream.count {
      #expect(events(stream, cuts: [first]) == whole, "cut at \(first)")
    }
    #expect(events(stream, cuts: Array(1..<stream.count)) == whole)
  }

  @Test func anEscapedKeyIsTheKeyThatItSpells() {
    #expect(events(Array("{\"m\\u0065thod\":\"x\"}\n".utf8), cuts: [])[0].hasPrefix("notification"))
  }

  @Test(arguments: ["baba\n\r\"n\"\n", " \t {\"id\":1,\"result\":{}} \r\n", "\r\r\n \n{\"method\":\"m\"}\n"])
  func blanksBeforeAMessageAreNoPartOfItHoweverItIsCut(_ text: String) {
    let stream = Array(text.utf8)
    let whole = events(stream, cuts: [])
    for cut in 0...stream.count { #expect(events(stream, cuts: [cut]) == whole, "cut at \(cut)") }
    #expect(events(stream, cuts: Array(1..<stream.count)) == whole)
  }

  @Test func aBrokenLineIsReportedWithItsIDAndTheNextOneIsRead() {
    let result = events(Array("{\"id\":7,\"method\":\"m\",}\n{\"id\":8,\"method\":\"m\"}\n".utf8), cuts: [])
    #expect(result[0] == "malformed 7 true")
    #expect(result[1].hasPrefix("request"))
  }

  @Test(arguments: [0, 50, 120]) func aLineOverTheLimitCostsOnlyItself(_ cut: Int) {
    let long = "{\"id\":1,\"result\":\"" + String(repeating: "x", count: 100) + "\"}"
    let stream = Array((long + "\n{\"id\":2,\"result\":0}\n").utf8)
    let result = events(stream, cuts: cut == 0 ? [] : [cut], limit: 64)
    #expect(result.count == 2)
    #expect(result[0] == "malformed 1 false")
    #expect(result[1].hasPrefix("response"))
  }

  @Test func randomMessagesKeepTheirMembersToTheByte() {
    for seed in 1...150 as ClosedRange<UInt64> {
      var random = RandomJSON(seed: seed)
      let parts = (0..<random.number(below: 6) + 1).map { index in
        ("k\(index)", random.value(depth: 4))
      }
      let text = "{" + parts.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
      var copy = text
      copy.withUTF8 { bytes in
        guard case .success(let frame) = Frame.parse(UnsafeRawBufferPointer(bytes)) else {
          Issue.record("seed \(seed) is refused: \(text)")
          return
        }
        let found = frame.members.map { member in
          (String(decoding: frame[member.key], as: UTF8.self), String(decoding: frame[member.value], as: UTF8.self))
        }
        #expect(found.map(\.0) == parts.map(\.0), "seed \(seed)")
        #expect(found.map(\.1) == parts.map(\.1), "seed \(seed)")
      }
    }
  }
}
