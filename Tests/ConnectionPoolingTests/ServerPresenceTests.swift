import TestSupport
import Testing

@testable import ConnectionPooling

@Suite struct ServerPresenceTests {
  private let exit = EndpointFailure(.exit)

  /// The actions that concern the server and not its lanes.
  private func about(_ actions: [LaneSet.Action]) -> [ServerPresence.Action] {
    actions.compactMap { if case .server(let action) = $0 { action } else { nil } }
  }

  @Test func aServerIsSettledByReadinessOrByItsFirstFailure() {
    var (a, b) = (LaneSet(), LaneSet())
    let (first, second) = (a.add(), b.add())
    let started = a.update(first, at: 0) { $0.activate(at: 0) }
    #expect(about(started) == [])
    _ = b.update(second, at: 0) { $0.activate(at: 0) }
    #expect(!a.presence.isSettled && !b.presence.isSettled)
    let ready = a.update(first, at: 1) { $0.becameReady(generation: 1, at: 1) }
    #expect(about(ready) == [.changed(.present), .settled])
    let failed = b.update(second, at: 2) { $0.lost(exit, generation: 1, at: 2, chance: 0.5) }
    #expect(about(failed) == [.settled])
    #expect(b.presence.condition == .absent)
    #expect(LaneSet(isAwaited: false).presence.isSettled, "nobody waits for a server that is started by its first call")
  }

  @Test func aServerWhoseStartHasNotBegunIsStillWaitedFor() {
    var good = LaneSet()
    let id = good.add()
    _ = good.update(id, at: 0) { $0.retire(at: 0) }
    #expect(!good.presence.isSettled)
    _ = good.update(id, at: 1) { $0.activate(at: 1) }
    _ = good.update(id, at: 2) { $0.becameReady(generation: 1, at: 2) }
    #expect(good.presence.isSettled)
  }

  @Test func oneReadyReplicaSettlesItsServer() {
    var lanes = LaneSet()
    let ids = [lanes.add(), lanes.add(priority: 1)]
    for id in ids { _ = lanes.update(id, at: 0) { $0.activate(at: 0) } }
    let lost = lanes.update(ids[0], at: 1) { $0.lost(exit, generation: 1, at: 1, chance: 0.5) }
    #expect(about(lost) == [])
    let ready = lanes.update(ids[1], at: 2) { $0.becameReady(generation: 1, at: 2) }
    #expect(about(ready).contains(.settled))
    let candidates = ids.compactMap { lanes.candidate($0, inFlight: 0, capacity: 1, score: EndpointScore()) }
    #expect(candidates.map(\.availability) == [.recovering, .available])
    #expect(candidates.map(\.priority) == [0, 1])
  }

  @Test func listsStayForTheGracePeriod() {
    var lanes = LaneSet(gracePeriod: 60_000)
    let id = lanes.add(settings: .init(backoff: Backoff(first: 100_000, cap: 100_000, jitter: 0)))
    _ = lanes.update(id, at: 0) { $0.activate(at: 0) }
    _ = lanes.update(id, at: 1) { $0.becameReady(generation: 1, at: 1) }
    let lost = lanes.update(id, at: 1000) { $0.lost(exit, generation: 1, at: 1000, chance: 0.5) }
    #expect(about(lost) == [.changed(.lingering(until: 61_000))])
    #expect(lanes.deadline == 61_000)
    let early = lanes.timePassed(at: 60_999)
    #expect(early == [])
    let gone = lanes.timePassed(at: 61_000)
    #expect(gone == [.server(.changed(.gone))])
    #expect(lanes.deadline == 101_000)
    let tried = lanes.timePassed(at: 101_000)
    #expect(tried.first == .lane(id, .start(generation: 2)))
    let back = lanes.update(id, at: 101_001) { $0.becameReady(generation: 2, at: 101_001) }
    #expect(about(back) == [.changed(.present)])
  }

  @Test func whatIsKnownOfAnEarlierRunStaysUntilTheStartHasFailedForTheGracePeriod() {
    var lanes = LaneSet(isKnown: true, gracePeriod: 60_000)
    let id = lanes.add(settings: .init(backoff: Backoff(first: 100_000, cap: 100_000, jitter: 0)))
    let started = lanes.update(id, at: 0) { $0.activate(at: 0) }
    #expect(about(started) == [] && lanes.presence.condition == .known)
    let failed = lanes.update(id, at: 1000) { $0.lost(exit, generation: 1, at: 1000, chance: 0.5) }
    #expect(about(failed) == [.changed(.lingering(until: 61_000)), .settled])
    let gone = lanes.timePassed(at: 61_000)
    #expect(about(gone) == [.changed(.gone)])
  }

