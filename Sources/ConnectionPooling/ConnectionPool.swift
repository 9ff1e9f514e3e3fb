/// The connections of one endpoint, and the calls that wait for one.
///
/// A lease is a counter: a connection carries many calls at once, up to a limit. The oldest connection with room takes
/// the next call, so that the ones opened for a burst fall idle after it and are closed. Calls that find no room wait in
/// order; no call overtakes another.
///
/// The pool opens nothing. It says when another connection is wanted, and is told with ``connectionStarting(_:at:)``
/// when one really is: whether that may happen now is for ``EndpointState`` to say. All times are milliseconds of one
/// monotonic clock. After each event the shell arms its timer for ``deadline``.
package struct ConnectionPool: Sendable {
  package struct Settings: Equatable, Sendable {
    /// Calls in flight on one connection.
    package let callsInFlight: Int
    /// Silence after which a connection is validated before it is used again.
    package let validateAfter: UInt64
    /// Connections, starting ones included.
    package let connections: Int
    /// Calls that wait; more are refused.
    package let waiters: Int
    /// Idleness after which a connection beyond the first is closed.
    package let idleTimeout: UInt64
    /// Whether the first connection stays however idle it is.
    package let keepsFirst: Bool
    /// Age from which on a connection is replaced; nil for never.
    package let maxAge: UInt64?
    /// Whether a connection is ever closed for its idleness or its age.
    package let closesConnections: Bool

    package init(
      callsInFlight: Int = 256, connections: Int = 1, waiters: Int = 1024, idleTimeout: UInt64 = 600_000,
      keepsFirst: Bool = true, maxAge: UInt64? = nil, validateAfter: UInt64 = 60_000
    ) {
      self.callsInFlight = callsInFlight
      self.connections = connections
      self.waiters = waiters
      self.idleTimeout = idleTimeout
      self.keepsFirst = keepsFirst
      self.maxAge = maxAge
      self.validateAfter = validateAfter
      closesConnections = maxAge != nil || !keepsFirst || connections > 1
    }
  }

  /// What becomes of a call that asks for a connection.
  package enum Decision: Equatable, Sendable {
    /// It is sent on this connection, now.
    case lease(connection: UInt64)
    /// It waits, and is granted a connection later.
    case wait
    /// It waits, and another connection is wanted.
    case waitAndOpen
    /// It waits until this connection has answered a probe.
    case waitAndValidate(connection: UInt64)
    case refuse(Refusal)
  }

  package enum Refusal: Equatable, Sendable {
    case queueIsFull(waiting: Int)
    case closed
  }

  package enum Action: Hashable, Sendable {
    /// The call that waited goes out on this connection.
    case grant(waiter: UInt64, connection: UInt64)
    /// The call that waited is answered with an error.
    case refuse(waiter: UInt64)
    /// The call that waited has waited for its whole time; it is answered with an error.
    case expire(waiter: UInt64)
    /// Probe the connection and report its answer with ``heard(on:at:)``: calls wait for it.
    case validate(connection: UInt64)
    /// Another connection is wanted.
    case open
    /// The connection is out of the pool; close it.
    case close(connection: UInt64)
  }

  private struct Waiter: Sendable {
    let id: UInt64
    /// When it is answered with an error if it still waits.
    let until: UInt64
  }

  /// In the order they were begun.
  package private(set) var connections: [PooledConnection] = []
  /// Calls on all of them. Kept rather than added up, since each call asks for it.
  package private(set) var inFlight = 0
  private var waiters: [Waiter] = []
  private var isClosed = false
  package let settings: Settings

  package init(settings: Settings = Settings()) { self.settings = settings }

  package var waiting: Int { waiters.count }

  // MARK: - Calls

  /// A call needs a connection. `waiter` names it until it is granted one, refused or, at `until`, expired.
  package mutating func requestLease(
    waiter: UInt64, until: UInt64 = .max, at now: UInt64
  ) -> Decision {
    guard !isClosed else { return .refuse(.closed) }
    // While calls wait there is no room, so that none is overtaken here.
    if let index = indexWithRoom(at: now) {
      lease(index, at: now)
      return .lease(connection: connections[index].id)
    }
    guard waiters.count < settings.waiters else { return .refuse(.queueIsFull(waiting: waiters.count)) }
    waiters.append(Waiter(id: waiter, until: until))
    if let id = validate() { return .waitAndValidate(connection: id) }
    return wantsConnection ? .waitAndOpen : .wait
  }

  /// A call that had a lease is over, with an answer of the server's or without one.
  package mutating func leaseReturned(connection id: UInt64, answered: Bool, at now: UInt64) -> [Action] {
    guard let index = index(id), connections[index].returned(answered: answered, at: now) else { return [] }
    inFlight -= 1
    if case .draining(0) = connections[index].condition { return retire(index, at: now) }
    return serve(at: now)
  }

  /// A call that waits is not wanted any more. Returns whether it was still waiting.
  package mutating func waitCancelled(_ waiter: UInt64) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
    waiters.remove(at: index)
    return true
  }

  /// Hands over all calls that wait, in order: nothing was sent of them, so they may go to another endpoint.
  package mutating func takeWaiters() -> [UInt64] {
    defer { waiters = [] }
    return waiters.map(\.id)
  }

  // MARK: - Connections

  /// A connection is being opened.
  package mutating func connectionStarting(_ id: UInt64, at now: UInt64) {
    precondition(index(id) == nil, "a connection is begun once")
    connections.append(PooledConnection(id: id, createdAt: now, lastUsed: now, lastHeard: now))
  }

  /// A connection can carry calls.
  package mutating func connectionReady(_ id: UInt64, at now: UInt64) -> [Action] {
    guard let index = index(id), connections[index].condition == .starting else { return [] }
    if isClosed { return retire(index, at: now) }
    connections[index].condition = .ready(inFlight: 0)
    connections[index].lastUsed = now
    connections[index].lastHeard = now
    return serve(at: now)
  }

  /// The server was heard on a connection: it is used again without being validated.
  package mutating func heard(on id: UInt64, at now: UInt64) -> [Action] {
    guard let index = index(id) else { return [] }
    connections[index].lastHeard = now
    if connections[index].condition == .validating { connections[index].condition = .ready(inFlight: 0) }
    guard !waiters.isEmpty, connections[index].isReady else { return [] }
    return serve(at: now)
  }

  /// A connection is gone, or could not be opened. Its leases are void; calls that wait go on waiting, since the
  /// endpoint comes back by itself.
  package mutating func connectionLost(_ id: UInt64, at now: UInt64) -> [Action] {
    guard let index = index(id) else { return [] }
    _ = remove(index)
    return serve(at: now)
  }

  /// Takes a connection out of use: it is closed as soon as nothing is in flight on it.
  package mutating func drain(_ id: UInt64, at now: UInt64) -> [Action] {
    guard let index = index(id) else { return [] }
    let inFlight = connections[index].inFlight
    guard inFlight > 0 else { return retire(index, at: now) }
    connections[index].condition = .draining(inFlight: inFlight)
    return wantsConnection ? [.open] : []
  }

  /// Ends the pool: what waits is refused, what is in flight may finish.
  package mutating func close(at now: UInt64) -> [Action] {
    isClosed = true
    let refusals = takeWaiters().map { Action.refuse(waiter: $0) }
    return refusals + connections.flatMap { drain($0.id, at: now) }
  }

  // MARK: - Time

  /// When ``timePassed(at:isNeeded:)`` is due; nil for never.
  package var deadline: UInt64? {
    let patience = waiters.lazy.map(\.until).min() ?? .max
    let deadline = connections.indices.reduce(patience) { min($0, expiry($1) ?? .max) }
    return deadline == .max ? nil : deadline
  }

  /// Time has passed: calls that have waited for too long expire, connections that are idle for too long are closed,
  /// and those that are too old are replaced.
  ///
  /// `isNeeded` says that somebody relies on the connections although they are idle: then their idleness begins anew.
  package mutating func timePassed(at now: UInt64, isNeeded: Bool = false) -> [Action] {
    var actions = waiters.filter { now >= $0.until }.map { Action.expire(waiter: $0.id) }
    if !actions.isEmpty { waiters.removeAll { now >= $0.until } }
    for id in connections.map(\.id) {
      guard let index = index(id), let expiry = expiry(index), now >= expiry else { continue }
      let isOld = settings.maxAge.map { now >= connections[index].createdAt + $0 } ?? false
      if isNeeded, !isOld {
        connections[index].lastUsed = now
        continue
      }
      actions += drain(id, at: now)
      // Where the last one went of old age, the next is opened before somebody needs it.
      if isOld, !isClosed, connections.isEmpty, !actions.contains(.open) { actions.append(.open) }
    }
    return actions
  }

  /// When a connection is closed, unless something happens before.
  ///
  /// One that is too old and busy is left alone while no other can be opened beside it: calls would have to wait for the
  /// longest of those in flight.
  private func expiry(_ index: Int) -> UInt64? {
    let connection = connections[index]
    guard case .ready(let inFlight) = connection.condition else { return nil }
    let mayRetire = inFlight == 0 || connections.count < settings.connections
    let age = mayRetire ? settings.maxAge.map { connection.createdAt + $0 } : nil
    let idleness =
      inFlight == 0 && !(index == 0 && settings.keepsFirst) ? connection.lastUsed + settings.idleTimeout : nil
    return [age, idleness].compactMap { $0 }.min()
  }

  // MARK: - Steps

  private func index(_ id: UInt64) -> Int? { connections.firstIndex { $0.id == id } }

  private func indexWithRoom(at now: UInt64) -> Int? {
    connections.firstIndex { connection in
      guard case .ready(let inFlight) = connection.condition else { return false }
      return inFlight < settings.callsInFlight && !isStale(connection, at: now)
    }
  }

  /// Whether a connection has to show that it is alive before it is used. One with calls in flight is probed anyway.
  private func isStale(_ connection: PooledConnection, at now: UInt64) -> Bool {
    connection.inFlight == 0 && now >= connection.lastHeard + settings.validateAfter
  }

  /// Whether more calls wait than the connections that are starting will take, and another is allowed.
  private var wantsConnection: Bool {
    guard !isClosed, connections.count < settings.connections else { return false }
    let starting = connections.count { $0.condition == .starting }
    return waiters.count > starting * settings.callsInFlight
  }

  private mutating func lease(_ index: Int, at now: UInt64) {
    connections[index].leased(at: now)
    inFlight += 1
  }

  private mutating func remove(_ index: Int) -> PooledConnection {
    inFlight -= connections[index].inFlight
    return connections.remove(at: index)
  }

  /// Gives free places to the calls that wait for them, in order; where only connections are left that were silent for
  /// long, one of them is validated.
  private mutating func serve(at now: UInt64) -> [Action] {
    if waiters.isEmpty { return [] }
    var actions: [Action] = []
    while !waiters.isEmpty {
      guard let index = indexWithRoom(at: now) else {
        return actions + (validate().map { [.validate(connection: $0)] } ?? [])
      }
      lease(index, at: now)
      actions.append(.grant(waiter: waiters.removeFirst().id, connection: connections[index].id))
    }
    return actions
  }

  /// Has one silent connection validated, unless one of them is already. Returns its identifier.
  private mutating func validate() -> UInt64? {
    guard !connections.contains(where: { $0.condition == .validating }),
      let silent = connections.firstIndex(where: { $0.condition == .ready(inFlight: 0) })
    else { return nil }
    connections[silent].condition = .validating
    return connections[silent].id
  }

  /// Takes a connection out of the pool; where calls wait for its place, the next one is wanted.
  private mutating func retire(_ index: Int, at now: UInt64) -> [Action] {
    let connection = remove(index)
    let served = serve(at: now)
    return [.close(connection: connection.id)] + served
      + (wantsConnection ? [.open] : [])
  }
}
