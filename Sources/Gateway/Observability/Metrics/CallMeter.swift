import ConnectionPooling
package import EventLoop
package import MCP

/// The counts of one series of requests: those with one method to one server or, where they call a tool, those that
/// call one tool.
@GatewayActor
package final class CallMeter {
  package let method: Method
  /// The tool's original name.
  package let tool: String?
  /// How long they usually take.
  var usual = UsualLatency()
  /// By the outcome.
  private var counts = InlineArray<7, UInt64>(repeating: 0)
  /// Nil for an outcome that has not occurred.
  private var latencies = [LatencyHistogram?](repeating: nil, count: CallOutcome.allCases.count)

  init(method: Method, tool: String? = nil) {
    assert(counts.count == CallOutcome.allCases.count)
    self.method = method
    self.tool = tool
  }

  /// Counts a request that is over, `latency` milliseconds after it was sent; nil when it never was.
  func ended(_ outcome: CallOutcome, after latency: UInt64?) {
    counts[outcome.rawValue] += 1
    guard let latency else { return }
    if latencies[outcome.rawValue]?.add(latency) == nil {
      latencies[outcome.rawValue] = LatencyHistogram(of: latency)
    }
  }

  package func count(_ outcome: CallOutcome) -> UInt64 { counts[outcome.rawValue] }

  package func latency(_ outcome: CallOutcome) -> LatencyHistogram? { latencies[outcome.rawValue] }
}
