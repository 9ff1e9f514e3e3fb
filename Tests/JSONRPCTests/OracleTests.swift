import JSONRPC
import TestSupport
import Testing

@Suite struct OracleTests {
  /// The message's outer members as the scanner sees them; nil when it refuses the text.
  private func members(of text: [UInt8]) -> [[UInt8]]? {
    text.withUnsafeBytes { bytes in
      guard case .success(let frame) = Frame.parse(bytes) else { return nil }
      return frame.members.filter { $0.parent == .message }.flatMap { [Array(frame[$0.key]), Array(frame[$0.value])] }
    }
  }

  @Test func randomTextsAndTheirMutationsAreJudgedAsAPlainerReaderJudgesThem() {
    for seed in 1...300 as ClosedRange<UInt64> {
      var json = RandomJSON(seed: seed)
      var random = SplitMix(seed)
      var text = Array(json.object(depth: 4).utf8)
      for round in 0..<6 {
        let expected = JSONOracle.members(of: text)?.flatMap { [$0.key, $0.value] }
        #expect(members(of: text) == expected, "seed \(seed), round \(round): \(String(decoding: text, as: UTF8.self))")
        guard !text.isEmpty else { break }
        let place = Int.random(in: text.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text.remove(at: place)
        case 1: text.insert(Array("{}[]\",:\\0 eE-.\u{7}\u{e9}tn".utf8).randomElement(using: &random)!, at: place)
        default: text.swapAt(place, Int.random(in: text.indices, using: &random))
        }
      }
    }
  }
}
