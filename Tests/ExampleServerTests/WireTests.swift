import JSONRPC
import TestSupport
import Testing

@testable import mcp_example_server

@Suite struct WireTests {
  private func parse(_ text: String) throws -> JSON {
    var text = text
    return try text.withUTF8 { try JSON(parsing: UnsafeRawBufferPointer($0)) }
  }

  @Test(arguments: UInt64(1)...200) func whatIsWrittenReadsAsItWas(_ seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    let value = try parse(random.value(depth: 5))
    #expect(try parse(value.text) == value, "seed \(seed)")
  }

  @Test func valuesLookInTheSourceAsOnTheWire() {
    let value: JSON = ["a": [1, 2.5, true, .null, "x\n"], "b": [:], "c": []]
    #expect(value.text == #"{"a":[1,2.5,true,null,"x\n"],"b":{},"c":[]}"#)
  }

  @Test func numbersKeepTheirSpellingAndTheLastOfDuplicatesCounts() throws {
    let value = try parse(#"{"a":1,"b":1e400,"a":10.0,"c":null}"#)
    #expect(value.text == #"{"a":1,"b":1e400,"a":10.0,"c":null}"#)
    #expect(value["a"]?.integer == 10)
    #expect(value["b"]?.double == nil)
    #expect(value["c"] == nil)
    #expect(value.member("c") == .null)
  }

  @Test(arguments: [
    ("1", 1), ("-0", 0), ("1.0", 1), ("12e2", 1200), ("1.5", nil), ("9223372036854775807", Int.max),
    ("9223372036854775808", nil), ("1e400", nil), ("\"1\"", nil),
  ]) func aWholeNumberIsOneInEverySpelling(_ text: String, _ number: Int?) throws {
    #expect(try parse(text).integer == number)
  }

  @Test func membersAreSetInTheirPlaceAndRemoved() {
    var value: JSON = ["a": 1, "b": 2]
    value["a"] = 3
    value["c"] = 4
    value["b"] = nil
    #expect(value.text == #"{"a":3,"c":4}"#)
  }

  @Test func nestingHasALimit() throws {
    let deep = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
    #expect(try parse(deep(JSON.nestingLimit)).elements?.count == 1)
    #expect(throws: JSONSyntaxError.self) { try parse(deep(JSON.nestingLimit + 1)) }
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
      (1_764_067_800_042, "2025-11-25T10:50:00.042Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (1_735_689_599_000, "2024-12-31T23:59:59.000Z"),
    ] as [(UInt64, String)])
  func timesAreSpelledAsRFC3339HasThem(_ milliseconds: UInt64, _ text: String) {
    #expect(Timestamp.text(milliseconds: milliseconds) == text)
  }

  @Test(arguments: [nil, 1, 2, 3, 7, 8, Int.max] as [Int?]) func pagesTogetherAreTheList(_ size: Int?) throws {
    let items: [JSON] = (0..<7).map { .integer($0) }
    var seen: [JSON] = []
    var cursor: JSON?
    repeat {
      let page = try Page(of: items, cursor: cursor, size: size).result("items")
      seen += page["items"]?.elements ?? []
      cursor = page["nextCursor"]
    } while cursor != nil
    #expect(seen == items)
  }

  @Test(arguments: ["-1", "8", "x", ""]) func aStrangeCursorIsRefused(_ cursor: String) {
    let items: [JSON] = (0..<7).map { .integer($0) }
    #expect(throws: ProtocolError.self) { try Page(of: items, cursor: .string(cursor), size: 2) }
  }

  @Test func theCommandLineIsRead() throws {
    #expect(try Options.parse([]) == .serve(pageSize: nil))
    #expect(try Options.parse(["--page-size", "3"]) == .serve(pageSize: 3))
    #expect(try Options.parse(["--version"]) == .version)
    for wrong in [["--page-size"], ["--page-size", "0"], ["--page-size", "x"], ["x"]] {
      #expect(throws: Options.Problem.self) { try Options.parse(wrong) }
    }
  }
}
