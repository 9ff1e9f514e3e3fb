import JSONRPC
import MCP

/// The status for a program. Times of day are milliseconds since 1970.
extension StatusReport {
  package var json: String {
    var object = JSONObjectText()
    object.add("gateway", raw: identity.json)
    object.add("pid", process)
    object.add("healthy", isHealthy)
    object.add("startedAt", before(uptime))
    object.add("uptimeMilliseconds", uptime)
    object.add("configuration", configurationPath)
    object.add("problems", problems)
    object.add("clients", raw: clients.map(json))
    object.add("servers", raw: servers.map(json))
    return object.text
  }

  private func before(_ age: UInt64) -> UInt64 { takenAt > age ? takenAt - age : 0 }

  private func json(_ client: Client) -> String {
    var object = JSONObjectText()
    object.add("session", client.session)
    object.add("name", client.name)
    object.add("version", client.version)
    object.add("revision", client.revision)
    object.add("unanswered", client.unanswered)
    return object.text
  }

  private func json(_ server: ServerStatus) -> String {
    var object = JSONObjectText()
    object.add("name", server.name)
    object.add("state", server.state)
    object.add("healthy", server.isWell)
    object.add("reason", server.impediment)
    object.add("revision", server.revision)
    object.add("serverInfo", raw: server.serverInfo)
    object.add("features", server.features)
    var listed = JSONObjectText()
    for (list, count) in server.listed { listed.add(list.member, count) }
    object.add("listed", raw: listed.text)
    object.add("quarantined", server.quarantined)
    object.add("inFlight", server.endpoints.reduce(0) { $0 + $1.inFlight })
    object.add("waiting", server.endpoints.reduce(0) { $0 + $1.waiting })
    object.add("served", server.totals.served)
    object.add("failures", server.totals.failures)
    object.add("cancelled", server.totals.cancelled)
    object.add("p50Milliseconds", server.totals.latency.quantile(0.5))
    object.add("p99Milliseconds", server.totals.latency.quantile(0.99))
    object.add("lastFailure", raw: server.lastLoss.map(json))
    object.add("endpoints", raw: server.endpoints.map(json))
    return object.text
  }

  private func json(_ loss: EndpointStatus.Loss) -> String {
    var object = JSONObjectText()
    object.add("at", before(loss.age))
    object.add("cause", loss.kind)
    object.add("reason", loss.message)
    return object.text
  }

  private func json(_ endpoint: EndpointStatus) -> String {
    var object = JSONObjectText()
    object.add("replica", endpoint.replica)
    object.add("session", endpoint.session)
    object.add("state", endpoint.stage.rawValue)
    object.add("phase", endpoint.phase)
    object.add("since", endpoint.age.map(before))
    object.add("health", endpoint.health)
    object.add("why", endpoint.complaint)
    object.add("breaker", endpoint.breaker)
    object.add("attempt", endpoint.attempt)
    object.add("retryAt", endpoint.retryIn.map { takenAt + $0 })
    object.add("generation", endpoint.generation)
    object.add("pid", endpoint.process)
    object.add("address", endpoint.place?.address)
    object.add("transport", endpoint.place?.transport?.rawValue)
    object.add("login", endpoint.place?.login?.rawValue)
    object.add("inFlight", endpoint.inFlight)
    object.add("waiting", endpoint.waiting)
    if let connection = endpoint.connection {
      var member = JSONObjectText()
      member.add("createdAt", before(connection.age))
      member.add("lastUsed", before(connection.unusedFor))
      member.add("served", connection.served)
      member.add("failures", connection.failures)
      object.add("connection", raw: member.text)
    }
    object.add("lastFailure", raw: endpoint.lastLoss.map(json))
    return object.text
  }
}
