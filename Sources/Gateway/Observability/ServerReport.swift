import Configuration
package import EventLoop
import JSONRPC
import MCP

/// What `--list` says about all servers: for a person, or for a program.
@GatewayActor
package struct ServerReport {
  package struct Tool: Sendable {
    package let name: String
    package let original: String
    package let description: String
  }

  package struct Server: Sendable {
    package let name: String
    /// `ready`, `failed`, `starting` or `disabled`.
    package let state: String
    package var phase: String?
    package var reason: String?
    package var cure: String?
    package var revision: String?
    /// The raw object of the handshake.
    package var serverInfo: String?
    package var title: String?
    package var startMilliseconds: UInt64?
    /// Where it is reached that is no process; of replicas, all that differ.
    package var places: [ServerPlace] = []
    package var tools: [Tool] = []
    package var counts: [(name: String, count: Int)] = []
    package var quarantined: [ServerOffer.Quarantined] = []
    package var skippedLines = 0
  }

  package let identity: Identity
  package let configurationPath: String
  package let servers: [Server]

  /// Takes down how things stand now, of those servers alone if names are given.
  package init(of manager: ServerManager, only names: [String] = []) {
    identity = manager.identity
    configurationPath = manager.configuration.path
    let entries = manager.catalog.toolEntries
    servers = manager.configuration.servers.filter { names.isEmpty || names.contains($0.name) }.map { configuration in
      guard !configuration.isDisabled, let server = manager.upstream.server(named: configuration.name) else {
        return Server(name: configuration.name, state: "disabled")
      }
      return Self.server(server, entries.filter { $0.server == server.id }, manager)
    }
  }

  private static func server(
    _ server: UpstreamServer, _ entries: [Catalog.Entry], _ manager: ServerManager
  ) -> Server {
    let failure = server.failure
    let state = failure != nil ? "failed" : server.connection != nil ? "ready" : "starting"
    var report = Server(name: server.name, state: state)
    report.phase = failure?.phase.rawValue
    report.reason = (failure?.reason).map { manager.log.redacted($0) }
    report.cure = (failure?.cure).map { manager.log.redacted($0) }
    for place in server.lanes.compactMap(\.place).map({ $0.redacted(by: manager.log.redacted) })
    where !report.places.contains(place) { report.places.append(place) }
    guard state == "ready" else { return report }
    report.revision = server.negotiated?.revision.rawValue
    report.serverInfo = (server.negotiated?.serverInfo).map { manager.log.redacted($0) }
    report.title = report.serverInfo.flatMap { Self.title($0) }
    report.startMilliseconds = server.startMilliseconds
    report.skippedLines = server.skippedLines
    report.quarantined = server.offer.quarantined
    report.tools = entries.map {
      Tool(
        name: $0.name, original: $0.item.key,
        description: Self.line(manager.log.redacted($0.item.string("description") ?? $0.item.string("title") ?? "")))
    }
    for kind in [ListKind.prompts, .resources, .resourceTemplates] {
      report.counts.append(("\(kind.member)", server.offer.items[kind]?.count ?? 0))
    }
    return report
  }

  /// Name and version from the raw object of a handshake.
  static func title(_ serverInfo: String) -> String? {
    var serverInfo = serverInfo
    return serverInfo.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      let name = JSONWalk.member("name", of: bytes).flatMap { JSONText.string($0) }
      let version = JSONWalk.member("version", of: bytes).flatMap { JSONText.string($0) }
      return name.map { name in version.map { "\(name) \($0)" } ?? name }
    }
  }

  /// The first line of a text that is fit for a terminal.
  private static func line(_ text: String) -> String {
    let first = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return String(ShownText.line(first).drop { $0 == " " })
  }

  package var allReady: Bool { servers.allSatisfy { $0.state == "ready" || $0.state == "disabled" } }

  // MARK: - For a person

  /// Lines for a terminal that many columns wide; nil when it is none.
  package func text(columns: Int?) -> String {
    var lines: [String] = []
    for server in servers {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(of: server, columns: columns)
    }
    if servers.isEmpty { lines.append("No servers are configured in \(configurationPath).") }
    return lines.map { ShownText.line($0) }.joined(separator: "\n") + "\n"
  }

  private func lines(of server: Server, columns: Int?) -> [String] {
    var head = ["\(server.name): \(server.state)"]
    if let revision = server.revision { head.append("revision \(revision)") }
    if let title = server.title { head.append(title) }
    if let time = server.startMilliseconds { head.append("started in \(Duration.spelled(time))") }
    var lines = [head.joined(separator: ", ")]
    lines += server.places.map { "  at \($0.text)" }
    if let reason = server.reason { lines.append("  \(server.phase ?? "failure"): \(reason)") }
    if let cure = server.cure { lines.append("  cure: \(cure)") }
    let width = server.tools.map(\.name.count).max() ?? 0
    let originals = server.tools.map(\.original.count).max() ?? 0
    for tool in server.tools {
      let name = tool.name + String(repeating: " ", count: width - tool.name.count)
      let original = tool.original + String(repeating: " ", count: originals - tool.original.count)
      let line = "  \(name)  \(original)  \(tool.description)"
      lines.append(columns.map { Self.cut(line, to: $0) } ?? line)
    }
    let counts = server.counts.filter { $0.count > 0 }.map { "\($0.count) \(Self.words($0.name, $0.count))" }
    if !counts.isEmpty { lines.append("  and \(counts.joined(separator: ", "))") }
    for entry in server.quarantined {
      lines.append("  left out: \(entry.kind.itemName) \"\(entry.name)\": \(entry.reason)")
    }
    if server.skippedLines > 0 {
      lines.append("  \(server.skippedLines) lines on its standard output were no messages and were skipped")
    }
    return lines
  }

  private static func words(_ name: String, _ count: Int) -> String {
    let plural = name == "resourceTemplates" ? "resource templates" : name
    return count == 1 ? String(plural.dropLast()) : plural
  }

  private static func cut(_ line: String, to columns: Int) -> String {
    line.count <= columns || columns < 8 ? line : line.prefix(columns - 1) + "…"
  }

  // MARK: - For a program

  package var json: String {
    let gateway = identity.json
    let servers = servers.map { Self.json($0) }.joined(separator: ",")
    return "{\"gateway\":\(gateway),\"configuration\":\(JSONText.quote(configurationPath)),\"servers\":[\(servers)]}"
  }

  private static func json(_ place: ServerPlace) -> String {
    var object = JSONObjectText()
    object.add("address", place.address)
    object.add("transport", place.transport?.rawValue)
    object.add("login", place.login?.rawValue)
    return object.text
  }

  private static func json(_ server: Server) -> String {
    var members = ["\"name\":\(JSONText.quote(server.name))", "\"state\":\(JSONText.quote(server.state))"]
    func add(_ name: String, _ text: String?) {
      if let text { members.append("\"\(name)\":\(JSONText.quote(text))") }
    }
    add("phase", server.phase)
    add("reason", server.reason)
    add("cure", server.cure)
    add("revision", server.revision)
    if let info = server.serverInfo { members.append("\"serverInfo\":\(info)") }
    if let time = server.startMilliseconds { members.append("\"startMilliseconds\":\(time)") }
    if !server.places.isEmpty { members.append("\"places\":[\(server.places.map(json).joined(separator: ","))]") }
    if server.state == "ready" {
      let tools = server.tools.map {
        "{\"name\":\(JSONText.quote($0.name)),\"original\":\(JSONText.quote($0.original)),"
          + "\"description\":\(JSONText.quote($0.description))}"
      }
      members.append("\"tools\":[\(tools.joined(separator: ","))]")
      for (name, count) in server.counts { members.append("\"\(name)\":\(count)") }
    }
    let quarantined = server.quarantined.map {
      "{\"kind\":\(JSONText.quote($0.kind.itemName)),\"name\":\(JSONText.quote($0.name)),"
        + "\"reason\":\(JSONText.quote($0.reason))}"
    }
    members.append("\"quarantined\":[\(quarantined.joined(separator: ","))]")
    members.append("\"skippedLines\":\(server.skippedLines)")
    return "{\(members.joined(separator: ","))}"
  }
}
