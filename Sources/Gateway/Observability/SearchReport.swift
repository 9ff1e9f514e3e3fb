import Configuration
package import EventLoop
import JSONRPC

/// What `search` finds: for a person, or for a program.
@GatewayActor
package struct SearchReport {
  /// Tools that are shown; a person looks through more than a model is paid for.
  package static let limit = 10
  /// Characters of a description.
  private static let descriptionLimit = 120

  private let found: [ToolFinder.Found]

  /// - Parameters:
  ///   - query: what a person types.
  ///   - profile: the profile of the client for whom it is searched; nil for one of whom nothing is configured.
  ///   - manager: the gateway.
  package init(of query: String, profile: String?, _ manager: ServerManager) {
    found = manager.found(query, limit: Self.limit, profile: profile)
  }

  package var isAnyFound: Bool { !found.isEmpty }

  package var text: String {
    let width = found.map(\.name.count).max() ?? 0
    let lines = found.map { tool in
      let first = tool.description.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      let name = tool.name + String(repeating: " ", count: width - tool.name.count)
      return ShownText.line("\(name)  \(first.prefix(Self.descriptionLimit))")
    }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  package var json: String { "{\"tools\":[\(found.map(\.json).joined(separator: ","))]}" }
}
