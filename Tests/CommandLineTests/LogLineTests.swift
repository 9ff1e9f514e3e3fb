import Configuration
import Gateway
import Testing

@testable import mcp_junction

@Suite struct LogLineTests {
  private let entry = LogEntry(
    .warning, "lost", server: "a \"b\"", [.init("why", "it = \\ ended\nnow"), .init("gateway", "12")])

  @Test(arguments: LogFormat.allCases) func aLineIsReadAsItWasWritten(_ format: LogFormat) throws {
    let line = try #require(LogLine(format.line(entry, at: 61_001)))
    #expect(line.time == "1970-01-01T00:01:01.001Z")
    // JSON has no line breaks of others, since each entry is one line.
    let why = format == .text ? "it = \\ ended\nnow" : "it = \\ ended now"
    #expect(line.text == "1970-01-01 00:01:01.001 a \"b\": [warning] lost why=\(why)")
  }

  @Test func aServersLineStandsByItself() throws {
    let entry = LogEntry(.info, LogEntry.standardError, server: "time", [.init("line", "GET /x = 1")])
    #expect(LogLine(LogFormat.text.line(entry, at: 0))?.text == "1970-01-01 00:00:00.000 time: GET /x = 1")
    #expect(
      LogLine(LogFormat.text.line(entry, at: 0))?.json
        == #"{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"stderr","server":"time","line":"GET /x = 1"}"#)
  }

  @Test(arguments: ["", "hello", "a=b", "time", "time=\"x", "{}", "{\"time\"", "time=x y", "{\"event\":\"x\"}"])
  func whatIsNoneOfOursIsPassedOver(_ line: String) { #expect(LogLine(line) == nil) }
}
