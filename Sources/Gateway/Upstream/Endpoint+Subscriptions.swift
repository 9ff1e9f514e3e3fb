import EventLoop
import JSONRPC
import MCP

/// Resources that an endpoint's server tells of, for all clients together.
extension Endpoint {
  /// Has the server tell of changes of resources, which are noted as wanted already. Returns those of which it will.
  ///
  /// - Parameter uris: as the server knows them.
  func hold(_ uris: [String]) async -> Set<RawToken> {
    guard let client, client.negotiated?.capabilities.resourcesSubscribe == true else { return [] }
    if client.era == .modern { return await client.holds(uris) }
    for uri in uris { client.subscribeOnce(uri) }
    var held: Set<RawToken> = []
    for uri in uris where await client.isSubscribed(to: uri) { held.insert(RawToken(uri)) }
    return held
  }

  /// Lets the server be silent about resources again, unless somebody else wants to hear of them.
  func release(_ uris: [String]) {
    guard let client else { return }
    if client.era == .modern {
      client.updateListening()
    } else if client.negotiated?.capabilities.resourcesSubscribe == true {
      for uri in manager.audience.unneeded(uris, at: self) { client.unsubscribe(uri) }
    }
  }

  /// Something may have changed while the server was not listened to.
  func mayHaveChanged() {
    guard let client, let capabilities = client.negotiated?.capabilities else { return }
    for kind in capabilities.listChanged { server.listChanged(kind) }
    Task { @GatewayActor in await announceUnheard(client) }
  }

  /// Tells who is subscribed of what has changed while nobody heard of it.
  func announceUnheard(_ client: ServerConnection) async {
    for uri in manager.audience.subscriptions(at: self) {
      guard await client.mayHaveChanged(uri) else { continue }
      manager.audience.resourceMayHaveChanged(uri, at: self)
    }
  }
}
