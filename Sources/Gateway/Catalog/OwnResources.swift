import Configuration
import EventLoop
import JSONRPC
import MCP

/// What the gateway says of itself and of its servers: the merged instructions, and the resources that offer those whole
/// which had to be shortened.
@GatewayActor
struct OwnResources {
  private let upstream: ServerSet

  init(of upstream: ServerSet) { self.upstream = upstream }

  private var shares: [Instructions.Share] {
    Instructions.shares(
      of: upstream.servers.map { ($0.label, $0.instructionsText) },
      budget: upstream.configuration.settings.instructionsBudget)
  }

  /// The instructions of all servers that are known by now, within the budget.
  var instructions: String? { Instructions.merged(shares) }

  var resources: [ListItem] {
    shares.filter(\.isShortened).compactMap { share in
      let uri = Instructions.resourceURI(for: share.server)
      let text =
        "{\"uri\":\(JSONText.quote(uri)),\"name\":\(JSONText.quote("instructions of " + share.server)),"
        + "\"mimeType\":\"text/plain\"}"
      return Array(text.utf8).withUnsafeBytes { bytes in
        if case .good(let item) = ListItem.judge(bytes, kind: .resources) { item } else { nil }
      }
    }
  }

  /// The text of a resource of the gateway itself; nil when it has none of that URI.
  func text(of uri: String) -> String? {
    guard uri.hasPrefix(Instructions.resourceURI(for: "")) else { return nil }
    return upstream.servers.first {
      Instructions.resourceURI(for: $0.label) == uri && !$0.instructionsText.isEmpty
    }?.instructionsText
  }

  /// Entries of the `extensions` that the gateway offers to modern clients: those of its servers.
  var extensions: [String] {
    var seen: Set<String> = []
    let all = upstream.servers.compactMap(\.negotiated).flatMap { negotiated in
      negotiated.capabilities.extensions.filter { $0.exists(in: negotiated.revision.era) }
    }
    return all.filter { seen.insert($0.identifier).inserted }.map(\.member)
  }
}
