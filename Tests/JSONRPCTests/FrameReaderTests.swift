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

  // MARK: - What stands beside a message

  /// What a reader makes of one line, the same however it is cut.
  private func line(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> [String] {
    let stream = Array((text + "\n").utf8)
    let whole = events(stream, cuts: [])
    for cut in 0...stream.count {
      #expect(events(stream, cuts: [cut]) == whole, "cut at \(cut)", sourceLocation: sourceLocation)
    }
    #expect(events(stream, cuts: Array(1..<stream.count)) == whole, sourceLocation: sourceLocation)
    return whole
  }

  @Test(arguments: [
    "\u{FEFF}", "\u{FEFF} ", "\r", "\u{1B}[0m", "\u{1B}[2K\r", "\u{1B}]0;title\u{7}", "\u{1B}(B", "\u{0}", "\u{1B}[",
    "Loading... ", "[INFO] ", "{config} ", #"{"level":"info"} "#, "12% \r34% \r", "\u{1B}[32mready\u{1B}[0m ", "é",
  ])
  func whatStandsInFrontOfAMessageDoesNotLoseIt(_ noise: String) {
    for message in [
      #"{"jsonrpc":"2.0","id":7,"result":{}}"#, #"{"jsonrpc":"2.0","method":"m"}"#,
      #"{ "id" : 1, "jsonrpc":"2.0","method":"ping"}"#,
    ] {
      #expect(line(noise + message) == line(message))
    }
  }

  @Test(arguments: ["\u{1B}[0m", " done", "}", "\u{1B}[0m\r", #"{"level":"info"}"#])
  func whatStandsBehindAMessageDoesNotLoseIt(_ noise: String) {
    #expect(line(#"{"jsonrpc":"2.0","id":7,"result":{}}"# + noise) == line(#"{"jsonrpc":"2.0","id":7,"result":{}}"#))
  }

  @Test func messagesThatShareALineAreAllTaken() {
    let one = #"{"jsonrpc":"2.0","id":1,"result":{}}"#
    let two = #"{"jsonrpc":"2.0","id":2,"result":{"a":[{"id":9}]}}"#
    #expect(line(one + two + " and " + one) == line(one) + line(two) + line(one))
  }

  @Test func onlyWhatStandsBehindWordsIsMarkedAsThat() {
    let message = #"{"jsonrpc":"2.0","id":1,"method":"m"}"#
    for (noise, isBehindWords) in [("received: ", true), ("\u{FEFF}", false), ("\u{1B}[0m", false), ("", false)] {
      var reader = FrameReader(limit: 4096)
      var marks: [Bool] = []
      Array((noise + message + "\n" + message + "\n").utf8).withUnsafeBytes { bytes in
        reader.receive(bytes) { event in
          if case .frame(let frame) = event { marks.append(frame.isBehindWords) }
        }
      }
      #expect(marks == [isBehindWords, false], "behind \(noise.debugDescription)")
    }
  }

  @Test func whatIsNestedInABrokenMessageIsNoMessage() {
    #expect(line(#"{"jsonrpc":"2.0","id":7,"result":{"text":"{"id":5,"result":{}}"#) == ["malformed 7 false"])
    #expect(
      line(#"{"jsonrpc":"2.0","id":7,"result":{"a":NaN,"b":{"jsonrpc":"2.0","id":5,"result":1}}}"#) == [
        "malformed 7 false"
      ])
  }

  @Test func noiseWithoutEndIsNotGathered() {
    let noise = String(repeating: "x", count: 100_000)
    let stream = Array((noise + #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n").utf8)
    #expect(events(stream, cuts: []) == ["malformed - false"])
    #expect(events(stream, cuts: [70_000, 90_000]) == ["malformed - false"])
  }

  // MARK: - Broken messages

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":7,"result":{"a":NaN}}"#, "7"),
    (#"{"jsonrpc":"2.0","id":"7","result":{"a":Infinity}}"#, "\"7\""),
    ("{\"jsonrpc\":\"2.0\",\"id\":7.0,\"result\":{\"a\":\"\t\"}}", "7.0"),
    (#"{"jsonrpc":"2.0","id":7,"result":{"con"#, "7"),
    (#"{"result":{"a":NaN},"jsonrpc":"2.0","id":7}"#, "7"),
    (#"{"result":{"a":NaN}, "id" : 7 , "jsonrpc":"2.0" }"#, "7"),
    (#"noise {"result":{"a":NaN},"jsonrpc":"2.0","id":7}"#, "7"), (#"{"result":{"a":NaN},"id":7}"#, "-"),
    (#"{"result":{"a":NaN,"b":{"jsonrpc":"2.0","id":7}}"#, "-"), (#"{"result":{"a":NaN}}"#, "-"),
  ])
  func theIDOfABrokenAnswerIsToldWhereverItStandsPlainly(_ text: String, _ id: String) {
    #expect(line(text) == ["malformed \(id) false"])
  }

  @Test func theIDBehindALongBrokenAnswerIsTold() {
    let long = String(repeating: "x", count: 5_000)
    let stream = Array(#"{"result":{"a":NaN,"b":"\#(long)"},"jsonrpc":"2.0","id":77}"#.utf8 + [10])
    for cuts in [[], [20], [20, 30, 4_000], [stream.count - 5], Array(1..<stream.count)] {
      #expect(events(stream, cuts: cuts) == ["malformed 77 false"])
      #expect(events(stream, cuts: cuts, limit: 1_000) == ["malformed 77 false"])
    }
  }

  @Test func aBrokenLineSaysWhatIsWrongAndWhere() {
    var reader = FrameReader(limit: 4096)
    var faults: [JSONSyntaxError] = []
    let lines: [[UInt8]] = [
      Array(#"{"id":7,"result":NaN}"#.utf8), Array("{\"id\":7,\"result\":\"\t\"}".utf8),
      Array(#"{"id":7,"result":""#.utf8) + [0xFF] + Array(#""}"#.utf8), Array(#"{"id":7,"result":{"#.utf8),
    ]
    for line in lines {
      (line + [10]).withUnsafeBytes { bytes in
        reader.receive(bytes) { event in
          guard case .malformed(let line) = event, case .syntax(let fault) = line.reason else { return }
          #expect(line.mintedID == 7)
          faults.append(fault)
        }
      }
    }
    #expect(faults.map(\.offset) == [17, 18, 18, 18])
    #expect(
      faults.map(\.description) == [
        "'N' where a value was expected", "an unescaped control character in a string", "invalid UTF-8",
        "the text ends where a key in quotes or '}' was expected",
      ])
  }

  // MARK: - Nulls

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":7,"result":{},"error":null}"#, #"{"jsonrpc":"2.0","id":7,"result":{}}"#),
    (#"{"jsonrpc":"2.0","id":7,"result":null,"error":{"code":1}}"#, #"{"jsonrpc":"2.0","id":7,"error":{"code":1}}"#),
    (
      #"{"jsonrpc":"2.0","id":7,"method":null,"params":null,"result":{},"error":null}"#,
      #"{"jsonrpc":"2.0","id":7,"result":{}}"#
    ),
    (#"{"params":null, "jsonrpc":"2.0", "id":7, "method":"m"}"#, #"{"jsonrpc":"2.0","id":7,"method":"m"}"#),
    (#"{"jsonrpc":"2.0","id":7,"method":"m","result":null,"error":null}"#, #"{"jsonrpc":"2.0","id":7,"method":"m"}"#),
    (#"{"jsonrpc":"2.0","id":null,"method":"notifications/x"}"#, #"{"jsonrpc":"2.0","method":"notifications/x"}"#),
  ])
  func aNullThatShouldBeAbsentIsTakenOut(_ text: String, _ mended: String) { #expect(line(text) == line(mended)) }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":7,"result":null}"#, #"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}"#,
    #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, #"{"jsonrpc":"2.0","id":7,"result":{"params":null,"_meta":null}}"#,
    #"{"jsonrpc":null,"id":7,"result":null,"error":null}"#,
  ])
  func aNullThatMeansSomethingOrNothingPlainStays(_ text: String) {
    #expect(line(text).count == 1)
    #expect(line(text)[0].contains(" " + text + " "))
  }

  @Test func lineAfterLineCanBeTakenAndTheRestLeftForLater() {
    let stream = Array("{\"id\":1,\"method\":\"a\"}\n\nx\n{\"id\":2,\"me".utf8)
    var reader = FrameReader(limit: 100)
    var position = 0
    var lines: [(length: Int, events: Int)] = []
    while position < stream.count {
      var events = 0
      let length = stream[position...].withUnsafeBytes { reader.receive(firstLineOf: $0) { _ in events += 1 } }
      lines.append((length, events))
      position += length
    }
    #expect(lines.map(\.length) == [22, 1, 2, 11])
    #expect(lines.map(\.events) == [1, 0, 1, 0])
  }

  @Test func ofThousandsOfMessagesOnOneLineTheFirstHundredAreTaken() {
    let line = String(repeating: "{\"method\":\"a\"}", count: 5_000)
    #expect(events(Array("\(line)\n{\"id\":1,\"method\":\"b\"}\n".utf8), cuts: [10_000]).count == 101)
  }

  @Test func anIdentifierIsAsLongAsItMayBe() {
    let longest = String(repeating: "i", count: RawToken.longestIdentifier - 2)
    #expect(RawToken(identifier: UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
    for (text, isOne) in [("\"\(longest)\"", true), ("\"\(longest)i\"", false)] {
      let token = Array(text.utf8).withUnsafeBytes { RawToken(identifier: $0) }
      #expect((token != nil) == isOne)
    }
  }
}
