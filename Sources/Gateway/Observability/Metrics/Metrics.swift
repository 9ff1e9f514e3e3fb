package import EventLoop
import JSONRPC
package import MCP

/// The counters and histograms that belong to no endpoint.
///
/// Counting a request costs a few additions: the meter of a tool is known where the tool is looked up. What an endpoint counts is its
/// ``EndpointTally``; gauges are read from the machines at the moment they are asked for.
@GatewayActor
package final class Metrics {
  /// The most tools with a series of their own, of all servers together. Further ones are counted by server only.
  package static let toolLimit = 5_000

  private struct Server {
    var tools = ByteIndex()
    /// By the position of the tool.
    var toolMeters: [CallMeter] = []
    var methods: [Method: CallMeter] = [:]
    /// All of them, in the order of their first request.
    var meters: [CallMeter] = []
    var resends: UInt64 = 0
  }

  package let startedAt: Instant
  private var servers: [Server]
  private var tools = 0
  /// Notifications that a client did not get because it left too much unread, or was not ready for so many.
  package private(set) var droppedNotifications: UInt64 = 0
  private var changesSent: [Method: UInt64] = [:]

  init(servers count: Int, startedAt: Instant) {
    servers = Array(repeating: Server(), count: count)
    self.startedAt = startedAt
  }

  // MARK: - Counting

  /// Returns where a request is counted.
  ///
  /// - Parameter tool: the tool that it calls, which remembers its meter.
  func meter(server index: Int, method: Method, tool: Catalog.Target?) -> CallMeter {
    if let tool, let meter = self.tool(tool.raw, of: index) {
      tool.meter = meter
      return meter
    }
    if let meter = servers[index].methods[method] { return meter }
    let meter = CallMeter(method: method)
    servers[index].methods[method] = meter
    servers[index].meters.append(meter)
    return meter
  }

  private func tool(_ raw: [UInt8], of index: Int) -> CallMeter? {
    raw.withUnsafeBytes { bytes in
      if let position = servers[index].tools.position(ofQuoted: bytes) { return servers[index].toolMeters[position] }
      guard tools < Self.toolLimit, let name = JSONText.string(bytes) else { return nil }
      tools += 1
      let meter = CallMeter(method: .toolsCall, tool: name)
      _ = servers[index].tools.enter(name)
      servers[index].toolMeters.append(meter)
      servers[index].meters.append(meter)
      return meter
    }
  }

  func sentAgain(server index: Int) { servers[index].resends += 1 }

  func notificationDropped() { droppedNotifications += 1 }

  /// A client was told that a list is another one now.
  func changeSent(_ notification: Method) { changesSent[notification, default: 0] += 1 }

  // MARK: - Reading

  package func meters(server index: Int) -> [CallMeter] { servers[index].meters }

  package func resends(server index: Int) -> UInt64 { servers[index].resends }

  package func changesSent(_ notification: Method) -> UInt64 { changesSent[notification] ?? 0 }

  package func totals(server index: Int) -> CallTotals {
    var totals = CallTotals()
    for meter in servers[index].meters {
      for outcome in CallOutcome.allCases {
        totals.add(outcome, count: meter.count(outcome), latency: meter.latency(outcome))
      }
    }
    return totals
  }
}
