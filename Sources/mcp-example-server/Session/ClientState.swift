import MCP

/// What a client has said of itself since its `initialize`, which begins it anew.
struct ClientState {
  let revision: Revision
  let capabilities: ClientCapabilities
  /// The least severe log messages that are sent; up to the server until the client sets it.
  var logLevel = LoggingLevel.info
  /// URIs of the resources whose changes the client wants to hear of.
  var subscriptions: Set<String> = []
}
