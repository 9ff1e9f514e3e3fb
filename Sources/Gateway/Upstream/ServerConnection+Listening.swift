import Configuration
import EventLoop
import JSONRPC
import MCP

/// The one listen by which a modern server tells of changes, for all clients together.
extension ServerConnection {
  /// Listens for what clients want to hear of by now.
  func updateListening() {
    guard era == .modern, !closed.isOpen, let capabilities = negotiated?.capabilities else { return }
    let lists = capabilities.listChanged.subtracting([.resourceTemplates])
    let resources = capabilities.resourcesSubscribe ? server.manager.audience.subscriptions(at: endpoint) : []
    let tasks = capabilities.offersTasks ? server.manager.audience.tasks(at: endpoint) : []
    perform(listening.want(ListenFilter(lists: lists, resources: resources, tasks: tasks)))
  }

  /// Has the server tell of one more task. Returns whether it will.
  func holds(task id: String) async -> Bool {
    guard era == .modern, negotiated?.capabilities.offersTasks == true else { return false }
    await updatedListening()
    return listening.honoured.tasks.contains(RawToken(id))
  }

  private func updatedListening() async {
    updateListening()
    while listening.pendingNumber != nil, !closed.isOpen { await listeningChanged.wait() }
  }

  /// Has the server tell of changes of some more resources. Returns those of which it will.
  func holds(_ uris: [String]) async -> Set<RawToken> {
    await updatedListening()
    return listening.honoured.resources.intersection(uris.map { RawToken($0) })
  }

  /// Whether a notification belongs to a listen of this connection; one without a tag does not.
  func isListenedTo(_ frame: Frame) -> Bool {
    guard let number = number(of: frame) else { return false }
    return listening.isLive(number)
  }

  func acknowledged(_ frame: Frame) {
    guard let number = number(of: frame), let subset = ListenFilter(frame) else { return }
    perform(listening.acknowledged(number, subset, at: clock.now().milliseconds))
  }

  /// The server ends a listen with a notification: some do, beside the result or in place of it.
  func listenCancelled(_ raw: UnsafeRawBufferPointer) {
    guard let id = JSONText.unsigned(raw), let number = listenIDs.first(where: { $0.value == id })?.key else { return }
    forget(id)
    ended(number)
  }

  private func number(of frame: Frame) -> UInt64? {
    guard let raw = frame.raw(ReservedMeta.subscriptionID, in: .paramsMeta), let id = JSONText.unsigned(raw) else {
      return nil
    }
    return listenIDs.first { $0.value == id }?.key
  }

  private func perform(_ actions: [SharedListen.Action]) {
    for action in actions {
      switch action {
      case .open(let number, let filter): open(number, filter)
      case .cancel(let number): if let id = listenIDs.removeValue(forKey: number) { withdraw(id) }
      }
    }
    let gate = listeningChanged
    listeningChanged = Gate()
    gate.open()
  }

  private func open(_ number: UInt64, _ filter: ListenFilter) {
    let listen = begin(
      .subscriptionsListen, params: "{\"notifications\":\(filter.json)}", timeout: nil, phase: .call)
    listenIDs[number] = listen.id
    let timer = clock.after(server.configuration.handshakeTimeout) { [self] in
      guard listening.pendingNumber == number, let id = listenIDs[number] else { return }
      withdraw(id)
      ended(number)
    }
    listen.gate.whenOpen {
      timer.cancel()
      self.ended(number)
    }
  }

  private func ended(_ number: UInt64) {
    guard listenIDs.removeValue(forKey: number) != nil, !closed.isOpen else { return }
    let now = clock.now().milliseconds
    perform(listening.ended(number, at: now))
    server.log(.debug, "listen_ended")
    guard let due = listening.retryAt else { return }
    _ = clock.after(due > now ? due - now : 0) { [self] in
      guard !closed.isOpen else { return }
      perform(listening.timePassed(at: clock.now().milliseconds))
      // What changed while nobody listened is not known.
      endpoint.mayHaveChanged()
    }
  }
}
