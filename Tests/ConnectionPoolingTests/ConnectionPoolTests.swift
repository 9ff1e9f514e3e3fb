import Testing

@testable import ConnectionPooling

@Suite struct ConnectionPoolTests {
  /// A pool with one ready connection, number 1.
  private func ready(_ settings: ConnectionPool.Settings = .init()) -> ConnectionPool {
    var pool = ConnectionPool(settings: settings)
    pool.connectionStarting(1, at: 0)
    _ = pool.connectionReady(1, at: 0)
    return pool
  }

  @Test func manyCallsShareAConnection() {
    var pool = ready(.init(callsInFlight: 2))
    let first = pool.requestLease(waiter: 1, at: 1)
    let second = pool.requestLease(waiter: 2, at: 1)
    let third = pool.requestLease(waiter: 3, at: 1)
    #expect([first, second, third] == [.lease(connection: 1), .lease(connection: 1), .wait])
    #expect(pool.inFlight == 2)
    let returned = pool.leaseReturned(connection: 1, answered: true, at: 5)
    #expect(returned == [.grant(waiter: 3, connection: 1)])
    #expect(pool.connections[0].served == 1)
    #expect(pool.connections[0].lastUsed == 5)
  }

  @Test func callsWaitInOrderForTheFirstConnection() {
    var pool = ConnectionPool()
    let decisions = (1...3).map { pool.requestLease(waiter: $0, at: 0) }
    #expect(decisions == [.waitAndOpen, .waitAndOpen, .waitAndOpen])
    pool.connectionStarting(7, at: 1)
    let fourth = pool.requestLease(waiter: 4, at: 1)
    #expect(fourth == .wait)
    let wasWaiting = pool.waitCancelled(2)
    #expect(wasWaiting)
    let granted = pool.connectionReady(7, at: 2)
    #expect(granted == [1, 3, 4].map { .grant(waiter: $0, connection: 7) })
    let isStillWaiting = pool.waitCancelled(1)
    #expect(!isStillWaiting)
  }

  @Test func aFullQueueRefuses() {
    var pool = ConnectionPool(settings: .init(waiters: 1))
    _ = pool.requestLease(waiter: 1, at: 0)
    let second = pool.requestLease(waiter: 2, at: 0)
    #expect(second == .refuse(.queueIsFull(waiting: 1)))
  }

  @Test func anotherConnectionIsWantedWhenAllAreFull() {
    var pool = ready(.init(callsInFlight: 1, connections: 3))
    _ = pool.requestLease(waiter: 1, at: 0)
    let second = pool.requestLease(waiter: 2, at: 0)
    #expect(second == .waitAndOpen)
    pool.connectionStarting(2, at: 0)
    let third = pool.requestLease(waiter: 3, at: 0)
    #expect(third == .waitAndOpen)
    pool.connectionStarting(3, at: 0)
    let fourth = pool.requestLease(waiter: 4, at: 0)
    #expect(fourth == .wait)
    let granted = pool.connectionReady(3, at: 1)
    #expect(granted == [.grant(waiter: 2, connection: 3)])
  }

  @Test func aDrainingConnectionFinishesItsCallsAndGivesUpItsPlace() {
    var pool = ready()
    _ = pool.requestLease(waiter: 1, at: 0)
    let drained = pool.drain(1, at: 1)
    #expect(drained == [])
    let next = pool.requestLease(waiter: 2, at: 2)
    #expect(next == .wait)
    let returned = pool.leaseReturned(connection: 1, answered: true, at: 3)
    #expect(returned == [.close(connection: 1), .open])
    let late = pool.leaseReturned(connection: 1, answered: true, at: 4)
    #expect(late == [])
  }

  @Test func aLostConnectionLeavesTheQueueAsItIs() {
    var pool = ready(.init(callsInFlight: 1))
    _ = pool.requestLease(waiter: 1, at: 0)
    _ = pool.requestLease(waiter: 2, at: 0)
    let lost = pool.connectionLost(1, at: 1) + pool.connectionLost(1, at: 1)
    #expect(lost == [])
    #expect(pool.inFlight == 0)
    #expect(pool.waiting == 1)
    pool.connectionStarting(2, at: 2)
    let granted = pool.connectionReady(2, at: 3)
    #expect(granted == [.grant(waiter: 2, connection: 2)])
  }

  @Test func whatWaitsCanGoElsewhere() {
    var pool = ConnectionPool()
    for waiter in UInt64(1)...3 { _ = pool.requestLease(waiter: waiter, at: 0) }
    let taken = pool.takeWaiters()
    #expect(taken == [1, 2, 3])
    #expect(pool.waiting == 0)
  }

