import Configuration
package import EventLoop
import JSONRPC

/// What `tokens` says: what the list of tools costs a model that is shown all of it.
@GatewayActor
package struct CostReport {
  private struct Server {
    let name: String
    let tools: [(name: String, tokens: Int)]

    var tokens: Int { tools.reduce(0) { $0 + $1.tokens } }
  }

  /// The dearest first.
  private let servers: [Server]
  private let faceCost: Int

  /// - Parameters:
  ///   - manager: the gateway.
  ///   - profile: the profile of the client whose list it is; nil for one of whom nothing is configured.
  package init(of manager: ServerManager, profile: String?) {
    let costs = Dictionary(grouping: manager.toolCosts(profile: profile), by: \.server)
    servers = costs.map { name, tools in
      Server(
        name: name, tools: tools.map { ($0.tool, $0.tokens) }.sorted { ($1.tokens, $0.name) < ($0.tokens, $1.name) })
    }.sorted { ($1.tokens, $0.name) < ($0.tokens, $1.name) }
    faceCost = manager.faceCost
  }

  private var total: Int { servers.reduce(0) { $0 + $1.tokens } }

  // MARK: - For a person

  package var text: String {
    var lines: [String] = []
    for server in servers {
      lines.append("\(Self.aligned(server.tokens))  \(server.name), \(Self.count(server.tools.count, "tool"))")
      lines += server.tools.map { "\(Self.aligned($0.tokens))    \($0.name)" }
    }
    lines.append("\(Self.aligned(total))  in all, at four bytes a token")
    lines.append("\(Self.aligned(faceCost))  with \"face\": \"search\" instead")
    return lines.map(ShownText.line).joined(separator: "\n") + "\n"
  }

  private static func aligned(_ number: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }

  private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

  // MARK: - For a program

  package var json: String {
    var object = JSONObjectText()
    object.add("tokens", total)
    object.add("searchFace", faceCost)
    object.add("servers", raw: servers.map(json))
    return object.text
  }

  private func json(_ server: Server) -> String {
    var object = JSONObjectText()
    object.add("name", server.name)
    object.add("tokens", server.tokens)
    object.add(
      "tools",
      raw: server.tools.map { tool in
        var object = JSONObjectText()
        object.add("name", tool.name)
        object.add("tokens", tool.tokens)
        return object.text
      })
    return object.text
  }
}