  @Test func whatIsKnownOfALazyServerStaysUntilItIsStarted() {
    var lanes = LaneSet(isAwaited: false, isKnown: true)
    let id = lanes.add()
    let retired = lanes.update(id, at: 0) { $0.retire(at: 0) }
    #expect(about(retired) == [] && lanes.presence.condition == .known && lanes.presence.isSettled)
    _ = lanes.update(id, at: 1) { $0.wake(at: 1) }
    #expect(lanes.presence.condition == .known)
    let ready = lanes.update(id, at: 2) { $0.becameReady(generation: 1, at: 2) }
    #expect(about(ready) == [.changed(.present)])
  }

  @Test func aServerThatRestsIsNotLost() {
    var lanes = LaneSet()
    let id = lanes.add()
    _ = lanes.update(id, at: 0) { $0.activate(at: 0) }
    _ = lanes.update(id, at: 1) { $0.becameReady(generation: 1, at: 1) }
    let retired = lanes.update(id, at: 2) { $0.retire(at: 2) }
    #expect(about(retired) == [])
    #expect(lanes.presence.condition == .present)
  }

  @Test func aServerIsPresentAsLongAsOneOfItsLanesIs() {
    var lanes = LaneSet()
    let ids = [lanes.add(), lanes.add()]
    for id in ids {
      _ = lanes.update(id, at: 0) { $0.activate(at: 0) }
      _ = lanes.update(id, at: 0) { $0.becameReady(generation: 1, at: 0) }
    }
    let first = lanes.remove(ids[1], at: 1)
    #expect(first == [.lane(ids[1], .close(generation: 1)), .lane(ids[1], .changed(.closed))])
    #expect(lanes.presence.condition == .present)
    let last = lanes.remove(ids[0], at: 2)
    #expect(about(last) == [.changed(.lingering(until: 60_002))])
  }

  @Test(arguments: UInt64(1)...60) func whatIsSaidOfAServerFitsItsLanes(_ seed: UInt64) {
    var random = SplitMix(seed)
    let isKnown = Bool.random(using: &random)
    var lanes = LaneSet(isKnown: isKnown, gracePeriod: 2000)
    let ids = (0..<Int.random(in: 1...3, using: &random)).map { _ in lanes.add() }
    var now: UInt64 = 0
    var settled = 0
    var known = isKnown ? ServerPresence.Condition.known : .absent
    for id in ids { _ = lanes.update(id, at: 0) { $0.activate(at: 0) } }
    for step in 0..<900 {
      let story = "seed \(seed), step \(step)"
      now += UInt64.random(in: 0...500, using: &random)
      guard let id = ids.randomElement(using: &random) else { break }
      let chance = Double.random(in: 0..<1, using: &random)
      let event = Int.random(in: 0...5, using: &random)
      let actions =
        event == 0
        ? lanes.timePassed(at: now)
        : lanes.update(id, at: now) { lane in
          switch event {
          case 1, 2: lane.becameReady(generation: lane.generation, at: now)
          case 3: lane.lost(exit, generation: lane.generation, at: now, chance: chance)
          case 4: lane.wake(at: now)
          default: Bool.random(using: &random) ? lane.retire(at: now) : lane.replace(at: now)
          }
        }
      for action in about(actions) {
        switch action {
        case .settled: settled += 1
        case .changed(let condition):
          #expect(condition != known, "\(story): nothing new")
          known = condition
        }
      }
      #expect(settled == (lanes.presence.isSettled ? 1 : 0), "\(story)")
      #expect(lanes.presence.condition == known, "\(story)")
      let isReady = ids.contains { lanes.state(of: $0)?.isAvailable == true }
      if isReady { #expect(lanes.presence.condition == .present, "\(story)") }
      if case .lingering(let until) = lanes.presence.condition {
        #expect(!isReady && lanes.deadline.map { $0 <= until } == true, "\(story): lingers for ever")
      }
    }
  }
}
