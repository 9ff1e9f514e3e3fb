import Configuration
import EventLoop
import JSONRPC
import MCP

/// The lists of one server: read, kept, and read again when they change.
extension UpstreamServer {
  /// What it offers, as it was last read.
  package var offer: ServerOffer { shelf.offer }

  /// Takes over what the server offers now.
  func adopt(_ offer: ServerOffer) {
    guard let quarantined = shelf.put(offer) else { return }
    for entry in quarantined {
      log(
        .warning, "item_quarantined", ["kind": entry.kind.itemName, "name": entry.name, "reason": entry.reason])
    }
    upstream.news.offerChanged()
  }

  func hasExpired(_ kind: ListKind) -> Bool {
    guard let connection, connection.era == .modern else { return false }
    let list = kind == .resourceTemplates ? ListKind.resources : kind
    if connection.attention.listening.honoured.lists.contains(list) { return false }
    return shelf.hasExpired(kind)
  }

  /// Reads one list again.
  func read(_ kind: ListKind) async {
    guard let connection, case .success(let list) = await connection.readList(kind), self.connection === connection
    else { return }
    var next = offer
    take(list, into: &next)
    adopt(next)
  }

  private func take(_ list: ListReading, into offer: inout ServerOffer) {
    shelf.note(list.hints, of: list.kind)
    offer.items[list.kind] = list.items
    offer.quarantined = offer.quarantined.filter { $0.kind != list.kind } + list.quarantined
  }

  /// The server has been away for longer than its lists are kept.
  func graceOver() { adopt(ServerOffer()) }

  /// Reads lists again that the server says have changed: once for a burst of such notifications.
  func listChanged(_ kind: ListKind) {
    if kind == .resources { upstream.news.resourcesChanged(id) }
    shelf.changed.insert(kind)
    refreshChanged()
  }

  /// A change that was announced while the lists were read for the first time is seen to when the server is ready.
  func refreshChanged() {
    guard connection != nil, !shelf.changed.isEmpty, !shelf.isRefreshing else { return }
    shelf.isRefreshing = true
    Task { @GatewayActor in await refresh() }
  }

  private func refresh() async {
    // A server that announces a change after every list is listened to less and less.
    var pause = ServerSet.settlingTime
    while connection != nil, !shelf.changed.isEmpty {
      await upstream.clock.sleep(milliseconds: pause)
      pause = min(pause * 2, 5_000)
      guard let connection else { break }
      let kinds = shelf.changed
      shelf.changed = []
      var next = offer
      for kind in ListKind.allCases where kinds.contains(kind) {
        switch await connection.readList(kind) {
        case .success(let list): take(list, into: &next)
        case .failure(let failure): log(.warning, "list_failed", ["reason": failure.reason])
        }
      }
      if self.connection === connection { adopt(next) }
    }
    shelf.isRefreshing = false
  }
}
