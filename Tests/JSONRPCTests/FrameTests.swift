import JSONRPC
import TestSupport
import Testing

@Suite struct FrameTests {
  private static let keys: [StaticString] = [
    "", "id", "name", "nam", "task", "result", "payload", "arguments", "argumenty", "progressToken", "é",
    "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/protocolRevision",
  ]
  private static let parents: [Frame.Parent] = [.message, .params]

  private func spelled(_ key: String, _ random: inout SplitMix) -> String {
    guard let first = key.unicodeScalars.first, Int.random(in: 0..<8, using: &random) == 0 else { return key }
    let code = String(first.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - code.count) + code
      + key.unicodeScalars.dropFirst().map { "\($0)" }.joined()
  }

  private func object(_ random: inout SplitMix, adding more: String) -> (text: String, values: [String: [String]]) {
    var values: [String: [String]] = [:]
    var members = more.isEmpty ? [] : [more]
    for _ in 0..<Int.random(in: 0..<7, using: &random) {
      let key = Self.keys.randomElement(using: &random)!.description
      let value = "\(UInt16.random(in: 0 ... .max, using: &random))"
      members.append("\"\(spelled(key, &random))\":\(value)")
      values[key, default: []].append(value)
    }
    return ("{" + members.joined(separator: ",") + "}", values)
  }

  private func check(_ frame: Frame, _ values: [[String: [String]]], _ context: String) {
    for (parent, values) in zip(Self.parents, values) {
      for key in Self.keys {
        let expected = values[key.description] ?? []
        let found = frame.raw(key, in: parent).map { String(decoding: $0, as: UTF8.self) }
        #expect(found == expected.last, "\(key) in \(parent), \(context)")
        #expect(frame.hasDuplicate(key, in: parent) == (expected.count > 1), "\(key) in \(parent), \(context)")
      }
    }
  }

  @Test func everyMemberIsFoundHoweverItIsSpelledAndNoOther() {
    for seed in 1...400 as ClosedRange<UInt64> {
      var random = SplitMix(seed)
      let params = object(&random, adding: "")
      let message = object(&random, adding: "\"params\":\(params.text)")
      let line = Array((message.text + "\n").utf8)
      for cut in [line.count, line.count / 2] {
        var reader = FrameReader(limit: 4096)
        for part in [line[..<cut], line[cut...]] {
          part.withUnsafeBytes { bytes in
            reader.receive(bytes) { event in
              guard case .frame(let frame) = event else { return }
              let context = "seed \(seed), cut at \(cut): \(message.text)"
              check(frame, [message.values, params.values], context)
              check(frame.copy(), [message.values, params.values], "a copy of " + context)
            }
          }
        }
      }
    }
  }

  @Test func aStoredFrameOutlivesItsReadAndIsItsOwnCopy() {
    var stored: StoredFrame?
    var reader = FrameReader(limit: 4096)
    for line in [#"{"id":1,"method":"ping"}"#, #"{"id":22,"result":{"a":[]}}"#] {
      Array((line + "\n").utf8).withUnsafeBytes { bytes in
        reader.receive(bytes) { event in
          guard case .frame(let frame) = event, stored == nil else { return }
          stored = frame.copy()
        }
      }
    }
    #expect(stored.map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"id":1,"method":"ping"}"#)
    #expect(stored?.mintedID == 1)
    #expect(stored?.copy() === stored)
  }

  @Test(
    arguments: [
      (#"{"a":null,"b":1}"#, #"{"b":1}"#), (#"{"b":1, "a":null}"#, #"{"b":1}"#), (#"{"a":null}"#, "{}"),
      (#"{"a":null,"b":1,"a":null,"c":null}"#, #"{"b":1}"#), (#"{"b":1,"c":null,"d":2,"e":null}"#, nil),
      (#"{"\u0061":null , "b":"null","d":null}"#, #"{"b":"null","d":null}"#), (#"{"a":{"a":null}}"#, nil), ("7", nil),
    ] as [(String, String?)])
  func membersThatAreNullAreCutOutAndNothingElseChanges(_ params: String, _ expected: String?) throws {
    let parsed = Array(#"{"id":1,"params":\#(params),"x":null}"#.utf8).withUnsafeBytes { Frame.parse($0) }
    let keys: [StaticString] = params.contains("\"e\"") ? ["a"] : ["a", "c"]
    let mended = try parsed.get().withoutNulls(among: keys).map { String(decoding: $0.bytes, as: UTF8.self) }
    #expect(mended == expected.map { #"{"id":1,"params":\#($0),"x":null}"# })
  }
}
