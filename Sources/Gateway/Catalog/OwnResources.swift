import Configuration
import EventLoop
import JSONRPC
import MCP

/// What the gateway says of itself and of its servers: the merged instructions, and the resources that offer those whole
/// which had to be shortened.
@GatewayActor
struct OwnResources {
  private let upstream: ServerSet
  /// Those that the client sees.
  private let servers: [UpstreamServer]

  init(of upstream: ServerSet, seeing servers: [UpstreamServer]) {
    self.upstream = upstream
    self.servers = servers
  }

  private var shares: [Instructions.Share] {
    Instructions.shares(
      of: servers.map { ($0.label, $0.instructionsText) },
      budget: upstream.configuration.settings.instructionsBudget)
  }

  /// The instructions of all servers that are known by now, within the budget, and behind them what is wrong: with the file,
  /// and with servers that have failed.
  var instructions: String? {
    let faults =
      upstream.configuration.problems.map { "\($0)" }
      + servers.compactMap { server in
        server.isSettled ? server.failure.map { "\(server.name): \($0.reason)" } : nil
      }
    guard !faults.isEmpty else { return Instructions.merged(shares) }
    let shown = faults.prefix(Self.faultLimit).map { upstream.log.quoted($0, limit: 200) }
    let words = "Not available: " + shown.joined(separator: "; ") + (faults.count > shown.count ? "; and more." : ".")
    return [Instructions.merged(shares), words].compactMap { $0 }.joined(separator: "\n\n")
  }

  private static let faultLimit = 8

  /// What the gateway offers of its own: how its servers are, always, so that no list is empty for a client that gives a
  /// server up which offers nothing; and instructions that had to be shortened.
  var resources: [ListItem] {
    let shortened = shares.filter(\.isShortened).compactMap { share in
      Self.item(Instructions.resourceURI(for: share.server), "instructions of " + share.server)
    }
    return shortened + [Self.item(Self.statusURI, "status of the servers behind mcp-junction")].compactMap { $0 }
  }

  /// The resource that says how the servers are.
  static let statusURI = "junction://status"

  private static func item(_ uri: String, _ name: String) -> ListItem? {
    let text = "{\"uri\":\(JSONText.quote(uri)),\"name\":\(JSONText.quote(name)),\"mimeType\":\"text/plain\"}"
    return Array(text.utf8).withUnsafeBytes { bytes in
      if case .good(let item) = ListItem.judge(bytes, kind: .resources) { item } else { nil }
    }
  }

  private var status: String {
    let servers = servers.map { server in
      "\(server.name): \(server.stateText), \(server.offer.items[.tools]?.count ?? 0) tools"
    }
    let lines = upstream.configuration.problems.map { "\($0)" } + servers
    return lines.isEmpty
      ? "No servers are configured in \(upstream.configuration.path)." : lines.joined(separator: "\n")
  }

  /// The text of a resource of the gateway itself; nil when it has none of that URI.
  func text(of uri: String) -> String? {
    if uri == Self.statusURI { return upstream.log.redacted(status) }
    guard uri.hasPrefix(Instructions.resourceURI(for: "")) else { return nil }
    return servers.first {
      Instructions.resourceURI(for: $0.label) == uri && !$0.instructionsText.isEmpty
    }?.instructionsText
  }

  /// Entries of the `extensions` that the gateway offers to modern clients: those of its servers.
  var extensions: [String] {
    var seen: Set<String> = []
    let all = servers.compactMap(\.negotiated).flatMap { negotiated in
      negotiated.capabilities.extensions.filter { $0.exists(in: negotiated.revision.era) }
    }
    return all.filter { seen.insert($0.identifier).inserted }.map(\.member)
  }
}
