import Testing

@testable import Platform

@Suite struct TextLinesTests {
  /// Feeds `text` in pieces of `size` bytes.
  private func lines(_ text: String, pieces size: Int) -> (lines: [String], tail: String) {
    var cutter = TextLines()
    var lines: [String] = []
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let end = min(start + size, bytes.count)
      bytes[start..<end].withUnsafeBytes { cutter.receive($0) { lines.append($0) } }
      start = end
    }
    cutter.finish { lines.append($0) }
    return (lines, cutter.tail)
  }

  @Test(arguments: [1, 2, 7, 1000])
  func linesAreTheSameHoweverTheyArrive(_ size: Int) {
    let result = lines("one\r\n\ntwo — zwei\nlast", pieces: size)
    #expect(result.lines == ["one", "", "two — zwei", "last"])
    #expect(result.tail == "one\n\ntwo — zwei\nlast")
  }

  @Test(arguments: [13, 8192, 100_000])
  func aLongLineIsCutAndTheNextOneIsWhole(_ size: Int) {
    let result = lines(String(repeating: "a", count: 50_000) + "\nb\n", pieces: size)
    #expect(result.lines == [String(repeating: "a", count: TextLines.lineLimit), "b"])
    #expect(result.tail == "b\n")
  }

  @Test(arguments: [13, 8192, 100_000])
  func theTailIsTheLastKibibytesFromTheStartOfALine(_ size: Int) {
    let text = (0..<5000).map { "line \($0)\n" }.joined()
    let tail = lines(text, pieces: size).tail
    #expect(text.hasSuffix(tail))
    #expect(tail.hasPrefix("line "))
    #expect((8192 - 11...8192).contains(tail.utf8.count))
  }

  @Test func aTailWithoutLineFeedsIsCutAnywhere() {
    #expect(lines(String(repeating: "z", count: 30_000), pieces: 999).tail.utf8.count == 8192)
  }

  @Test(arguments: [1, 13, 100_000]) func noHalfOfASecretIsShownWhereALineIsCut(_ size: Int) {
    let head = String(repeating: "a", count: TextLines.lineLimit - 4)
    var cutter = TextLines(redact: { text, isCut in
      isCut && text.hasSuffix("hunt") ? String(text.dropLast(4)) + "•••" : text.replacing("hunter22", with: "•••")
    })
    var lines: [String] = []
    let bytes = Array((head + "hunter22 and more\nthe password is hunter22\nhunt").utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { cutter.receive($0) { lines.append($0) } }
    }
    #expect(lines == [head + "•••", "the password is •••"])
    #expect(!cutter.tail.contains("hunt"))
    cutter.finish { lines.append($0) }
    #expect(lines.last == "hunt")
  }

  @Test func theTailIsAsLongAsItIsMeantToBe() {
    var cutter = TextLines(tailLimit: 10)
    Array("one\ntwo\nthree\nfour".utf8).withUnsafeBytes { cutter.receive($0) { _ in } }
    #expect(cutter.tail == "four")
    var none = TextLines(tailLimit: 0)
    Array("one\ntwo".utf8).withUnsafeBytes { none.receive($0) { _ in } }
    #expect(none.tail.isEmpty)
  }
}
