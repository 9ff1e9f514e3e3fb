import TestSupport
import Testing

@testable import Platform

@Suite struct LadderTests {
  @Test func patienceThenTermThenKillUntilItGivesUp() {
    var ladder = Ladder()
    #expect(ladder.begin(urgent: false, at: 0) == nil)
    #expect(ladder.elapsed(999) == nil)
    #expect(ladder.elapsed(1000) == .terminate)
    #expect(ladder.begin(urgent: true, at: 1001) == nil)
    #expect(ladder.elapsed(1699) == nil)
    #expect(ladder.elapsed(1700) == .kill)
    #expect(ladder.deadline == 1720)
    #expect(ladder.elapsed(1720) == .kill)
    #expect(ladder.elapsed(2700) == .giveUp)
    #expect(ladder.elapsed(9999) == nil)
    #expect(ladder.deadline == nil)
  }

  @Test func urgencySkipsThePatience() {
    var ladder = Ladder()
    #expect(ladder.begin(urgent: true, at: 5) == .terminate)
    #expect(ladder.deadline == 705)
    var waiting = Ladder()
    #expect(waiting.begin(urgent: false, at: 0) == nil)
    #expect(waiting.begin(urgent: true, at: 300) == .terminate)
    #expect(waiting.deadline == 1000)
  }

  @Test func aLeaderGoneHurriesOnlyOnce() {
    var ladder = Ladder()
    #expect(ladder.leaderGone(at: 0) == .terminate)
    #expect(ladder.leaderGone(at: 1) == nil)
    #expect(ladder.begin(urgent: true, at: 2) == nil)
    #expect(ladder.elapsed(700) == .kill)
  }
}

@Suite struct SupervisorStateTests {
  @Test func anExitTerminatesTheRestAndTheEmptiedGroupIsGone() {
    var state = SupervisorState()
    #expect(state.spawned(connection: 7, process: 100) == [.report(.spawned(connection: 7, process: 100))])
    #expect(
      state.exited(process: 100, .code(1), at: 0)
        == [.report(.exited(connection: 7, .code(1))), .signalGroup(leader: 100, .terminate)])
    #expect(state.leaderless == [100])
    #expect(state.groupEmptied(leader: 100) == [.report(.gone(connection: 7, remaining: []))])
    #expect(state.groupEmptied(leader: 100) == [])
    #expect(state.endOrdered(connection: 7, urgent: true, at: 1) == [])
    #expect(state.deadline == nil)
    #expect(state.childless() == [])
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
    #expect(state.endOrdered(connection: 1, urgent: true, at: 0) == [.signalGroup(leader: 100, .terminate)])
    #expect(state.elapsed(700) == [.signalGroup(leader: 100, .kill)])
    #expect(state.elapsed(1700) == [.abandon(connection: 1, leader: 100)])
    #expect(state.leaders == [])
    #expect(state.exited(process: 100, .signal(9), at: 2000) == [])
  }

  @Test func closingRunsTheLadderOnGroupsAndOutsiders() {
    var state = SupervisorState()
    _ = state.spawned(connection: 1, process: 100)
    #expect(state.closed(urgent: false, at: 0) == [])
    #expect(state.isClosing)
    #expect(state.elapsed(1000) == [.signalGroup(leader: 100, .terminate), .signalOutsiders(.terminate)])
    #expect(
      state.exited(process: 100, .signal(15), at: 1100) == [.report(.exited(connection: 1, .signal(15)))])
    #expect(state.groupEmptied(leader: 100) == [.report(.gone(connection: 1, remaining: []))])
    #expect(state.elapsed(1700) == [.signalOutsiders(.kill)])
    // Each death may have brought us its children.
    #expect(state.exited(process: 555, .signal(9), at: 1701) == [.signalOutsiders(.kill)])
    #expect(state.childless() == [.exit])
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
          .report(.exited(connection: 1, .code(0))), .signalGroup(leader: 100, .terminate),
          .signalOutsiders(.terminate),
        ])
  }

  /// Feeds events in any order and checks what must never happen.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func noOrderOfEventsReportsTwiceOrSignalsAStranger(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var state = SupervisorState()
    var now: UInt64 = 0
    var living: Set<Int32> = []
    var exited: Set<UInt64> = []
    var gone: Set<UInt64> = []
    var known: [UInt64: Int32] = [:]
    for step in 0..<400 {
      now += UInt64.random(in: 0...400, using: &random)
      var actions: [SupervisorState.Action] = []
      let process = Int32.random(in: 1...12, using: &random)
      switch Int.random(in: 0..<9, using: &random) {
      case 0, 1:
        if !state.leaders.contains(process), !state.isClosing {
          let connection = UInt64(step)
          known[connection] = process
          living.insert(process)
          actions = state.spawned(connection: connection, process: process)
        }
      case 2:
        living.remove(process)
        actions = state.exited(process: process, .code(0), at: now)
      case 3: actions = state.stopped(process: process, signal: 19)
      case 4: actions = state.continued(process: process)
      case 5: actions = state.groupEmptied(leader: process)
      case 6: actions = state.endOrdered(connection: UInt64(step / 2), urgent: Bool.random(using: &random), at: now)
      case 7: if step > 300 { actions = state.closed(urgent: Bool.random(using: &random), at: now) }
      default: actions = state.elapsed(now)
      }
      for action in actions {
        switch action {
        case .report(.exited(let connection, _)):
          #expect(exited.insert(connection).inserted, "seed \(seed), step \(step)")
        case .report(.gone(let connection, _)), .abandon(let connection, _):
          #expect(gone.insert(connection).inserted, "seed \(seed), step \(step)")
        case .signalGroup(let leader, _):
          #expect(known.values.contains(leader), "seed \(seed), step \(step)")
        case .signalOutsiders: #expect(state.isClosing, "seed \(seed), step \(step)")
        case .report, .exit: break
        }
      }
      #expect(living.isSuperset(of: Set(state.leaders).subtracting(state.leaderless)), "seed \(seed), step \(step)")
    }
    // Left alone, everything comes to rest.
    _ = state.closed(urgent: true, at: now)
    while let deadline = state.deadline {
      now = deadline
      _ = state.elapsed(now)
    }
    #expect(state.leaders == [], "seed \(seed)")
    #expect(state.childless() == [.exit], "seed \(seed)")
  }
}

