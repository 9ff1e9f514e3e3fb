import MCP

/// What the server says of itself in the handshake, as far as the negotiated revision knows it.
enum Introduction {
  static let name = "mcp-example-server"
  static let version = "0.1.0"

  static func capabilities(_ revision: Revision) -> JSON {
    var capabilities: JSON = [
      "logging": [:],
      "prompts": ["listChanged": true],
      "resources": ["subscribe": true, "listChanged": true],
      "tools": ["listChanged": true],
    ]
    if revision >= .march2025 { capabilities["completions"] = [:] }
    if revision >= .november2025 {
      capabilities["tasks"] = ["list": [:], "cancel": [:], "requests": ["tools": ["call": [:]]]]
    }
    return capabilities
  }

  static func serverInfo(_ revision: Revision) -> JSON {
    var info: JSON = ["name": .string(name), "version": .string(version)]
    if revision >= .june2025 { info["title"] = "Example Server" }
    if revision >= .november2025 {
      info["description"] = "Every feature of the protocol, to try a client with"
      info["icons"] = [["src": "data:image/png;base64,\(Sample.picture)", "mimeType": "image/png", "sizes": ["8x8"]]]
    }
    return info
  }

  static let instructions = """
    This server has every feature of the protocol and does nothing useful. \
    Begin with the tool echo. The tools ask, ask_url, sample and roots turn to you or to the user; \
    count changes the resource example://counter; add_tool and its kin change the lists.
    """
}
