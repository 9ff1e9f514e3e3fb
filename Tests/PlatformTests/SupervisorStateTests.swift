import TestSupport
import Testing

@testable import Platform

@Suite struct SupervisorStateTests {
  @Test func anExitTerminatesTheRestAndTheEmptiedGroupIsGone() {
    var state = SupervisorState()
    #expect(state.spawned(connection: 7, process: 100) == [.report(.spawned(connection: 7, process: 100))])
    #expect(
      state.exited(process: 100, .code(1), at: 0)
        == [.report(.exited(connection: 7, .code(1))), .signalGroup(connection: 7, .terminate)])
    #expect(state.leaderless == [7])
    #expect(state.emptied(connection: 7, at: 1) == [.report(.gone(connection: 7, remaining: []))])
    #expect(state.emptied(connection: 7, at: 1) == [])
    #expect(state.endOrdered(connection: 7, urgent: true, at: 1) == [])
    #expect(state.deadline == nil)
    #expect(!state.mayExit)
  }

  @Test func anUnknownProcessIsAnOrphanAndSaysNothing() {
    var state = SupervisorState()
    #expect(state.exited(process: 5, .code(0), at: 0) == [])
    #expect(state.stopped(process: 5, signal: 19) == [])
    #expect(state.continued(process: 5) == [])
  }

  @Test func whatSIGKILLDoesNotEndIsAbandoned() {
    var state = SupervisorState()
    _ = state.spawned(connection: 1, process: 100)
    #expect(state.endOrdered(connection: 1, urgent: true, at: 0) == [.signalGroup(connection: 1, .terminate)])
    #expect(state.elapsed(700) == [.signalGroup(connection: 1, .kill)])
    #expect(state.elapsed(1700) == [.abandon(connection: 1)])
    #expect(state.leaders == [])
    #expect(state.exited(process: 100, .signal(9), at: 2000) == [])
  }

  @Test func closingRunsTheLadderOnGroupsAndOutsiders() {
    var state = SupervisorState()
    _ = state.spawned(connection: 1, process: 100)
    #expect(state.closed(urgent: false, at: 0) == [])
    #expect(state.isClosing)
    #expect(state.elapsed(1000) == [.signalGroup(connection: 1, .terminate), .signalOutsiders(.terminate)])
    #expect(
      state.exited(process: 100, .signal(15), at: 1100) == [.report(.exited(connection: 1, .signal(15)))])
    #expect(state.emptied(connection: 1, at: 1101) == [.report(.gone(connection: 1, remaining: []))])
    #expect(state.elapsed(1700) == [.signalOutsiders(.kill)])
    // Each death may have brought us its children.
    #expect(state.exited(process: 555, .signal(9), at: 1701) == [.signalOutsiders(.kill)])
    #expect(state.mayExit)
  }

  @Test func outsidersAreNotWaitedForWhenNobodyHasAnInput() {
    var state = SupervisorState()
    #expect(state.closed(urgent: false, at: 0) == [.signalOutsiders(.terminate)])
    var other = SupervisorState()
    _ = other.spawned(connection: 1, process: 100)
    #expect(other.closed(urgent: false, at: 0) == [])
    #expect(
      other.exited(process: 100, .code(0), at: 10)
        == [
          .report(.exited(connection: 1, .code(0))), .signalGroup(connection: 1, .terminate),
          .signalOutsiders(.terminate),
        ])
  }

  @Test func aContainerIsStoppedAfterItsClientBeforeTheConnectionIsGone() {
    var state = SupervisorState()
    _ = state.spawned(connection: 1, process: 100, hasContainer: true)
    _ = state.exited(process: 100, .code(0), at: 0)
    #expect(state.emptied(connection: 1, at: 50) == [.stopContainer(connection: 1)])
    #expect(state.leaderless == [])
    #expect(state.endOrdered(connection: 1, urgent: true, at: 60) == [])
    #expect(state.closed(urgent: true, at: 60) == [.signalOutsiders(.terminate)])
    #expect(!state.mayExit)
    var hanging = state
    #expect(state.containerStopped(connection: 1) == [.report(.gone(connection: 1, remaining: []))])
    #expect(state.containerStopped(connection: 1) == [])
    #expect(state.mayExit)
    let end = hanging.elapsed(50 + SupervisorState.containerLimit)
    #expect(end.prefix(2) == [.dropContainer(connection: 1), .report(.gone(connection: 1, remaining: []))])
    #expect(hanging.containerStopped(connection: 1) == [])
    #expect(hanging.mayExit)
  }

  @Test func spawnsAreAdmittedWhenNothingIsLeftBehindOrItCannotBeEnded() {
    var state = SupervisorState()
    #expect(state.leftoversFound(at: 0) == [.signalLeftovers(.terminate)])
    #expect(state.isClearing)
    var stubborn = state
    #expect(state.leftoversGone() == [.admitSpawns])
    #expect(!state.isClearing)
    #expect(stubborn.elapsed(700) == [.signalLeftovers(.kill)])
    #expect(stubborn.elapsed(1700) == [.admitSpawns])
    #expect(!stubborn.isClearing)
  }

  /// Feeds events in any order and checks what must never happen.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func noOrderOfEventsReportsTwiceOrSignalsAStranger(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var state = SupervisorState()
    var now: UInt64 = 0
    var exited: Set<UInt64> = []
    var gone: Set<UInt64> = []
    var known: Set<UInt64> = []
    for step in 0..<400 {
      now += UInt64.random(in: 0...400, using: &random)
      var actions: [SupervisorState.Action] = []
      let process = Int32.random(in: 1...12, using: &random)
      let connection = UInt64.random(in: 0...UInt64(step), using: &random)
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1:
        if !state.leaders.contains(process), !state.isClosing {
          known.insert(UInt64(step))
          actions = state.spawned(
            connection: UInt64(step), process: process, hasContainer: Bool.random(using: &random))
        }
      case 2: actions = state.exited(process: process, .code(0), at: now)
      case 3: actions = state.stopped(process: process, signal: 19)
      case 4: actions = state.continued(process: process)
      case 5: actions = state.emptied(connection: state.leaderless.randomElement(using: &random) ?? connection, at: now)
      case 6: actions = state.endOrdered(connection: connection, urgent: Bool.random(using: &random), at: now)
      case 7: actions = state.containerStopped(connection: connection)
      case 8: actions = state.leftoversFound(at: now)
      case 9: if state.isClearing { actions = state.leftoversGone() }
      case 10: if step > 300 { actions = state.closed(urgent: Bool.random(using: &random), at: now) }
      default: actions = state.elapsed(now)
      }
      for action in actions {
        switch action {
        case .report(.exited(let connection, _)):
          #expect(exited.insert(connection).inserted, "seed \(seed), step \(step)")
        case .report(.gone(let connection, _)), .abandon(let connection):
          #expect(gone.insert(connection).inserted, "seed \(seed), step \(step)")
        case .signalGroup(let connection, _), .stopContainer(let connection), .dropContainer(let connection):
          #expect(known.contains(connection), "seed \(seed), step \(step)")
        case .signalOutsiders: #expect(state.isClosing, "seed \(seed), step \(step)")
        case .report, .signalLeftovers, .admitSpawns: break
        }
      }
    }
    // Left alone, everything comes to rest.
    _ = state.closed(urgent: true, at: now)
    while let deadline = state.deadline {
      now = deadline
      _ = state.elapsed(now)
    }
    #expect(state.leaders == [], "seed \(seed)")
    #expect(state.mayExit, "seed \(seed)")
  }
}