  @Test func aConnectionThatWasSilentForLongIsValidatedFirst() {
    var pool = ready()
    let first = pool.requestLease(waiter: 1, at: 60_000)
    #expect(first == .waitAndValidate(connection: 1))
    let second = pool.requestLease(waiter: 2, at: 60_001)
    #expect(second == .wait)
    let heard = pool.heard(on: 1, at: 60_002)
    #expect(heard == [.grant(waiter: 1, connection: 1), .grant(waiter: 2, connection: 1)])
    let third = pool.requestLease(waiter: 3, at: 60_003)
    #expect(third == .lease(connection: 1))
  }

  @Test func whenTheValidatedConnectionDiesTheNextOneIsAsked() {
    var pool = ready(.init(connections: 2))
    pool.connectionStarting(2, at: 0)
    _ = pool.connectionReady(2, at: 0)
    let first = pool.requestLease(waiter: 1, at: 70_000)
    #expect(first == .waitAndValidate(connection: 1))
    let lost = pool.connectionLost(1, at: 70_001)
    #expect(lost == [.validate(connection: 2)])
    let heard = pool.heard(on: 2, at: 70_002)
    #expect(heard == [.grant(waiter: 1, connection: 2)])
  }

  @Test func aConnectionThatTalksNeedsNoValidation() {
    var pool = ready()
    _ = pool.heard(on: 1, at: 59_000)
    let decision = pool.requestLease(waiter: 1, at: 118_999)
    #expect(decision == .lease(connection: 1))
  }

  @Test func idleConnectionsBeyondTheFirstAreClosed() {
    var pool = ready(.init(callsInFlight: 1, connections: 2, idleTimeout: 1000))
    #expect(pool.deadline == nil)
    pool.connectionStarting(2, at: 0)
    _ = pool.connectionReady(2, at: 100)
    #expect(pool.deadline == 1100)
    let early = pool.timePassed(at: 1099)
    #expect(early == [])
    let closed = pool.timePassed(at: 1100)
    #expect(closed == [.close(connection: 2)])
    #expect(pool.connections.map(\.id) == [1])
  }

  @Test func theConnectionOfAnExtraEndpointIsClosedUnlessSomebodyNeedsIt() {
    var pool = ready(.init(idleTimeout: 1000, keepsFirst: false))
    #expect(pool.deadline == 1000)
    let needed = pool.timePassed(at: 1000, isNeeded: true)
    #expect(needed == [])
    #expect(pool.deadline == 2000)
    _ = pool.requestLease(waiter: 1, at: 1500)
    #expect(pool.deadline == nil)
    _ = pool.leaseReturned(connection: 1, answered: true, at: 1600)
    let closed = pool.timePassed(at: 2600)
    #expect(closed == [.close(connection: 1)], "nothing is opened in its place before a call needs it")
  }

  @Test func ageEndsAConnectionAlsoWhereItIsNeeded() {
    var pool = ready(.init(keepsFirst: false, maxAge: 1000))
    let replaced = pool.timePassed(at: 1000, isNeeded: true)
    #expect(replaced == [.close(connection: 1), .open])
  }

  @Test func anOldConnectionIsReplacedWhenNothingIsInFlight() {
    var pool = ready(.init(maxAge: 1000))
    _ = pool.requestLease(waiter: 1, at: 0)
    #expect(pool.deadline == nil)
    let busy = pool.timePassed(at: 5000)
    #expect(busy == [])
    _ = pool.leaseReturned(connection: 1, answered: true, at: 6000)
    #expect(pool.deadline == 1000)
    let replaced = pool.timePassed(at: 6000)
    #expect(replaced == [.close(connection: 1), .open])
  }

  @Test func anOldConnectionDrainsWhereAnotherCanStandBesideIt() {
    var pool = ready(.init(connections: 2, maxAge: 1000))
    _ = pool.requestLease(waiter: 1, at: 0)
    #expect(pool.deadline == 1000)
    let drained = pool.timePassed(at: 1000)
    #expect(drained == [])
    let next = pool.requestLease(waiter: 2, at: 1001)
    #expect(next == .waitAndOpen)
  }

  @Test func aClosedPoolRefusesAndDrains() {
    var pool = ready(.init(callsInFlight: 1))
    _ = pool.requestLease(waiter: 1, at: 0)
    _ = pool.requestLease(waiter: 2, at: 0)
    let closed = pool.close(at: 1)
    #expect(closed == [.refuse(waiter: 2)])
    let refused = pool.requestLease(waiter: 3, at: 2)
    #expect(refused == .refuse(.closed))
    let returned = pool.leaseReturned(connection: 1, answered: false, at: 3)
    #expect(returned == [.close(connection: 1)])
    pool.connectionStarting(2, at: 4)
    let late = pool.connectionReady(2, at: 5)
    #expect(late == [.close(connection: 2)])
  }
}
