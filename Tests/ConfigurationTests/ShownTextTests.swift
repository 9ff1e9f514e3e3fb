import Testing

@testable import Configuration

@Suite struct ShownTextTests {
  static let lines: [(String, String)] = [
    ("plain text, größe, 天気 😀", "plain text, größe, 天気 😀"), ("", ""),
    ("a\nlevel=error event=x", "a level=error event=x"),
    ("a\r\u{0}\u{1B}[2J\u{7F}b", "a   [2J b"), ("a\u{9B}31m\u{85}b", "a 31m b"),
    ("a\u{202E}cba\u{202C}\u{2066}\u{200F}\u{61C}", "a cba    "),
    ("a\u{2028}b\u{2029}c", "a b c"),
  ]

  @Test(arguments: lines) func aLineStaysALine(_ text: String, _ shown: String) {
    #expect(ShownText.line(text) == shown)
    #expect(ShownText.line(text).unicodeScalars.allSatisfy(ShownText.isHarmless))
  }

  static let texts: [(String, String)] = [
    ("a\n\tb é", "a\n\tb é"), ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{07}x", "x"),
    ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"), ("\u{9D}0;title\u{9C}x\u{9B}2Jy", "xy"),
    ("\u{1B}(Bx\u{1B}c\u{1B}7y", "xy"), ("\u{1B}P1$r\u{1B}\\x", "x"), ("\u{1B}]0;without an end\nnext", "\nnext"),
    ("a\r\nb\rc\u{8}\u{0}d", "a\nbcd"), ("a\u{2028}b\u{202E}c", "a\nbc"), ("\u{1B}", ""), ("\u{1B}[", ""),
    ("\u{1B}[31", ""),
    ("\u{1B}[31é", "é"),
  ]

  @Test(arguments: texts) func nothingReachesATerminalThatItWouldObey(_ text: String, _ shown: String) {
    #expect(ShownText.lines(text) == shown)
  }

  @Test func jsonKeepsItsMeaning() {
    #expect(ShownText.json("{\"a\u{202E}\": \"b\u{9B}\u{7F}é\"}\n") == "{\"a\\u202e\": \"b\\u009b\\u007fé\"}\n")
  }
}
