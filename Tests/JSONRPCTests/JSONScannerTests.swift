import JSONRPC
import Testing

@Suite struct JSONScannerTests {
  private func accepts(_ text: String, leniency: JSONScanner.Leniency = []) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var scanner = JSONScanner(leniency: leniency)
      do {
        while true {
          switch try scanner.next(in: UnsafeRawBufferPointer(bytes)) {
          case .incomplete, .end:
            _ = try scanner.finish()
            return true
          default: continue
          }
        }
      } catch {
        return false
      }
    }
  }

  @Test(arguments: [
    "{}", "[]", "null", "true", "-0", "1e400", "1E+2", "0.10", "18446744073709551616", "\"\\ud800\"", "\"\\u00e9é€😀\"",
    " { \"a\" : [ 1 , { } , [ ] ] , \"a\" : \"\" } ", "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"",
  ])
  func jsonIsAccepted(_ text: String) { #expect(accepts(text)) }

  @Test(arguments: [
    "", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "01", "1.", ".5", "+1", "1e", "--1", "tru", "truE",
    "nulL",
    "[1 2]", "{\"a\":1}x", "\"\n\"", "\"\\x\"", "\"\\u12g4\"", "[}", "{]", "'a'", "NaN", "// x\n1", "[1]]", "\"a",
  ])
  func whatIsNotJSONIsRefused(_ text: String) { #expect(!accepts(text)) }

  @Test func commentsAndTrailingCommasAreReadWhenAllowed() {
    let text = "/* a **/ { // b\n \"a\": [1, 2,], /**/ \"b\": {\"c\": 1,}, } // end"
    #expect(accepts(text, leniency: [.comments, .trailingCommas]))
    #expect(!accepts("[,]", leniency: [.comments, .trailingCommas]))
    #expect(!accepts("[1,,2]", leniency: [.comments, .trailingCommas]))
    #expect(!accepts("{} /* open", leniency: [.comments, .trailingCommas]))
  }

  @Test(arguments: 60...70) func nestingAroundAWordOfLevelsIsBalanced(_ depth: Int) {
    for closers in [depth - 1, depth, depth + 1] {
      let text = String(repeating: "[{\"a\":", count: depth) + "1" + String(repeating: "}]", count: closers)
      #expect(accepts(text) == (closers == depth))
    }
  }
}
