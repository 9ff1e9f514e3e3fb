import Configuration
import ConnectionPooling
import EventLoop

/// What is told of a lane's state.
extension Lane {
  /// The machine has slept. What runs here has slept with it; who is far away may have gone.
  func machineWoke() {
    guard endpoint.launch.process == nil else { return }
    let chance = Double.random(in: 0..<1)
    update { $0.machineWoke(at: $1, chance: chance) }
    _ = clock.after(UInt64(Double(EndpointState.wakeSpread) * chance)) { [self] in
      probe?.doubted(at: now)
      checker.attend(to: self)
    }
  }

  /// Counts and logs that the state has another condition.
  func noteChange() {
    let before = tally.stage
    tally.changed(to: state, at: now)
    let condition = state.condition
    if condition == .closed { opening.firstEnd.open() }
    guard server.upstream.log.shows(condition.logLevel) else { return }
    var fields = [
      (key: "replica", value: String(id.number)), ("generation", String(state.generation)),
      ("from", before.rawValue), ("to", condition.stage.rawValue),
    ]
    func add(_ key: String, _ value: String?) { if let value { fields.append((key, value)) } }
    add("phase", condition.phase)
    if condition.stage == .connected { add("health", state.health.name) }
    if state.breaker != .closed { add("breaker", state.breaker.name) }
    add("attempt", state.reconnection.map { String($0.attempt) })
    if let retryAt = state.reconnection?.at { add("retry", Duration.spelled(retryAt > now ? retryAt - now : 0)) }
    add("why", condition.complaint)
    server.log(condition.logLevel, "endpoint_changed", fields: fields)
  }
}
