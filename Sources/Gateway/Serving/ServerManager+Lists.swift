import Configuration
import EventLoop
import MCP

/// The merged lists, and how long they wait for servers that are starting.
extension ServerManager {
  // MARK: - Waiting at the start

  /// Suspends until every server is settled, or the time after the first declaration is over.
  ///
  /// - Parameter limit: milliseconds.
  func settle(within limit: UInt64) async {
    guard let left = startTimeLeft(of: limit) else { return }
    let gate = Gate()
    let timer = clock.after(left) { gate.open() }
    let watch = Task { @GatewayActor in
      await settled.wait()
      gate.open()
    }
    await gate.wait()
    timer.cancel()
    watch.cancel()
  }

  /// Returns what is left of so many milliseconds after the first declaration; nil when nothing is, or every server is
  /// settled.
  func startTimeLeft(of limit: UInt64) -> UInt64? {
    guard !settled.isOpen else { return nil }
    let gone = declaredAt.map { clock.now().since($0) } ?? 0
    return gone < limit ? limit - gone : nil
  }

  // MARK: - The merged lists

  /// The merged lists as they are now.
  package var catalog: Catalog {
    if isStale { rebuild() }
    return merged
  }

  func rebuild() {
    isStale = false
    let exhausted = merged.exhausted
    merged.rebuild(
      servers.map { Catalog.Source(server: $0.id, prefix: $0.configuration.prefix, offer: $0.offer) },
      own: ownResources())
    for id in merged.exhausted.subtracting(exhausted) { log(.warning, "names_used_up", server: server(id)?.name) }
    for server in servers { server.isRenamed = merged.resources.renames(of: server.id) }
  }

  /// Says that some list may have changed; each client is told of those that are no longer what it knows.
  func catalogStale() {
    isStale = true
    audience.catalogChanged()
    guard !isAnnouncing else { return }
    isAnnouncing = true
    Task { @GatewayActor in
      await clock.sleep(milliseconds: Self.settlingTime)
      isAnnouncing = false
      audience.announceChanges()
    }
  }
}
