import MCP

/// On what terms a client makes a request: in which era, and what it can do meanwhile. A legacy client says so once, in
/// its handshake; a modern one on every request.
struct RequestTerms {
  let era: Era
  /// What goes with the request to a modern server; it holds the capabilities.
  let stamp: RequestStamp
  /// The least urgent log messages that are wanted.
  let logLevel: LoggingLevel?

  var capabilities: ClientCapabilities { stamp.capabilities }

  var profile: ListProfile { ListProfile(era: era, stamp.capabilities) }
}

extension Era {
  /// Asked several times for each message, and cheaper than a comparison in the module of the type.
  var isModern: Bool { if case .modern = self { true } else { false } }
}
