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
    let resources = capabilities.resourcesSubscribe ? server.upstream.interest.resources(lane) : []
    let tasks = capabilities.offersTasks ? server.upstream.interest.tasks(lane) : []
    perform(attention.listening.want(ListenFilter(lists: lists, resources: resources, tasks: tasks)))
  }

  /// Has the server tell of one more task. Returns whether it will.
  func tells(ofTask id: String) async -> Bool {
    guard era == .modern, negotiated?.capabilities.offersTasks == true else { return false }
    await updatedListening()
    return attention.listening.honoured.tasks.contains(RawToken(id))
  }

  private func updatedListening() async {
    updateListening()
    while attention.listening.pendingNumber != nil, !closed.isOpen { await attention.changed.wait() }
  }

  /// Has the server tell of changes of some more resources. Returns those of which it will.
  func tells(of uris: [String]) async -> Set<RawToken> {
    await updatedListening()
    return attention.listening.honoured.resources.intersection(uris.map { RawToken($0) })
  }

  /// Whether a notification belongs to a listen of this connection; one without a tag does not.
  func isListenedTo(_ frame: Frame) -> Bool {
    guard let number = number(of: frame) else { return false }
    return attention.listening.isLive(number)
  }

  func acknowledged(_ frame: Frame) {
    guard let number = number(of: frame), let subset = ListenFilter(frame) else { return }
    perform(attention.listening.acknowledged(number, subset, at: clock.now().milliseconds))
  }

  /// The server ends a listen with a notification: some do, beside the result or in place of it.
  func listenCancelled(_ raw: UnsafeRawBufferPointer) {
    guard let id = JSONText.minted(raw), let number = attention.number(ofListen: id) else { return }
    forget(id)
    ended(number)
  }

  private func number(of frame: Frame) -> UInt64? {
    guard let raw = frame.raw(ReservedMeta.subscriptionID, in: .paramsMeta), let id = JSONText.minted(raw) else {
      return nil
    }
    return attention.number(ofListen: id)
  }

  private func perform(_ actions: [SharedListen.Action]) {
    for action in actions {
      switch action {
      case .open(let number, let filter): open(number, filter)
      case .cancel(let number): if let id = attention.listenIDs.removeValue(forKey: number) { withdraw(id) }
      }
    }
    attention.noteChange()
  }

  private func open(_ number: UInt64, _ filter: ListenFilter) {
    let listen = begin(
      .subscriptionsListen, params: "{\"notifications\":\(filter.json)}", timeout: nil, phase: .call)
    attention.listenIDs[number] = listen.id
    let timer = clock.after(server.configuration.handshakeTimeout) { [self] in
      guard attention.listening.pendingNumber == number, let id = attention.listenIDs[number] else { return }
      withdraw(id)
      ended(number)
    }
    listen.gate.whenOpen {
      timer.cancel()
      self.ended(number)
    }
  }

  private func ended(_ number: UInt64) {
    guard attention.listenIDs.removeValue(forKey: number) != nil, !closed.isOpen else { return }
    let now = clock.now().milliseconds
    perform(attention.listening.ended(number, at: now))
    server.log(.debug, "listen_ended")
    guard let due = attention.listening.retryAt else { return }
    _ = clock.after(due > now ? due - now : 0) { [self] in
      guard !closed.isOpen else { return }
      perform(attention.listening.timePassed(at: clock.now().milliseconds))
      // What changed while nobody listened is not known.
      lane.mayHaveChanged()
    }
  }
}
