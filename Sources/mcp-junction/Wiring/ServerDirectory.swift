import TextEditing

/// What a gateway's servers offer, as a command reads it from the report of a gateway.
struct ServerDirectory {
  struct Tool: Equatable {
    /// The name that clients see.
    let name: String
    /// The name that the server gives it.
    let original: String
  }

  struct Server: Equatable {
    let name: String
    /// `ready`, `failed`, `starting` or `disabled`.
    let state: String
    let tools: [Tool]
  }

  let servers: [Server]

  /// Reads a report; nil when it is none.
  init?(json: String) {
    guard let report = try? DocumentNode(json: Array(json.utf8)),
      case .array(let entries)? = report.member("servers")?.value.content
    else { return nil }
    servers = entries.compactMap { entry in
      guard let name = entry.member("name")?.value.text, let state = entry.member("state")?.value.text else {
        return nil
      }
      return Server(name: name, state: state, tools: Self.tools(of: entry))
    }
  }

  private static func tools(of entry: DocumentNode) -> [Tool] {
    guard case .array(let tools)? = entry.member("tools")?.value.content else { return [] }
    return tools.compactMap { tool in
      guard let name = tool.member("name")?.value.text, let original = tool.member("original")?.value.text else {
        return nil
      }
      return Tool(name: name, original: original)
    }
  }

  var tools: [Tool] { servers.flatMap(\.tools) }

  /// Whether every server that is in use, of those named if names are given, says what it offers.
  func areReady(_ names: Set<String>? = nil) -> Bool {
    servers.allSatisfy { ["ready", "disabled"].contains($0.state) || names?.contains($0.name) == false }
  }
}
