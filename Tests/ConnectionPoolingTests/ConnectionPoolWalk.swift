import TestSupport
import Testing

@testable import ConnectionPooling

/// Feeds the pool every event in every order, with late and foreign identifiers, against a model of its calls.
@Suite struct ConnectionPoolWalk {
  /// Every call that was ever made, and what became of it.
  private struct Model {
    enum Fate: Equatable {
      case waiting
      case leased(UInt64)
      case answered, refused, cancelled, expired, lost
    }

    var fates: [UInt64: Fate] = [:]
    var limits: [UInt64: UInt64] = [:]
    var starting: Set<UInt64> = []
    var open: Set<UInt64> = []
    var lastGranted: UInt64 = 0
    var wanted = 0

    func leases(_ connection: UInt64) -> [UInt64] { fates.filter { $0.value == .leased(connection) }.map(\.key) }

    mutating func lease(_ call: UInt64, _ connection: UInt64, _ story: String) {
      #expect(open.contains(connection), "\(story): leased what is not open")
      fates[call] = .leased(connection)
    }

    mutating func perform(_ actions: [ConnectionPool.Action], at now: UInt64, _ story: String) {
      for action in actions {
        switch action {
        case .grant(let call, let connection):
          #expect(fates[call] == .waiting, "\(story): granted a call that does not wait")
          #expect(call > lastGranted, "\(story): overtaken")
          lastGranted = call
          lease(call, connection, story)
        case .refuse(let call):
          #expect(fates[call] == .waiting, "\(story): refused a call that does not wait")
          fates[call] = .refused
        case .expire(let call):
          #expect(fates[call] == .waiting, "\(story): expired a call that does not wait")
          #expect(limits[call].map { now >= $0 } ?? false, "\(story): expired too early")
          fates[call] = .expired
        case .validate(let connection): #expect(open.contains(connection), "\(story): validates what is not open")
        case .open: wanted += 1
        case .close(let connection):
          #expect(open.remove(connection) != nil || starting.remove(connection) != nil, "\(story): closed twice")
          #expect(leases(connection).isEmpty, "\(story): closed with calls in flight")
        }
      }
    }
  }

  @Test(arguments: UInt64(1)...60) func everyCallIsAnsweredOnceAndNoConnectionIsOverfull(_ seed: UInt64) {
    var random = SplitMix(seed)
    let settings = ConnectionPool.Settings(
      callsInFlight: Int.random(in: 1...3, using: &random), connections: Int.random(in: 1...3, using: &random),
      waiters: 6,
      idleTimeout: 500, maxAge: seed % 3 == 0 ? 900 : nil, validateAfter: 400)
    var pool = ConnectionPool(settings: settings)
    var model = Model()
    var now: UInt64 = 0
    var nextCall: UInt64 = 0
    var nextConnection: UInt64 = 0
    var isClosed = false
    for step in 0..<500 {
      now += UInt64.random(in: 0...120, using: &random)
      let story = "seed \(seed), step \(step)"
      let some =
        (model.open.union(model.starting).sorted() + [0, nextConnection + 5]).randomElement(using: &random) ?? 0
      switch Int.random(in: 0...(step < 480 ? 15 : 16), using: &random) {
      case 0...4:
        nextCall += 1
        model.fates[nextCall] = .waiting
        let limit = Bool.random(using: &random) ? now + UInt64.random(in: 0...2000, using: &random) : .max
        model.limits[nextCall] = limit
        switch pool.requestLease(waiter: nextCall, until: limit, at: now) {
        case .lease(let connection):
          let isOvertaking = model.fates.contains { $0 < nextCall && $1 == .waiting }
          #expect(!isOvertaking, "\(story): overtakes")
          model.lease(nextCall, connection, story)
        case .wait: break
        case .waitAndOpen: model.wanted += 1
        case .waitAndValidate(let connection): #expect(model.open.contains(connection), "\(story)")
        case .refuse(let why):
          #expect(isClosed == (why == .closed), "\(story)")
          model.fates[nextCall] = .refused
        }
      case 5, 6:
        if model.wanted > 0, pool.connections.count < settings.connections {
          model.wanted -= 1
          nextConnection += 1
          model.starting.insert(nextConnection)
          pool.connectionStarting(nextConnection, at: now)
        }
      case 7, 8:
        if model.starting.remove(some) != nil { model.open.insert(some) }
        model.perform(pool.connectionReady(some, at: now), at: now, story)
      case 9, 10:
        if let call = model.leases(some).min() {
          model.fates[call] = .answered
          model.perform(
            pool.leaseReturned(connection: some, answered: Bool.random(using: &random), at: now), at: now, story)
        } else {
          model.perform(pool.leaseReturned(connection: nextConnection + 9, answered: true, at: now), at: now, story)
        }
      case 11:
        for call in model.leases(some) { model.fates[call] = .lost }
        model.open.remove(some)
        model.starting.remove(some)
        model.perform(pool.connectionLost(some, at: now), at: now, story)
      case 12:
        let call = UInt64.random(in: 0...nextCall, using: &random)
        let wasWaiting = pool.waitCancelled(call)
        #expect(wasWaiting == (model.fates[call] == .waiting), "\(story)")
        if wasWaiting { model.fates[call] = .cancelled }
      case 13: model.perform(pool.heard(on: some, at: now), at: now, story)
      case 14:
        if step % 5 == 0 { model.perform(pool.drain(some, at: now), at: now, story) }
      case 15:
        model.perform(pool.timePassed(at: now), at: now, story)
        let late = model.fates.contains { $0.value == .waiting && model.limits[$0.key, default: .max] <= now }
        #expect(!late, "\(story): a call waits beyond its time")
      default:
        isClosed = true
        model.perform(pool.close(at: now), at: now, story)
      }
      check(pool, model, settings, at: now, story)
    }
    finish(&pool, &model, settings, now: now, nextConnection: nextConnection, isClosed: isClosed, seed: seed)
  }

