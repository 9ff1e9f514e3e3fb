import Configuration
import MCP

/// The status for a person.
extension StatusReport {
  package var text: String {
    var lines = ["gateway \(process), \(identity.version), up \(Duration.spelled(uptime))"]
    lines.append("  configuration: \(configurationPath)")
    for problem in problems { lines.append("  problem: \(problem)") }
    for client in clients { lines.append("  client: " + line(client)) }
    for server in servers {
      lines.append("")
      lines += self.lines(server)
    }
    return lines.map(ShownText.line).joined(separator: "\n") + "\n"
  }

  private func line(_ client: Client) -> String {
    guard let name = client.name else { return "has not introduced itself" }
    let parts = [client.version.map { "\(name) \($0)" } ?? name, client.revision.map { "revision \($0)" }]
    return parts.compactMap { $0 }.joined(separator: ", ") + ", \(client.unanswered) unanswered"
  }

  private func lines(_ server: ServerStatus) -> [String] {
    let single = server.endpoints.count == 1 ? server.endpoints[0] : nil
    var head = "  \(server.name): " + (single.map(state) ?? server.state)
    if let title = server.title { head += "; \(title)" }
    if let revision = server.revision { head += ", revision \(revision)" }
    if let process = single?.process { head += ", pid \(process)" }
    if let place = single?.place { head += ", \(place.text)" }
    var lines = [head]
    if let impediment = server.impediment { lines.append("    reason: \(impediment)") }
    if let complaint = single?.complaint { lines.append("    reason: \(complaint)") }
    if server.endpoints.count > 1 {
      for endpoint in server.endpoints { lines.append("    " + line(endpoint)) }
    }
    if !server.features.isEmpty {
      let counts = server.listed.filter { $0.count > 0 }.map {
        "\($0.count) \($0.list.itemName)\($0.count == 1 ? "" : "s")"
      }
      lines.append(
        "    offers: " + server.features.joined(separator: ", ") + (counts.isEmpty ? "" : "; ")
          + counts.joined(separator: ", "))
    }
    if server.quarantined > 0 { lines.append("    left out: \(server.quarantined) items") }
    if !server.endpoints.isEmpty { lines.append("    " + calls(server)) }
    if let loss = server.lastLoss {
      lines.append("    last failure: \(Duration.spelled(loss.age)) ago (\(loss.kind)), \(loss.message)")
    }
    return lines
  }

  private func line(_ endpoint: EndpointStatus) -> String {
    let process = (endpoint.process.map { ", pid \($0)" } ?? "") + (endpoint.place.map { ", \($0.text)" } ?? "")
    let load = ", \(endpoint.inFlight) in flight, \(endpoint.waiting) waiting"
    let session = endpoint.session.map { ", session \($0)" } ?? ""
    return "replica \(endpoint.replica): " + state(endpoint) + process + session + load
      + (endpoint.complaint.map { "; \($0)" } ?? "")
  }

  private func state(_ endpoint: EndpointStatus) -> String {
    var parts = [endpoint.stage.rawValue]
    switch endpoint.stage {
    case .connected:
      if let age = endpoint.age { parts[0] += " for \(Duration.spelled(age))" }
      parts.append(endpoint.health)
    case .connecting, .reconnecting:
      if let attempt = endpoint.attempt { parts.append("attempt \(attempt)") }
      if let retryIn = endpoint.retryIn {
        parts.append("next in \(Duration.spelled(retryIn))")
      } else if let phase = endpoint.phase {
        parts.append(phase)
      }
    case .disconnected, .failed, .closed: break
    }
    if endpoint.breaker != "closed" { parts.append("breaker \(endpoint.breaker)") }
    return parts.joined(separator: ", ")
  }

  private func calls(_ server: ServerStatus) -> String {
    let (inFlight, waiting) = server.endpoints.reduce((0, 0)) { ($0.0 + $1.inFlight, $0.1 + $1.waiting) }
    let totals = server.totals
    var text = "calls: \(totals.served) served, \(totals.failures) failed, \(inFlight) in flight, \(waiting) waiting"
    if let median = totals.latency.quantile(0.5), let high = totals.latency.quantile(0.99) {
      text += "; p50 \(Self.milliseconds(median)), p99 \(Self.milliseconds(high))"
    }
    return text
  }

  private static func milliseconds(_ value: Double) -> String {
    value < 1 ? "under 1 ms" : Duration.spelled(UInt64(value.rounded()))
  }
}
