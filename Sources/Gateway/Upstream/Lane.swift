import Configuration
package import ConnectionPooling
package import EventLoop
import JSONRPC
import MCP

/// One connection at a time to one replica of a server, for those who may share it: opened, probed, lost, replaced, by the
/// orders of its machines.
///
/// The state decides; this shell performs what the state, the pool and the probe order, and tells them what happened.
@GatewayActor
package final class Lane {
  package let id: LaneID
  unowned let server: UpstreamServer
  // What each call asks for comes next (docs/hot-path.md); the clock and the checker are the set's own.
  /// The connection that takes calls.
  package internal(set) var connection: ServerConnection?
  let clock: LoopClock
  let checker: HealthChecker
  /// Milliseconds that a request has in all. Kept here, since asking the configuration copies it.
  let callTimeout: UInt64
  var generation: UInt64 = 0
  /// Whether calls were in flight when the probe was last told.
  var isBusy = false
  var score = EndpointScore()
  var queue = LaneQueue()
  var pool: ConnectionPool
  var probe: ProbeState?
  /// What has happened here so far.
  package internal(set) var tally = EndpointTally()
  package private(set) var state: EndpointState
  private var timer: LoopClock.Cancellation?
  let endpoint: Endpoint
  /// Who may share it.
  var key: LaneKey
  /// Digests of what was last read of resources that sessions are subscribed to.
  var readings = RecentURIs<Int>(limit: 2_000)
  var opening = LaneOpening()
  /// Why it was lost last; nil while it is ready.
  package internal(set) var lastFailure: Failure?

  init(_ id: LaneID, of endpoint: Endpoint, at server: UpstreamServer, for key: LaneKey) {
    let settings = server.configuration.settings
    self.id = id
    self.endpoint = endpoint
    self.server = server
    self.key = key
    clock = server.upstream.clock
    checker = server.upstream.checker
    callTimeout = server.configuration.callTimeout
    pool = ConnectionPool(settings: .init(settings, isExtra: endpoint.isExtra))
    state = EndpointState(settings: .init(settings))
  }

  /// Whether what its server says is for this session.
  func serves(_ session: UInt64) -> Bool {
    switch key {
    case .everybody, .spare: true
    case .session(let own): own == session
    }
  }

  /// Whether one session has it for itself.
  var isPrivate: Bool { if case .session = key { true } else { false } }

  var now: UInt64 { clock.now().milliseconds }

  // MARK: - The state

  /// Hands an event to the state and performs what follows from it.
  func update(_ event: (inout EndpointState, UInt64) -> [EndpointState.Action]) {
    let now = now
    let actions = event(&state, now)
    // Taken down first: what is performed may change the state again, and the log is to tell it in order.
    for case .changed in actions { noteChange() }
    for action in actions { perform(action) }
    server.lanesChanged(at: now)
    armTimer()
  }

  private func armTimer() {
    timer?.cancel()
    timer = nil
    guard let deadline = state.deadline else { return }
    let now = now
    if deadline > now {
      timer = clock.after(deadline - now) { self.update { $0.timePassed(at: $1) } }
    } else {
      TurnEnd.call { self.update { $0.timePassed(at: $1) } }
    }
  }

  // MARK: - Signs of life

  func heard(_ connection: ServerConnection) {
    guard self.connection === connection else { return }
    let now = now
    perform(probe?.heard(at: now) ?? [])
    perform(pool.heard(on: generation, at: now))
  }

  /// The server was heard, and has answered a call. For the pool the one says the other.
  func answered(_ call: Call, at now: UInt64) {
    perform(probe?.heard(at: now) ?? [])
    returned(call, answered: true, at: now)
  }

  /// A server leaves so much unread of what was written to it that it is given up: it asks, and does not read the answers.
  func doesNotRead(_ connection: ServerConnection) {
    guard self.connection === connection || opening.connection === connection else { return }
    connection.opening.verdict = "it left \(connection.unsentBytes) bytes unread while it went on asking"
    lost(connection.lossFailure(.call), .garbage, nil, generation)
  }

  func readingChanged(_ isReading: Bool) {
    (connection ?? opening.connection)?.carrier.setReading(isReading)
    if isReading { probe?.readingResumed(at: now) } else { probe?.readingPaused(at: now) }
  }
}