  private func check(
    _ pool: ConnectionPool, _ model: Model, _ settings: ConnectionPool.Settings, at now: UInt64,
    _ story: String
  ) {
    #expect(Set(pool.connections.map(\.id)) == model.open.union(model.starting), "\(story)")
    #expect(pool.waiting == model.fates.values.count { $0 == .waiting }, "\(story): a waiter was lost")
    for connection in pool.connections {
      #expect(connection.inFlight == model.leases(connection.id).count, "\(story)")
      #expect(connection.inFlight <= settings.callsInFlight, "\(story): overfull")
      if connection.isReady, connection.inFlight < settings.callsInFlight {
        let waits = model.fates.values.contains(.waiting)
        let isSilent = connection.inFlight == 0 && now >= connection.lastHeard + settings.validateAfter
        let isValidating = pool.connections.contains { $0.condition == .validating }
        #expect(!waits || isSilent && isValidating, "\(story): a call waits although there is room")
      }
    }
    #expect(pool.connections.count <= settings.connections, "\(story): too many connections")
  }

  /// With servers that come up and answer, every call is answered.
  private func finish(
    _ pool: inout ConnectionPool, _ model: inout Model, _ settings: ConnectionPool.Settings,
    now: UInt64, nextConnection: UInt64, isClosed: Bool, seed: UInt64
  ) {
    var nextConnection = nextConnection
    for round in 0..<60 {
      let story = "seed \(seed), end \(round)"
      for connection in pool.connections {
        if model.starting.remove(connection.id) != nil { model.open.insert(connection.id) }
        model.perform(pool.connectionReady(connection.id, at: now), at: now, story)
        model.perform(pool.heard(on: connection.id, at: now), at: now, story)
        for call in model.leases(connection.id) {
          model.fates[call] = .answered
          model.perform(pool.leaseReturned(connection: connection.id, answered: true, at: now), at: now, story)
        }
      }
      if pool.connections.isEmpty {
        nextConnection += 1
        model.starting.insert(nextConnection)
        pool.connectionStarting(nextConnection, at: now)
      }
    }
    #expect(pool.waiting == 0, "seed \(seed): a call waits for ever")
    let open = model.fates.values.count { fate in
      if case .leased = fate { true } else { fate == .waiting }
    }
    #expect(open == 0, "seed \(seed)")
  }
}
