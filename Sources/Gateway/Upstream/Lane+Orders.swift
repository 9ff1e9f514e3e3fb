import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// What the machines of a lane order, and what they are told of the time.
extension Lane {
  func perform(_ action: EndpointState.Action) {
    switch action {
    case .start(let generation):
      self.generation = generation
      pool.connectionStarting(generation, at: now)
      let (before, server) = (opening.carrier, server)
      opening.task = Task { @GatewayActor in
        await before?.gone.wait()
        await server.whenFormerAreOver()
        await open(generation)
      }
    case .close(let generation): close(generation)
    case .refuseWaiters(let failure, let retryAt):
      refuseWaiting(self.failure(failure, retryAt: retryAt), as: .unavailable)
    case .changed: break
    }
  }

  func perform(_ actions: [ConnectionPool.Action]) { if !actions.isEmpty { obey(actions) } }

  func perform(_ actions: [ProbeState.Action]) { if !actions.isEmpty { obey(actions) } }

  private func obey(_ actions: [ConnectionPool.Action]) {
    for action in actions {
      switch action {
      case .grant(let waiter, _):
        if let call = queue.take(waiter), let frame = call.frame {
          send(call, frame, at: now)
        } else {
          // Whoever waited is gone; the next one may go.
          perform(pool.leaseReturned(connection: generation, answered: false, at: now))
        }
      case .refuse(let waiter):
        guard let call = queue.take(waiter) else { continue }
        refuse(call, .closed, notReady(after: 0))
      case .expire(let waiter):
        guard let call = queue.take(waiter) else { continue }
        expire(call)
      case .validate: sendProbe()
      case .open: update { $0.wake(at: $1) }
      case .close:
        // What goes of old age is followed by another at once; what was idle for too long, by the next call.
        let isReplaced = actions.contains(.open)
        update { isReplaced ? $0.replace(at: $1) : $0.retire(at: $1) }
      }
    }
  }

  private func obey(_ actions: [ProbeState.Action]) {
    for action in actions {
      switch action {
      case .probe: sendProbe()
      case .inspectProcesses:
        tally.probesMissed += 1
        guard let connection else { continue }
        Task { @GatewayActor in
          let isStopped = await connection.carrier.hasStopped()
          guard self.connection === connection else { return }
          perform(probe?.inspected(isStopped: isStopped, at: now) ?? [])
        }
      case .pollAgain:
        _ = clock.after(1) { [self] in
          perform(probe?.polled(at: now) ?? [])
          checker.attend(to: self)
        }
      case .report(let vitality):
        if case .dead(let why) = vitality, let connection {
          connection.opening.verdict = why.message
          lastFailure = connection.lossFailure(.call)
        }
        let (generation, chance) = (generation, Double.random(in: 0..<1))
        update { $0.vitalityChanged(to: vitality, generation: generation, at: $1, chance: chance) }
      }
    }
  }

  /// When ``timePassed()`` is due; nil for never.
  var deadline: UInt64? {
    guard let probe = probe?.deadline else { return pool.deadline }
    return min(probe, pool.deadline ?? .max)
  }

  func timePassed() {
    perform(probe?.timePassed(at: now) ?? [])
    perform(pool.timePassed(at: now, isNeeded: server.needs(self)))
  }

  /// Fails everything that waits.
  func refuseWaiting(_ failure: Failure, as refusal: EndpointTally.Refusal) {
    for waiter in pool.takeWaiters() {
      guard let call = queue.take(waiter) else { continue }
      refuse(call, refusal, failure)
    }
  }

  private func expire(_ call: Call) {
    tally.refused(.timedOut)
    let limit = Duration.spelled(server.configuration.callTimeout)
    call.caller.failed(
      call,
      Failure(
        server: server.name, phase: .waiting, reason: "it did not take the request within \(limit)",
        cure: ServerConnection.timeoutCure),
      as: .expired)
  }

  private func sendProbe() {
    guard let connection else { return }
    tally.probesSent += 1
    let method = connection.era == .modern ? Method.discover : .ping
    let answer = connection.begin(method, params: nil, timeout: nil, phase: .call, isProbe: true)
    Task { @GatewayActor in
      guard case .success = await answer.answer(), self.connection === connection else { return }
      tally.probesAnswered += 1
      perform(probe?.probeAnswered(at: now) ?? [])
      perform(probe?.paceChanged(to: score.excess(at: now), at: now) ?? [])
      perform(pool.heard(on: generation, at: now))
      checker.attend(to: self)
    }
  }
}
