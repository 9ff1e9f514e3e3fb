import Configuration
package import EventLoop

/// One client served from its first byte to the end of everything below.
@GatewayActor
package struct Serving {
  /// Why serving comes to its end.
  package enum End: Sendable {
    /// The client closed its side, as clients do to say that they are done.
    case inputEnded
    /// The client does not read any more.
    case outputEnded
    /// Somebody asked the process to stop.
    case stopped
  }

  private let manager: ServerManager
  private let session: ClientSession
  private let stopped: Gate
  private let drains: Bool

  /// - Parameters:
  ///   - manager: the host, which ends with the client.
  ///   - session: the client's, not started yet.
  ///   - stopped: opens when the process is asked to stop.
  ///   - drains: whether everything that was asked before the end of input is answered first, however long it takes.
  package init(manager: ServerManager, session: ClientSession, stopped: Gate, drains: Bool) {
    self.manager = manager
    self.session = session
    self.stopped = stopped
    self.drains = drains
  }

  /// Serves until the client or a signal ends it; returns when no server is left and the last answer is written, as far
  /// as somebody reads it.
  package func run() async {
    let servers = Task { @GatewayActor in await manager.run() }
    session.start()
    let end = await firstEnd()
    manager.upstream.log(.info, "serving_ends", ["cause": "\(end)", "unanswered": String(session.unanswered)])
    switch end {
    case .inputEnded: await finishAnswers()
    case .outputEnded: break
    case .stopped:
      session.failAll(
        "the gateway was asked to stop before this was answered", cure: "Start the gateway again to go on.")
    }
    let isUrgent = stopped.isOpen || session.outputEnded.isOpen
    stopped.whenOpen { manager.upstream.hurry() }
    let flushed = Task { @GatewayActor in await flush(isPatient: drains && end == .inputEnded) }
    await manager.shutDown(urgent: isUrgent)
    await flushed.value
    session.close()
    await servers.value
  }

  private func firstEnd() async -> End {
    await Gate.any(session.inputEnded, session.outputEnded, stopped).wait()
    if stopped.isOpen { return .stopped }
    return session.inputEnded.isOpen && !session.outputEnded.isOpen ? .inputEnded : .outputEnded
  }

  /// Gives requests in flight the time that is theirs after the end of input.
  private func finishAnswers() async {
    session.refuseAllQuestions()
    let enough = Gate.any(session.whenIdle(), stopped, session.outputEnded)
    if drains {
      await enough.wait()
    } else {
      if !session.hasUnsentRequests { manager.upstream.retireIdle() }
      let timer = manager.clock.after(manager.configuration.settings.endOfInputWait) { enough.open() }
      await enough.wait()
      timer.cancel()
    }
    if stopped.isOpen {
      session.failAll(
        "the gateway was asked to stop before this was answered", cure: "Start the gateway again to go on.")
    } else {
      session.failAll(
        "the client closed its input before this was answered",
        cure: "Start the gateway with --drain to have every answer waited for.")
    }
  }

  /// Waits until the client has read everything; not for ever, unless it is `isPatient`.
  private func flush(isPatient: Bool) async {
    session.closeWriting()
    let enough = Gate.any(session.written, session.outputEnded)
    if isPatient {
      await Gate.any(enough, stopped).wait()
    } else {
      let timer = manager.clock.after(Self.flushTime) { enough.open() }
      await enough.wait()
      timer.cancel()
    }
  }

  /// Milliseconds in which the client may take what was written for it: as long as the ladder takes.
  private static let flushTime: UInt64 = 1_700
}