@Suite struct SupervisorMessageTests {
  private let orders: [SupervisorOrder] = [
    .spawn(
      SpawnOrder(
        connection: .max, executable: "/bin/ü", arguments: ["a", "", "c d"], environment: ["A=1", "B="],
        directory: nil)),
    .spawn(
      SpawnOrder(
        connection: 0, executable: "x", arguments: [], environment: [], directory: "/tmp", newSession: true)),
    .end(connection: 9, urgent: true), .shutDown(urgent: false),
  ]

  private let reports: [SupervisorReport] = [
    .spawned(connection: 1, process: 2), .notSpawned(connection: 3, SpawnFailure(.directory, code: 2)),
    .exited(connection: 4, .code(5)), .exited(connection: 6, .signal(7)), .exited(connection: 8, .unknown),
    .stopped(connection: 9, signal: 19), .continued(connection: 10), .gone(connection: 11, remaining: [1, -2]),
  ]

  @Test func messagesSurviveTheSocketHoweverTheyAreCut() {
    let bytes = orders.flatMap(\.message)
    for size in [1, 3, bytes.count] {
      var received: [UInt8] = []
      var decoded: [SupervisorOrder?] = []
      for byte in bytes.indices {
        received.append(bytes[byte])
        guard (byte + 1) % size == 0 || byte == bytes.count - 1 else { continue }
        while let message = MessageReader.next(in: &received) { decoded.append(SupervisorOrder(message)) }
      }
      #expect(decoded == orders)
      #expect(received.isEmpty)
    }
    var received = reports.flatMap(\.message)
    var decoded: [SupervisorReport?] = []
    while let message = MessageReader.next(in: &received) { decoded.append(SupervisorReport(message)) }
    #expect(decoded == reports)
  }

  @Test func aMessageCutShortIsNone() {
    for message in orders.map(\.message) {
      for length in 4..<message.count {
        #expect(SupervisorOrder(MessageReader(message[4..<length])) == nil)
      }
    }
    for message in reports.map(\.message) {
      for length in 4..<message.count {
        #expect(SupervisorReport(MessageReader(message[4..<length])) == nil)
      }
    }
  }
}
