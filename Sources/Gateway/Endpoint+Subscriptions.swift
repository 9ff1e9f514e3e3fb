import EventLoop
import JSONRPC
import MCP

/// Resources that an endpoint's server tells of, for all clients together.
extension Endpoint {
  /// Has the server tell of changes of a resource. Returns whether it will.
  ///
  /// - Parameter uri: as the server knows it.
  func hold(_ uri: String) async -> Bool {
    guard let client, client.negotiated?.capabilities.resourcesSubscribe == true else { return false }
    return client.era == .modern ? await client.holds(uri) : await client.isSubscribed(to: uri)
  }

  /// Lets the server be silent about a resource again, unless somebody else wants to hear of it.
  func release(_ uri: String) {
    guard let client, !manager.audience.needs(uri, at: self) else { return }
    if client.era == .modern {
      client.updateListening()
    } else if client.negotiated?.capabilities.resourcesSubscribe == true {
      client.unsubscribe(uri)
    }
  }

  /// Something may have changed while the server was not listened to.
  func mayHaveChanged() {
    guard let client, let capabilities = client.negotiated?.capabilities else { return }
    for kind in capabilities.listChanged { server.listChanged(kind) }
    Task { @GatewayActor in await announceUnheard(client) }
  }

  /// Tells who is subscribed of what has changed while nobody heard of it.
  func announceUnheard(_ client: UpstreamClient) async {
    for uri in manager.audience.subscriptions(at: self) {
      guard await client.mayHaveChanged(uri) else { continue }
      manager.audience.resourceMayHaveChanged(uri, at: self)
    }
  }
}
