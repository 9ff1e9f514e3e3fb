/// What is known of addresses and programs by which people reach remote servers.
enum KnownAddress {
  /// Addresses that their vendors have given up, by their beginning, and what took their place.
  private static let successors = [
    ("https://mcp.atlassian.com/v1/sse", "https://mcp.atlassian.com/v1/mcp/authv2"),
    ("https://mcp.slack.com/sse", "https://mcp.slack.com/mcp"),
    ("https://mcp.linear.app/sse", "https://mcp.linear.app/mcp"),
    ("https://mcp.notion.com/sse", "https://mcp.notion.com/mcp"),
    ("https://mcp.sentry.dev/sse", "https://mcp.sentry.dev/mcp"),
  ]

  /// Programs that stand between a client and an address.
  private static let bridges = ["mcp-remote", "supergateway"]

  /// Returns the advice for an address that is out of use; nil when it is not known to be.
  static func hint(for url: String) -> String? {
    successors.first { url == $0.0 || url.hasPrefix($0.0 + "/") || url.hasPrefix($0.0 + "?") }.map {
      "\($0.0) is out of use; its vendor's address is \($0.1) now"
    }
  }

  /// Returns the advice for a program that only passes messages on to an address; nil for any other.
  static func hint(for launch: ProcessLaunch) -> String? {
    guard let url = launch.arguments.first(where: { $0.hasPrefix("http://") || $0.hasPrefix("https://") }) else {
      return nil
    }
    let words = [launch.command] + launch.arguments
    let bridge = bridges.first { bridge in
      words.contains { word in
        let name = word.split(separator: "/").last ?? ""
        return name == bridge || name.hasPrefix(bridge + "@")
      }
    }
    // A bridge that offers a local server at an address is something else.
    guard let bridge, !launch.arguments.contains("--stdio") else { return nil }
    return "\(bridge) is not needed: \"url\": \"\(url)\" in the place of the command reaches the same server directly"
  }
}
