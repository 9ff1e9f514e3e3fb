import Configuration
import EventLoop
import TestSupport
import Testing

@testable import Gateway

@Suite struct LogTests {
  // MARK: - Lines

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (1_795_865_426_526, "2026-11-28T11:30:26.526Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ] as [(UInt64, String)]) func timesAreWritten(_ milliseconds: UInt64, _ text: String)
  {
    #expect(UTCTime.text(milliseconds: milliseconds) == text)
  }

  @Test func anEntryIsWrittenInBothFormats() {
    let entry = LogEntry(.warning, "lost", server: "a b", [.init("why", "it \"ended\"\n\u{1B}[2J"), .init("n", "1")])
    #expect(
      LogFormat.text.line(entry, at: 0)
        == #"time=1970-01-01T00:00:00.000Z level=warning event=lost server="a b" why="it \"ended\"\n?[2J" n=1"#)
    #expect(
      LogFormat.json.line(entry, at: 0)
        == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","event":"lost","server":"a b","why":"it \"ended\"  [2J","n":"1"}"#
    )
  }

  // MARK: - Repetitions

  private func entry(_ why: String, server: String? = "s", event: String = "endpoint_changed") -> LogEntry {
    LogEntry(.warning, event, server: server, [.init("attempt", "7"), .init("why", why)])
  }

  /// A server that dies every 30 seconds for a day.
  @Test func whatFailsForEverIsSaidOnceAndThenSummedUp() {
    var repeated = RepeatedEntries()
    var shown: [(minute: UInt64, repeats: Int)] = []
    for second in stride(from: UInt64(0), to: 86_400, by: 30) {
      if case .show(let repeats) = repeated.entry(entry("exit code 3, pid \(second)"), at: second * 1000) {
        shown.append((second / 60, repeats))
      }
    }
    #expect(shown.prefix(7).map(\.minute) == [0, 1, 3, 7, 15, 31, 63])
    #expect(shown.prefix(7).map(\.repeats) == [0, 1, 3, 7, 15, 31, 63])
    #expect(shown.count == 7 + 22, "once an hour from then on")
    #expect(shown.map(\.repeats).reduce(0, +) + shown.count + 120 > 86_400 / 30, "all are counted")
  }

  @Test func whatIsOtherIsSaid() {
    var repeated = RepeatedEntries()
    #expect(repeated.entry(entry("a"), at: 0) == .show(repeats: 0))
    #expect(repeated.entry(entry("b"), at: 1) == .show(repeats: 0))
    #expect(repeated.entry(entry("a", server: "t"), at: 2) == .show(repeats: 0))
    #expect(repeated.entry(entry("a", event: "x"), at: 3) == .show(repeats: 0))
    #expect(repeated.entry(entry("a"), at: 4) == .drop)
    #expect(repeated.entry(entry("a", server: nil), at: 5) == .show(repeats: 0))
    #expect(repeated.entry(entry("a", server: nil), at: 6) == .show(repeats: 0), "what concerns no server")
  }

  @Test func whatWasNotSaidForLongIsNews() {
    var repeated = RepeatedEntries()
    #expect(repeated.entry(entry("a"), at: 0) == .show(repeats: 0))
    #expect(repeated.entry(entry("a"), at: 10) == .drop)
    #expect(repeated.entry(entry("a"), at: 10 + RepeatedEntries.forgottenAfter) == .show(repeats: 0))
  }

  @Test func aServersOwnLinesAreShownUnlessTheyAreTheSame() {
    var repeated = RepeatedEntries()
    let lines = (1...9).map { LogEntry(.info, LogEntry.standardError, server: "s", [.init("line", "line \($0)")]) }
    for line in lines { #expect(repeated.entry(line, at: 0) == .show(repeats: 0)) }
    #expect(repeated.entry(lines[0], at: 1) == .show(repeats: 0))
    #expect(repeated.entry(lines[0], at: 2) == .show(repeats: 0))
    #expect(repeated.entry(lines[0], at: 3) == .drop)
    #expect(repeated.entry(lines[0], at: 60_003) == .show(repeats: 1))
  }

  @Test func whatIsNoFailureIsShownThreeTimes() {
    var repeated = RepeatedEntries()
    let verdicts = (0..<4).map { number in
      repeated.entry(
        LogEntry(.info, "server_ready", server: "s", [.init("pid", "\(number)"), .init("tools", "\(number)")]),
        at: UInt64(number))
    }
    #expect(verdicts == [.show(repeats: 0), .show(repeats: 0), .show(repeats: 0), .drop])
  }

  @Test func whatIsRememberedHasALimit() {
    var repeated = RepeatedEntries()
    for number in 0..<(3 * RepeatedEntries.limit) {
      #expect(repeated.entry(entry(String(repeating: "x", count: number)), at: 0) == .show(repeats: 0))
    }
    #expect(repeated.entry(entry(String(repeating: "x", count: 3 * RepeatedEntries.limit - 1)), at: 1) == .drop)
  }

  @Test func aFileGetsAllLinesOfAServerAndTheRestOnce() async {
    await onLoop {
      var shown: [String] = []
      var kept: [String] = []
      let clock = ManualClock()
      let log = Log(
        [
          Log.Sink(level: .warning) { shown.append($0.event) },
          Log.Sink(level: .info, takesAllLines: true) { kept.append($0.event) },
        ], clock: clock.clock, redact: { $0.replacing("secret", with: "•••") })
      for _ in 1...5 {
        log(.info, "stderr", server: "s", ["line": "the same"])
        log(.warning, "lost", server: "s", ["why": "it ended"])
        log(.debug, "detail", server: "s")
      }
      #expect(shown == ["lost"])
      #expect(kept.filter { $0 == "stderr" }.count == 5 && kept.filter { $0 == "lost" }.count == 1)
      #expect(kept.count == 6)
    }
  }
}
