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
  /// By the number of the server.
  private var servers: [Server] = []
  private var tools = 0
  /// Notifications, and errors that answer no request, that a client did not get because it left too much unread, or was
  /// not ready for so many.
  package private(set) var droppedNotifications: UInt64 = 0
  private var changesSent: [Method: UInt64] = [:]

  init(startedAt: Instant) { self.startedAt = startedAt }

  // MARK: - Counting

  /// Returns where a request is counted. The tool that it calls remembers its meter.
  func meter(server: ServerID, method: Method, tool: Catalog.Target?) -> CallMeter {
    if let tool, let meter = self.tool(tool.raw, of: server) {
      tool.meter = meter
      return meter
    }
    let index = index(of: server)
    if let meter = servers[index].methods[method] { return meter }
    let meter = CallMeter(method: method)
    servers[index].methods[method] = meter
    servers[index].meters.append(meter)
    return meter
  }

  /// Where a server's counts stand, those of one that was not counted before included.
  private func index(of server: ServerID) -> Int {
    while servers.count <= server.number { servers.append(Server()) }
    return server.number
  }

  private func tool(_ raw: [UInt8], of server: ServerID) -> CallMeter? {
    let index = index(of: server)
    return raw.withUnsafeBytes { bytes in
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

  func sentAgain(server: ServerID) { servers[index(of: server)].resends += 1 }

  func notificationDropped() { droppedNotifications += 1 }

  /// A client was told that a list is another one now.
  func changeSent(_ notification: Method) { changesSent[notification, default: 0] += 1 }

  // MARK: - Reading

  package func meters(server: ServerID) -> [CallMeter] { servers[index(of: server)].meters }

  package func resends(server: ServerID) -> UInt64 { servers[index(of: server)].resends }

  package func changesSent(_ notification: Method) -> UInt64 { changesSent[notification] ?? 0 }

  package func totals(server: ServerID) -> CallTotals {
    var totals = CallTotals()
    for meter in meters(server: server) {
      for outcome in CallOutcome.allCases {
        totals.add(outcome, count: meter.count(outcome), latency: meter.latency(outcome))
      }
    }
    return totals
  }
}
