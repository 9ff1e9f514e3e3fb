import Configuration
import ConnectionPooling
import EventLoop

/// How one endpoint is, as it was at one moment.
///
/// Times are milliseconds before that moment or, where they are named so, after it.
struct EndpointStatus: Sendable {
  /// What the pool knows of the connection that takes calls.
  struct Connection: Sendable {
    let age: UInt64
    let unusedFor: UInt64
    /// Requests that it carried and that were answered.
    let served: Int
    /// Requests that it carried and that ended otherwise.
    let failures: Int
  }

  struct Loss: Sendable {
    let age: UInt64
    let kind: String
    let message: String
  }

  let replica: Int
  /// The one session that it works for; nil when it works for all.
  let session: UInt64?
  let stage: EndpointStage
  /// How far it has come on the way to being connected.
  let phase: String?
  let health: String
  /// What is not right.
  let complaint: String?
  let breaker: String
  /// The attempt at coming back that is made or waited for.
  let attempt: Int?
  /// Milliseconds until the next attempt.
  let retryIn: UInt64?
  /// How long the stage or, once it is connected, the connection has lasted.
  let age: UInt64?
  let generation: UInt64
  let process: Int32?
  /// Where and how it is reached, when it runs no process.
  let place: ServerPlace?
  let inFlight: Int
  let waiting: Int
  let connection: Connection?
  let lastLoss: Loss?

  /// Whether nothing is wrong with it; an endpoint that rests until the first call is well.
  var isWell: Bool {
    switch stage {
    case .connected: health == "healthy"
    case .disconnected: lastLoss == nil
    case .connecting, .reconnecting, .failed, .closed: false
    }
  }

  @GatewayActor
  init(of lane: Lane, redact: (String) -> String) {
    let state = lane.state
    let now = lane.now
    func elapsed(_ then: UInt64) -> UInt64 { now > then ? now - then : 0 }
    replica = lane.id.number
    session = if case .session(let number) = lane.key { number } else { nil }
    stage = state.condition.stage
    phase = state.condition.phase
    health = state.health.name
    complaint = state.condition.complaint.map(redact)
    breaker = state.breaker.name
    attempt = state.reconnection?.attempt
    retryIn = (state.reconnection?.at).map { $0 > now ? $0 - now : 0 }
    switch state.condition {
    case .ready(let since), .degraded(_, let since): age = elapsed(since)
    case .idle, .starting, .backingOff, .trial, .failed, .closed: age = state.since.map(elapsed)
    }
    generation = state.generation
    process = (lane.connection ?? lane.opening.connection)?.carrier.process
    place = lane.place.map { $0.redacted(by: redact) }
    inFlight = lane.inFlight
    waiting = lane.pool.waiting
    connection = lane.pool.connections.first.map {
      Connection(
        age: elapsed($0.createdAt), unusedFor: elapsed($0.lastUsed), served: $0.served, failures: $0.failures)
    }
    lastLoss = lane.tally.lastLoss.map {
      Loss(age: elapsed($0.at), kind: $0.failure.kind.rawValue, message: redact($0.failure.message))
    }
  }
}
