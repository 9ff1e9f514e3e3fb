import JSONRPC
import TestSupport
import Testing

@Suite struct SplicerTests {
  private func frame(_ text: String) throws -> Frame {
    try Array(text.utf8).withUnsafeBytes { try Frame.parse($0).get() }
  }

  private func written(_ output: OutputBuffer) -> String {
    output.withFront(limit: .max) { runs in String(decoding: runs.flatMap { Array($0) }, as: UTF8.self) }
  }

  @Test func onlyTheEditedBytesDiffer() throws {
    let frame = try frame(#"{ "params" : {"name":"a__b","arguments":{"n":1.0,"n":1e400}} ,"id" : "x\ud800"}"#)
    var splicer = Splicer()
    splicer.replace(try #require(frame.range("id")), with: 42 as UInt64)
    splicer.replace(try #require(frame.range("name", in: .params)), with: "\"b\"")
    let output = OutputBuffer()
    splicer.write(frame, to: output)
    #expect(written(output) == #"{ "params" : {"name":"b","arguments":{"n":1.0,"n":1e400}} ,"id" : 42}"# + "\n")
  }

  @Test func anyMembersCanBeTakenOutOfAnObject() throws {
    let names: [StaticString] = ["a", "b", "c", "d"]
    for count in 1...names.count {
      let text = "{ " + (0..<count).map { "\"\(names[$0])\" : [\($0),{}]" }.joined(separator: " , ") + " }"
      let frame = try frame(text)
      for gone in 0..<(1 << count) {
        let unwanted = (0..<count).filter { gone & 1 << $0 != 0 }.map { names[$0] }
        for isNested in [true, false] {
          var splicer = Splicer()
          if isNested {
            splicer.remove(unwanted, fromObjectAt: 0..<frame.bytes.count, of: frame.bytes)
          } else {
            splicer.remove(from: frame, .message) { member in unwanted.contains { frame.has(member, key: $0) } }
          }
          let output = OutputBuffer()
          splicer.write(frame, to: output, endsLine: false)
          let rest = try self.frame(written(output))
          let left = rest.members.map { String(decoding: rest[$0.key], as: UTF8.self) }
          let kept = (0..<count).filter { gone & 1 << $0 == 0 }
          #expect(left == kept.map { names[$0].description }, "\(text) without \(unwanted): \(written(output))")
          for (member, index) in zip(rest.members, kept) {
            #expect(rest[member.value].elementsEqual("[\(index),{}]".utf8))
          }
        }
      }
    }
  }

  @Test func membersAreInsertedIntoEmptyAndFilledObjects() throws {
    for (text, expected) in [
      (#"{"params":{ }}"#, #"{"params":{"x":1 }}"#), (#"{"params":{"a":2}}"#, #"{"params":{"x":1,"a":2}}"#),
    ] {
      let frame = try frame(text)
      var splicer = Splicer()
      splicer.insert(members: "\"x\":1", into: try #require(frame.object(.params)), of: frame.bytes)
      let output = OutputBuffer()
      splicer.write(frame, to: output, endsLine: false)
      #expect(written(output) == expected)
    }
  }

  @Test func aLargeFrameIsSharedAndSurvivesItsReader() throws {
    let long = String(repeating: "y", count: 300_000)
    let output = OutputBuffer()
    var reader = FrameReader(limit: 1 << 20)
    var splicer = Splicer()
    for id in 1...3 {
      let line = Array("{\"id\":\(id),\"result\":\"\(long)\(id)\"}\n".utf8)
      for start in stride(from: 0, to: line.count, by: 65_536) {
        line[start..<min(start + 65_536, line.count)].withUnsafeBytes { bytes in
          reader.receive(bytes) { event in
            guard case .frame(let frame) = event, let range = frame.range("id") else { return }
            splicer.reset()
            splicer.replace(range, with: "\"id\(id)\"")
            splicer.write(frame, to: output)
          }
        }
      }
    }
    #expect(output.count > 900_000)
    #expect(written(output) == (1...3).map { "{\"id\":\"id\($0)\",\"result\":\"\(long)\($0)\"}\n" }.joined())
  }

  @Test func whatIsConsumedInAnyPortionsIsWhatWasAppended() {
    for seed in 1...6 as ClosedRange<UInt64> {
      var random = SplitMix(seed)
      let output = OutputBuffer()
      var expected: [UInt8] = []
      var taken: [UInt8] = []
      for _ in 0..<12 {
        let piece = (0..<Int.random(in: 0..<90_000, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
        expected += piece
        output.append(piece)
        let wanted = Int.random(in: 0...output.count, using: &random)
        output.withFront(limit: 5) { runs in
          let bytes = runs.flatMap { Array($0) }.prefix(wanted)
          taken += bytes
          output.consume(bytes.count)
        }
      }
      output.withFront(limit: .max) { runs in taken += runs.flatMap { Array($0) } }
      #expect(taken == expected, "seed \(seed)")
    }
  }
}
