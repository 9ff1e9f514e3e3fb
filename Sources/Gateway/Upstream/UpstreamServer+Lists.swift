import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// The lists of one server: each read and published on its own, and read again when it is another one.
extension UpstreamServer {
  /// What it offers, as it was last read.
  package var offer: ServerOffer { shelf.offer }

  /// Takes over what the server offers now.
  func adopt(_ offer: ServerOffer) {
    sayWhatChanged(in: offer)
    guard let quarantined = shelf.put(offer) else { return }
    for entry in quarantined {
      log(
        .warning, "item_quarantined", ["kind": entry.kind.itemName, "name": entry.name, "reason": entry.reason])
    }
    upstream.news.offerChanged()
  }

  /// Says which definitions of tools are other ones than they were when they were last remembered: whoever trusts a server
  /// trusts what it has said before.
  private func sayWhatChanged(in next: ServerOffer) {
    guard configuration.settings.pin == .warn, let tools = next.items[.tools], tools != offer.items[.tools] else {
      return
    }
    let remembered = facts.flatMap { $0.mark == ServerFacts.mark(of: configuration) ? $0.offer : nil } ?? offer
    let before = Dictionary(
      (remembered.items[.tools] ?? []).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    var changes = tools.compactMap { tool in
      before[tool.key].flatMap { DefinitionChange.between($0, tool) }.map { (tool.key, $0) }
    }
    let rest = changes.count - Self.changesSaid
    if rest > 0 { changes.removeLast(rest) }
    for (tool, change) in changes { log(.warning, "tool_changed", ["tool": tool, "change": change]) }
    if rest > 0 { log(.warning, "tool_changed", ["tool": "\(rest) more", "change": "not said one by one"]) }
  }

  /// Changed tools of one list that are named.
  private static let changesSaid = 20

  /// The server has been away for longer than its lists are kept: what is left is what a connection has brought that is
  /// being opened.
  func graceOver() {
    var left = offer
    for kind in ListKind.allCases where !shelf.schedule.wasRead(kind) { left.take(nil, of: kind) }
    adopt(left)
  }

  /// No connection is there any more that could read lists. What one has published that was never ready goes with it.
  func listsLost() {
    shelf.connectionClosed()
    switch presence.condition {
    case .absent, .gone: if !upstream.isClosing { graceOver() }
    case .known, .present, .lingering: break
    }
  }

  // MARK: - The first reading

  /// Reads all lists of a new connection. Returns when they are there, or a while after the first of them is: a list that
  /// fails, or is not answered, delays and costs only itself.
  func readFirst(on connection: ServerConnection) async {
    guard let capabilities = connection.negotiated?.capabilities else { return }
    isOpened(by: connection)
    let kinds = ListKind.allCases.filter { $0.isOffered(by: capabilities) }
    guard !kinds.isEmpty else { return adopt(ServerOffer()) }
    let enough = Gate()
    var open = kinds.count
    // All at once, and in one write: a server that answers slowly answers them side by side.
    for kind in kinds {
      Task.immediate { @GatewayActor in
        let wasRead = await read(kind, on: connection)
        open -= 1
        if open == 0 { return enough.open() }
        if wasRead { _ = upstream.clock.after(Self.firstListWait) { enough.open() } }
      }
    }
    await Gate.any(enough, connection.closed).wait()
  }

  /// Milliseconds after the first list of a server in which the others are waited for.
  private static let firstListWait: UInt64 = 1_000

  // MARK: - Reading

  /// Reads one list and publishes it, as far as the connection is still there by then. Returns whether it could be read.
  @discardableResult
  private func read(_ kind: ListKind, on connection: ServerConnection) async -> Bool {
    shelf.readingBegins(kind)
    let result = await connection.readList(kind)
    var wasRead = false
    switch result {
    // Of the last connection there was, its end has told the shelf; where others are left, one of them is asked.
    case _ where connection.closed.isOpen: guard self.connection != nil else { return false }
    case .success(let list):
      wasRead = true
      shelf.note(list.hints, of: kind)
      var next = offer
      next.take(list, of: kind)
      if let capabilities = connection.negotiated?.capabilities {
        for other in ListKind.allCases where !other.isOffered(by: capabilities) { next.take(nil, of: other) }
      }
      adopt(next)
    case .failure(let failure):
      // Many servers declare resources and know no templates; a list that fails hides no other one.
      log(.warning, "list_failed", ["kind": kind.itemName, "reason": failure.reason])
    }
    let isDue = shelf.schedule.ended(kind, wasRead: wasRead, at: upstream.clock.now().milliseconds)
    shelf.readingEnded(kind)
    if self.connection != nil { remember(connection) }
    if isDue { readAgain([kind]) }
    armListTimer()
    return wasRead
  }

  /// Keeps what the server said of itself for the next run, its lists as soon as all have been read.
  func remember(_ connection: ServerConnection) {
    guard let negotiated = connection.negotiated else { return }
    noteTransport(of: connection)
    let isWhole = ListKind.allCases.allSatisfy { kind in
      !kind.isOffered(by: negotiated.capabilities) || shelf.schedule.wasRead(kind) || shelf.schedule.hasFailed(kind)
    }
    let facts = ServerFacts(
      negotiated, eras: eras, olderTransportAt: olderTransportAt, offer: isWhole ? offer : facts?.offer,
      of: configuration, seenAt: WallClock.milliseconds)
    guard self.facts?.saysSame(as: facts) != true else { return }
    self.facts = facts
    upstream.facts.save(configuration, facts)
  }

  /// Reads what was announced, or fell due, before there was a connection to ask.
  func catchUp() {
    readAgain(ListKind.allCases.filter { shelf.schedule.isAnnounced($0) && !isBeingRead($0) })
    armListTimer()
  }

  private func readAgain(_ kinds: [ListKind]) {
    guard let connection else { return }
    for kind in kinds { Task.immediate { @GatewayActor in await read(kind, on: connection) } }
  }

  private func armListTimer() {
    shelf.timer?.cancel()
    let now = upstream.clock.now().milliseconds
    shelf.timer = shelf.schedule.deadline.map { deadline in
      upstream.clock.after(deadline > now ? deadline - now : 0) { [self] in
        readAgain(shelf.schedule.timePassed(at: upstream.clock.now().milliseconds))
      }
    }
  }

  /// The server says that a list has changed.
  func listChanged(_ kind: ListKind) {
    if kind == .resources { upstream.news.resourcesChanged(id) }
    if shelf.schedule.changed(kind, at: upstream.clock.now().milliseconds) { readAgain([kind]) }
    armListTimer()
  }

  // MARK: - What clients wait for

  /// Whether a list is to be read again before it is served: the server has said that it has changed, or the time is over
  /// for which it may be kept.
  func isOutdated(_ kind: ListKind) -> Bool {
    guard let connection else { return false }
    return shelf.schedule.isAnnounced(kind) || connection.era == .modern && shelf.hasExpired(kind)
  }

  /// Whether a list is just being read. One that is known is not waited for when it is read for the first time.
  func isBeingRead(_ kind: ListKind) -> Bool { shelf.schedule.isReading(kind) && !isKnown }

  /// Suspends until a list that is outdated, or is just being read, has been read, or could not be.
  func whenRead(_ kind: ListKind) async {
    if let gate = shelf.nextReading(of: kind) {
      await gate.wait()
    } else if let connection, isOutdated(kind) {
      await read(kind, on: connection)
    }
  }

  /// Reads the tools again that a connection shows; suspends until that is done.
  func readToolsAgain(on connection: ServerConnection) async {
    if isBeingRead(.tools) { await whenRead(.tools) } else { await read(.tools, on: connection) }
  }

  /// A client asks for a list that may have changed without a word: it is read again, and clients are told if it has.
  func lookAgain(at kind: ListKind) {
    guard let connection, connection.era == .legacy, let capabilities = connection.negotiated?.capabilities,
      kind.isOffered(by: capabilities)
    else { return }
    let list = kind == .resourceTemplates ? ListKind.resources : kind
    let now = upstream.clock.now().milliseconds
    if shelf.schedule.mayHaveChanged(kind, isPromised: capabilities.listChanged.contains(list), at: now) {
      readAgain([kind])
    }
  }
}

extension ServerOffer {
  /// Takes over one list as it was read; nil for one that is not offered.
  mutating func take(_ list: ListReading?, of kind: ListKind) {
    items[kind] = list?.items
    quarantined = quarantined.filter { $0.kind != kind } + (list?.quarantined ?? [])
  }
}
