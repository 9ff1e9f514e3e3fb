import ConnectionPooling
import EventLoop
import MCP

/// How one server is, as it was at one moment.
struct ServerStatus: Sendable {
  let name: String
  /// The best of its endpoints' stages, or `disabled`.
  let state: String
  /// Why it cannot be started as it is configured.
  let impediment: String?
  /// Name and version, as the server says.
  let title: String?
  let revision: String?
  /// The raw object of the handshake.
  let serverInfo: String?
  /// What it declared, in the protocol's names.
  let features: [String]
  let listed: [(list: ListKind, count: Int)]
  let quarantined: Int
  let totals: CallTotals
  let endpoints: [EndpointStatus]

  var isWell: Bool { state == "disabled" || impediment == nil && endpoints.allSatisfy(\.isWell) }

  var lastLoss: EndpointStatus.Loss? { endpoints.compactMap(\.lastLoss).min { $0.age < $1.age } }

  /// An entry of the configuration that is not used.
  init(disabled name: String) {
    self.name = name
    state = "disabled"
    impediment = nil
    title = nil
    revision = nil
    serverInfo = nil
    features = []
    listed = []
    quarantined = 0
    totals = CallTotals()
    endpoints = []
  }

  @GatewayActor
  init(of server: UpstreamServer, in upstream: ServerSet) {
    name = server.name
    impediment = (server.impediment?.reason).map { upstream.log.redacted($0) }
    endpoints = server.lanes.map { EndpointStatus(of: $0, redact: upstream.log.redacted) }
    let stages = Set(endpoints.map(\.stage))
    let best: EndpointStage? = [.connected, .connecting, .reconnecting, .disconnected, .failed, .closed].first {
      stages.contains($0)
    }
    state = (best ?? .failed).rawValue
    title = server.negotiated.flatMap { ServerReport.title($0.serverInfo) }.map { upstream.log.redacted($0) }
    revision = server.negotiated?.revision.rawValue
    serverInfo = server.negotiated?.serverInfo
    features = server.negotiated?.capabilities.names ?? []
    listed = ListKind.allCases.map { ($0, server.offer.items[$0]?.count ?? 0) }
    quarantined = server.offer.quarantined.count
    totals = upstream.metrics.totals(server: server.id)
  }
}

extension ServerCapabilities {
  /// What is declared, each by its path in the protocol's object.
  fileprivate var names: [String] {
    let all = [
      ("tools", tools), ("prompts", prompts), ("resources", resources), ("resources.subscribe", resourcesSubscribe),
      ("logging", logging), ("completions", completions), ("tasks.list", tasksList), ("tasks.cancel", tasksCancel),
      ("tasks.requests.tools.call", tasksToolsCall),
    ]
    return all.filter(\.1).map(\.0)
  }
}
