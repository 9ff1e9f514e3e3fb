import Gateway
import Testing

@Suite struct PrometheusTextTests {
  private func text(_ families: MetricFamily...) -> String {
    String(decoding: PrometheusText.render(families), as: UTF8.self)
  }

  @Test func aFamilyHasItsHelpItsTypeAndItsSamples() {
    var family = MetricFamily("calls_total", .counter, "Calls.")
    family.add(3, [.init("server", "one"), .init("outcome", "ok")])
    family.add(0.25)
    #expect(
      text(family) == """
        # HELP calls_total Calls.
        # TYPE calls_total counter
        calls_total{server="one",outcome="ok"} 3
        calls_total 0.25

        """)
  }

  @Test func aFamilyWithoutSamplesIsLeftOut() { #expect(text(MetricFamily("calls_total", .counter, "Calls.")) == "") }

  @Test func labelsAndHelpAreEscaped() {
    var family = MetricFamily("calls_total", .counter, "One\nline, \\ and \".")
    family.add(1, [.init("tool", "a\"b\\c\nd é")])
    #expect(
      text(family) == #"""
        # HELP calls_total One\nline, \\ and ".
        # TYPE calls_total counter
        calls_total{tool="a\"b\\c\nd é"} 1

        """#)
  }

  @Test func whatATerminalWouldObeyIsSpelledOut() {
    var family = MetricFamily("calls_total", .counter, "Calls.")
    family.add(1, [.init("tool", "a\u{1B}[2J\u{202E}")])
    #expect(text(family).contains(#"{tool="a\\u{1b}[2J\\u{202e}"} 1"#))
  }

  @Test func largeNumbersAreExact() {
    var family = MetricFamily("bytes", .gauge, "Bytes.")
    family.add(9_007_199_254_740_991)
    family.add(0)
    #expect(text(family).hasSuffix("bytes 9007199254740991\nbytes 0\n"))
  }

  @Test func aHistogramIsCumulativeAndInSeconds() {
    var histogram = LatencyHistogram()
    for value in [1, 3, 3, 400_000] as [UInt64] { histogram.add(value) }
    var family = MetricFamily("duration_seconds", .histogram, "Time.")
    family.add(histogram, [.init("server", "one")])
    let lines = text(family).split(separator: "\n").dropFirst(2)
    #expect(lines.count == LatencyHistogram.bounds.count + 3)
    #expect(
      Array(lines.prefix(4)) == [
        #"duration_seconds_bucket{server="one",le="0.001"} 1"#, #"duration_seconds_bucket{server="one",le="0.002"} 1"#,
        #"duration_seconds_bucket{server="one",le="0.005"} 3"#, #"duration_seconds_bucket{server="one",le="0.01"} 3"#,
      ])
    #expect(
      Array(lines.suffix(4)) == [
        #"duration_seconds_bucket{server="one",le="300"} 3"#, #"duration_seconds_bucket{server="one",le="+Inf"} 4"#,
        #"duration_seconds_sum{server="one"} 400.007"#, #"duration_seconds_count{server="one"} 4"#,
      ])
  }
}
