import JSONRPC
import TestSupport
import Testing

@Suite struct ByteIndexTests {
  private func position(of text: String, in index: ByteIndex) -> Int? {
    Array(text.utf8).withUnsafeBytes { index.position(of: $0) }
  }

  @Test func eachNameKeepsThePositionAtWhichItCame() {
    var random = SplitMix(7)
    var index = ByteIndex()
    var model: [String: Int] = [:]
    for _ in 0..<2000 {
      let name = String(Int.random(in: 0..<1500, using: &random), radix: 36)
      let position = index.enter(name)
      #expect(position == model[name] ?? model.count)
      model[name] = position
    }
    #expect(index.count == model.count)
    for (name, position) in model { #expect(self.position(of: name, in: index) == position) }
    #expect(position(of: "none of them", in: index) == nil)
    #expect(position(of: "", in: index) == nil)
  }

  @Test func aQuotedNameIsFoundHoweverItIsSpelled() {
    var index = ByteIndex()
    let position = index.enter("tools/call")
    for spelling in [#""tools/call""#, #""tools\/call""#, #""t\u006fols/call""#] {
      #expect(Array(spelling.utf8).withUnsafeBytes { index.position(ofQuoted: $0) } == position)
    }
    for other in ["tools/call", "\"", "1", #""tools""#] {
      #expect(Array(other.utf8).withUnsafeBytes { index.position(ofQuoted: $0) } == nil)
    }
  }
}
