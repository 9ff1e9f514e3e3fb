import Configuration
package import EventLoop
import JSONRPC
import MCP

/// What `explain` says about a name: where each tool that it can mean comes from, all that was done to it, and how its server
/// is.
@GatewayActor
package struct ToolReport {
  private let explanations: [ToolExplanation]
  private let servers: [String: ServerStatus]
  private let configurationPath: String

  /// Takes down how things stand now.
  ///
  /// - Parameters:
  ///   - name: a public name, a server's own name, or `server/tool`.
  ///   - profile: what the client sees for whom it is explained; nil for one of whom nothing is configured.
  ///   - manager: the gateway.
  package init(of name: String, profile: String?, _ manager: ServerManager) {
    explanations = manager.explanations(of: name, profile: profile)
    configurationPath = manager.configuration.path
    var servers: [String: ServerStatus] = [:]
    for name in Set(explanations.map(\.server)) {
      servers[name] = manager.upstream.server(named: name).map { ServerStatus(of: $0, in: manager.upstream) }
    }
    self.servers = servers
  }

  /// Whether any tool has the name.
  package var isFound: Bool { !explanations.isEmpty }

  // MARK: - For a person

  package var text: String {
    let lines = explanations.flatMap { self.lines(of: $0) + [""] }.dropLast()
    return lines.map(ShownText.line).joined(separator: "\n") + (lines.isEmpty ? "" : "\n")
  }

  private func lines(of tool: ToolExplanation) -> [String] {
    var lines = [tool.publicName ?? "\(tool.server)/\(tool.original)"]
    lines.append("  comes from   \(tool.original) of the server \(tool.server), an entry of \(configurationPath)")
    if let hidden = tool.hidden { lines.append("  hidden       by \"\(hidden.value)\"\(Self.place(hidden.origin))") }
    if tool.hidden == nil, tool.publicName == nil {
      lines.append("  hidden       its server is not shown to this client")
    }
    if let renamed = tool.renamed { lines.append("  renamed      \(renamed.value)\(Self.place(renamed.origin))") }
    lines.append(
      tool.prefix.value.isEmpty
        ? "  prefix       none\(Self.place(tool.prefix.origin))"
        : "  prefix       \(tool.prefix.value)\(Self.place(tool.prefix.origin))")
    if tool.hasHash { lines.append("  hash         its name was too long, or is another's as well") }
    if tool.described != nil { lines.append("  description  replaced\(Self.place(tool.described?.origin ?? ""))") }
    lines.append("  says         \(Self.words(tool.hints))")
    if !tool.isFresh { lines.append("  known        from an earlier run; its server has not said it in this one") }
    return lines + (servers[tool.server].map { self.lines(of: $0) } ?? [])
  }

  private func lines(of server: ServerStatus) -> [String] {
    var lines = ["  server       \(server.state)\(server.isWell ? "" : ", not well")"]
    if let impediment = server.impediment { lines.append("  reason       \(impediment)") }
    if let loss = server.lastLoss {
      lines.append("  last error   \(loss.message), \(Duration.spelled(loss.age)) ago")
    }
    if let half = server.totals.latency.quantile(0.5), let most = server.totals.latency.quantile(0.99) {
      lines.append(
        "  calls        \(server.totals.served) answered, half of them within \(Self.spelled(half)), 99 of 100 within \(Self.spelled(most))"
      )
    }
    return lines
  }

  private static func place(_ origin: String) -> String { origin.isEmpty ? "" : ", said by \(origin)" }

  private static func spelled(_ milliseconds: Double) -> String {
    milliseconds < 10 ? "\((milliseconds * 100).rounded() / 100) ms" : Duration.spelled(UInt64(milliseconds))
  }

  private static func words(_ hints: ToolHints) -> String {
    hints.isReadOnly ? "it only reads" : hints.isDestructive ? "it may destroy" : "it changes, and destroys nothing"
  }

  // MARK: - For a program

  package var json: String {
    var object = JSONObjectText()
    object.add("configuration", configurationPath)
    object.add("tools", raw: explanations.map(json))
    return object.text
  }

  private func json(_ tool: ToolExplanation) -> String {
    var object = JSONObjectText()
    object.add("server", tool.server)
    object.add("original", tool.original)
    object.add("name", tool.publicName)
    object.add("hidden", raw: tool.hidden.map(Self.json))
    object.add("renamed", raw: tool.renamed.map(Self.json))
    object.add("described", raw: tool.described.map(Self.json))
    object.add("prefix", raw: Self.json(tool.prefix))
    object.add("hasHash", tool.hasHash)
    object.add("readOnly", tool.hints.isReadOnly)
    object.add("destructive", tool.hints.isDestructive)
    object.add("isFresh", tool.isFresh)
    if let server = servers[tool.server] {
      object.add("state", server.state)
      object.add("healthy", server.isWell)
      object.add("lastFailure", server.lastLoss?.message)
      object.add("p50Milliseconds", server.totals.latency.quantile(0.5))
      object.add("p99Milliseconds", server.totals.latency.quantile(0.99))
    }
    return object.text
  }

  private static func json(_ saying: ToolShaping.Saying<String>) -> String {
    var object = JSONObjectText()
    object.add("value", saying.value)
    object.add("by", saying.origin.isEmpty ? nil : saying.origin)
    return object.text
  }
}
