import EventLoop
import JSONRPC
import MCP

/// Resources that a lane's server tells of, for all clients together.
extension Lane {
  /// Has the server tell of changes of resources, which are noted as wanted already. Returns those of which it will.
  ///
  /// - Parameter uris: as the server knows them.
  func tell(of uris: [String]) async -> Set<RawToken> {
    guard let connection, connection.negotiated?.capabilities.resourcesSubscribe == true else { return [] }
    if connection.era == .modern { return await connection.tells(of: uris) }
    for uri in uris { connection.subscribeOnce(uri) }
    var told: Set<RawToken> = []
    for uri in uris where await connection.isSubscribed(to: uri) { told.insert(RawToken(uri)) }
    return told
  }

  /// Lets the server be silent about resources again, unless somebody else wants to hear of them.
  func release(_ uris: [String]) {
    guard let connection else { return }
    if connection.era == .modern {
      connection.updateListening()
    } else if connection.negotiated?.capabilities.resourcesSubscribe == true {
      for uri in server.upstream.interest.unwanted(uris, self) { connection.unsubscribe(uri) }
    }
  }

  /// Something may have changed while the server was not listened to.
  func mayHaveChanged() {
    guard let connection, let capabilities = connection.negotiated?.capabilities else { return }
    for kind in capabilities.listChanged { server.listChanged(kind) }
    Task { @GatewayActor in await announceUnheard(connection) }
  }

  /// Tells who is subscribed of what has changed while nobody heard of it.
  func announceUnheard(_ connection: ServerConnection) async {
    for uri in server.upstream.interest.resources(self) {
      guard await connection.mayHaveChanged(uri) else { continue }
      server.upstream.news.resourceMayHaveChanged(uri, self)
    }
  }
}
