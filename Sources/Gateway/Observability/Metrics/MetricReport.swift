import ConnectionPooling
package import EventLoop
import MCP

/// All metrics of a gateway at one moment.
@GatewayActor
package struct MetricReport {
  private typealias Label = MetricFamily.Label

  package private(set) var families: [MetricFamily] = []

  /// Takes down how things stand; `process` is what the gateway's own process uses.
  package init(of manager: ServerManager, process: ProcessUsage) {
    addGateway(manager, process)
    addCalls(manager)
    addEndpoints(manager)
    addLists(manager)
  }

  // MARK: - The gateway

  private mutating func addGateway(_ manager: ServerManager, _ process: ProcessUsage) {
    let uptime = manager.clock.now().since(manager.metrics.startedAt)
    add("mcp_junction_info", .gauge, "The running version; always 1.", 1, [Label("version", manager.identity.version)])
    add("mcp_junction_uptime_seconds", .gauge, "Time since the gateway was started.", Double(uptime) / 1_000)
    add(
      "process_resident_memory_bytes", .gauge, "Resident memory of the gateway's own process.",
      Double(process.residentBytes))
    add("process_open_fds", .gauge, "Open descriptors of the gateway's own process.", Double(process.openDescriptors))
    let sessions = manager.audience.members
    add("mcp_junction_sessions", .gauge, "Clients that are connected.", Double(sessions.count))
    add(
      "mcp_junction_unanswered_requests", .gauge, "Requests of clients that have no answer yet.",
      Double(sessions.reduce(0) { $0 + $1.unanswered }))
    add(
      "mcp_junction_dropped_notifications_total", .counter,
      "Notifications that a client did not get because it left too much unread.",
      Double(manager.metrics.droppedNotifications))
  }

  // MARK: - Calls

  private mutating func addCalls(_ manager: ServerManager) {
    var calls = MetricFamily(
      "mcp_junction_calls_total", .counter, "Requests of clients that were meant for a server, by their end.")
    var durations = MetricFamily(
      "mcp_junction_call_duration_seconds", .histogram, "Time from sending a request to its end.")
    var resends = MetricFamily(
      "mcp_junction_resends_total", .counter, "Requests that were sent a second time after their connection was lost.")
    for server in manager.servers {
      for meter in manager.metrics.meters(server: server.id) {
        let tool = meter.tool.map { [Label("tool", $0)] } ?? []
        let series = [Label("server", server.name), Label("method", meter.method.rawValue)] + tool
        for outcome in CallOutcome.allCases where meter.count(outcome) > 0 {
          let labels = series + [Label("outcome", "\(outcome)")]
          calls.add(Double(meter.count(outcome)), labels)
          if let latency = meter.latency(outcome) { durations.add(latency, labels) }
        }
      }
      resends.add(Double(manager.metrics.resends(server: server.id)), [Label("server", server.name)])
    }
    families += [calls, durations, resends]
  }

  // MARK: - Endpoints

  /// One number of an endpoint, as a family of its own.
  private struct Reading {
    let name: String
    let kind: MetricFamily.Kind
    let help: String
    let value: @GatewayActor (Lane) -> UInt64
  }

  private static let readings: [Reading] = [
    Reading(name: "starts_total", kind: .counter, help: "Processes that were started.") {
      $0.state.generation
    },
    Reading(name: "reconnects_total", kind: .counter, help: "Connections that became ready after one was lost.") {
      $0.tally.reconnects
    },
    Reading(name: "breaker_openings_total", kind: .counter, help: "How often the circuit breaker opened.") {
      $0.tally.breakerOpenings
    },
    Reading(name: "in_flight_requests", kind: .gauge, help: "Requests that were sent and are not answered.") {
      UInt64($0.inFlight)
    },
    Reading(name: "waiting_requests", kind: .gauge, help: "Requests that wait for the endpoint.") {
      UInt64($0.pool.waiting)
    },
    Reading(name: "leases_total", kind: .counter, help: "Requests that were sent.") { $0.tally.leases },
    Reading(name: "balancer_picks_total", kind: .counter, help: "Choices of the balancer among several endpoints.") {
      $0.tally.picks
    },
    Reading(name: "probes_total", kind: .counter, help: "Probes that were sent.") { $0.tally.probesSent },
    Reading(name: "probe_answers_total", kind: .counter, help: "Probes that were answered.") {
      $0.tally.probesAnswered
    },
    Reading(name: "probe_misses_total", kind: .counter, help: "Looks at a probe whose answer was overdue.") {
      $0.tally.probesMissed
    },
    Reading(name: "stray_answers_total", kind: .counter, help: "Answers that nobody waited for.") {
      $0.tally.strayAnswers
    },
    Reading(name: "mended_answers_total", kind: .counter, help: "Answers that were mended before they were passed on.")
    {
      $0.tally.mendedAnswers
    },
    Reading(name: "skipped_lines_total", kind: .counter, help: "Lines on standard output that were no messages.") {
      $0.tally.skippedLines
    },
  ]

  private mutating func addEndpoints(_ manager: ServerManager) {
    let lanes = manager.servers.flatMap(\.lanes)
    for reading in Self.readings {
      var family = MetricFamily("mcp_junction_endpoint_" + reading.name, reading.kind, reading.help)
      for lane in lanes { family.add(Double(reading.value(lane)), Self.labels(of: lane)) }
      families.append(family)
    }
    addStates(lanes)
    addCauses(lanes)
  }

  /// Adds what has one of several names, as one gauge for each name: 1 for the one that holds.
  private mutating func addStates(_ lanes: [Lane]) {
    var stages = MetricFamily("mcp_junction_endpoint_state", .gauge, "Which state holds: 1, the others 0.")
    var health = MetricFamily("mcp_junction_endpoint_health", .gauge, "Which health holds: 1, the others 0.")
    var breaker = MetricFamily(
      "mcp_junction_endpoint_breaker", .gauge, "Which state of the circuit breaker holds: 1, the others 0.")
    for lane in lanes {
      let state = lane.state
      let labels = Self.labels(of: lane)
      func add(_ current: String, among names: [String], _ label: String, to family: inout MetricFamily) {
        for name in names { family.add(name == current ? 1 : 0, labels + [Label(label, name)]) }
      }
      add(state.condition.stage.rawValue, among: EndpointStage.allCases.map(\.rawValue), "state", to: &stages)
      add(state.health.name, among: EndpointState.Health.names, "health", to: &health)
      add(state.breaker.name, among: EndpointState.Breaker.names, "state", to: &breaker)
    }
    families += [stages, health, breaker]
  }

  /// Adds counters that are told apart by a cause.
  private mutating func addCauses(_ lanes: [Lane]) {
    var changes = MetricFamily(
      "mcp_junction_endpoint_changes_total", .counter, "Changes into a state, or within it.")
    var losses = MetricFamily(
      "mcp_junction_endpoint_losses_total", .counter, "Connections that were lost or could not be opened, by cause.")
    var refusals = MetricFamily(
      "mcp_junction_endpoint_refusals_total", .counter, "Requests that were not sent, by cause.")
    for lane in lanes {
      let labels = Self.labels(of: lane)
      for stage in EndpointStage.allCases {
        changes.add(Double(lane.tally.changes(to: stage)), labels + [Label("state", stage.rawValue)])
      }
      for kind in EndpointFailure.Kind.allCases {
        losses.add(Double(lane.tally.losses(kind)), labels + [Label("cause", kind.rawValue)])
      }
      for refusal in EndpointTally.Refusal.allCases {
        refusals.add(Double(lane.tally.refusals(refusal)), labels + [Label("cause", refusal.rawValue)])
      }
    }
    families += [changes, losses, refusals]
  }

  private static func labels(of lane: Lane) -> [Label] {
    [Label("server", lane.id.server), Label("replica", String(lane.id.number))]
  }

  // MARK: - Lists

  private mutating func addLists(_ manager: ServerManager) {
    var items = MetricFamily("mcp_junction_listed_items", .gauge, "Items of a server that clients are shown.")
    var quarantined = MetricFamily(
      "mcp_junction_quarantined_items", .gauge, "Items of a server that are kept from clients.")
    for server in manager.servers {
      for kind in ListKind.allCases {
        let labels = [Label("server", server.name), Label("list", "\(kind)")]
        items.add(Double(server.offer.items[kind]?.count ?? 0), labels)
        quarantined.add(Double(server.offer.quarantined.count { $0.kind == kind }), labels)
      }
    }
    var changes = MetricFamily(
      "mcp_junction_list_changed_sent_total", .counter, "Notifications to clients that a list is another one now.")
    for kind in [ListKind.tools, .prompts, .resources] {
      changes.add(Double(manager.metrics.changesSent(kind.changed)), [Label("list", "\(kind)")])
    }
    families += [items, quarantined, changes]
  }

  private mutating func add(
    _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Double, _ labels: [Label] = []
  ) {
    var family = MetricFamily(name, kind, help)
    family.add(value, labels)
    families.append(family)
  }
}
