import TestSupport
import Testing

@testable import ConnectionPooling

@Suite struct EndpointRegistryTests {
  private let exit = EndpointFailure(.exit)

  /// The actions that concern servers and not endpoints.
  private func about(_ actions: [EndpointRegistry.Action]) -> [EndpointRegistry.Action] {
    actions.filter { if case .endpoint = $0 { false } else { true } }
  }

  @Test func serversAreSettledByReadinessOrByTheirFirstFailure() {
    var registry = EndpointRegistry()
    registry.add(server: "a")
    registry.add(server: "b")
    registry.add(server: "lazy", isAwaited: false)
    let (a, b) = (registry.addEndpoint(to: "a"), registry.addEndpoint(to: "b"))
    for id in [a, b] {
      let started = registry.update(id, at: 0) { $0.activate(at: 0) }
      #expect(about(started) == [])
    }
    #expect(!registry.isSettled)
    let ready = registry.update(a, at: 1) { $0.becameReady(generation: 1, at: 1) }
    #expect(about(ready) == [.presenceChanged(server: "a", .present), .settled(server: "a")])
    let failed = registry.update(b, at: 2) { $0.lost(exit, generation: 1, at: 2, chance: 0.5) }
    #expect(about(failed) == [.settled(server: "b"), .allSettled])
    #expect(registry.isSettled)
    #expect(registry.presence(of: "b") == .absent)
  }

  @Test func aServerWhoseStartHasNotBegunIsStillWaitedFor() {
    var registry = EndpointRegistry()
    registry.add(server: "bad")
    registry.add(server: "good")
    let (bad, good) = (registry.addEndpoint(to: "bad"), registry.addEndpoint(to: "good"))
    _ = registry.update(bad, at: 0) { $0.activate(at: 0) }
    _ = registry.update(bad, at: 0) { $0.lost(exit, generation: 1, at: 0, chance: 0.5) }
    _ = registry.timePassed(at: 0)
    _ = registry.update(good, at: 0) { $0.retire(at: 0) }
    #expect(!registry.isSettled("good") && !registry.isSettled)
    _ = registry.update(good, at: 1) { $0.activate(at: 1) }
    _ = registry.update(good, at: 2) { $0.becameReady(generation: 1, at: 2) }
    #expect(registry.isSettled)
  }

  @Test func oneReadyReplicaSettlesItsServer() {
    var registry = EndpointRegistry()
    registry.add(server: "a")
    let ids = [registry.addEndpoint(to: "a"), registry.addEndpoint(to: "a", priority: 1)]
    for id in ids { _ = registry.update(id, at: 0) { $0.activate(at: 0) } }
    let lost = registry.update(ids[0], at: 1) { $0.lost(exit, generation: 1, at: 1, chance: 0.5) }
    #expect(about(lost) == [])
    let ready = registry.update(ids[1], at: 2) { $0.becameReady(generation: 1, at: 2) }
    #expect(about(ready).contains(.allSettled))
    let candidates = ids.compactMap { registry.candidate($0, inFlight: 0, capacity: 1, score: EndpointScore()) }
    #expect(candidates.map(\.availability) == [.recovering, .available])
    #expect(candidates.map(\.priority) == [0, 1])
  }

  @Test func listsStayForTheGracePeriod() {
    var registry = EndpointRegistry()
    registry.add(server: "a", gracePeriod: 60_000)
    let id = registry.addEndpoint(to: "a", settings: .init(backoff: Backoff(first: 100_000, cap: 100_000, jitter: 0)))
    _ = registry.update(id, at: 0) { $0.activate(at: 0) }
    _ = registry.update(id, at: 1) { $0.becameReady(generation: 1, at: 1) }
    let lost = registry.update(id, at: 1000) { $0.lost(exit, generation: 1, at: 1000, chance: 0.5) }
    #expect(about(lost) == [.presenceChanged(server: "a", .lingering(until: 61_000))])
    #expect(registry.deadline == 61_000)
    let early = registry.timePassed(at: 60_999)
    #expect(early == [])
    let gone = registry.timePassed(at: 61_000)
    #expect(gone == [.presenceChanged(server: "a", .gone)])
    #expect(registry.deadline == 101_000)
    let tried = registry.timePassed(at: 101_000)
    #expect(tried.first == .endpoint(id, .start(generation: 2)))
    let back = registry.update(id, at: 101_001) { $0.becameReady(generation: 2, at: 101_001) }
    #expect(about(back) == [.presenceChanged(server: "a", .present)])
  }

  @Test func aServerThatRestsIsNotLost() {
    var registry = EndpointRegistry()
    registry.add(server: "a")
    let id = registry.addEndpoint(to: "a")
    _ = registry.update(id, at: 0) { $0.activate(at: 0) }
    _ = registry.update(id, at: 1) { $0.becameReady(generation: 1, at: 1) }
    let retired = registry.update(id, at: 2) { $0.retire(at: 2) }
    #expect(about(retired) == [])
    #expect(registry.presence(of: "a") == .present)
  }

  @Test func anEndpointThatIsTakenOutIsClosedAndItsNumberIsNotGivenAgain() {
    var registry = EndpointRegistry()
    registry.add(server: "a", gracePeriod: 60_000)
    let ids = [registry.addEndpoint(to: "a"), registry.addEndpoint(to: "a")]
    for id in ids {
      _ = registry.update(id, at: 0) { $0.activate(at: 0) }
      _ = registry.update(id, at: 0) { $0.becameReady(generation: 1, at: 0) }
    }
    let first = registry.removeEndpoint(ids[1], at: 1)
    #expect(first == [.endpoint(ids[1], .close(generation: 1)), .endpoint(ids[1], .changed(.closed))])
    #expect(registry.state(of: ids[1]) == nil)
    #expect(registry.addEndpoint(to: "a").replica == 2)
    let late = registry.update(ids[1], at: 2) { $0.activate(at: 2) }
    #expect(late == [])
  }

  @Test(arguments: UInt64(1)...60) func whatIsSaidOfServersFitsTheirEndpoints(_ seed: UInt64) {
    var random = SplitMix(seed)
    var registry = EndpointRegistry()
    var ids: [EndpointRegistry.ID] = []
    for name in ["a", "b", "c"] {
      registry.add(server: name, gracePeriod: 2000)
      for _ in 0..<Int.random(in: 1...3, using: &random) { ids.append(registry.addEndpoint(to: name)) }
    }
    var now: UInt64 = 0
    var settled: Set<String> = []
    var allSettled = 0
    var presences: [String: EndpointRegistry.Presence] = [:]
    for id in ids { _ = registry.update(id, at: 0) { $0.activate(at: 0) } }
    for step in 0..<300 {
      let story = "seed \(seed), step \(step)"
      now += UInt64.random(in: 0...500, using: &random)
      guard let id = ids.randomElement(using: &random) else { break }
      let chance = Double.random(in: 0..<1, using: &random)
      let event = Int.random(in: 0...5, using: &random)
      let actions =
        event == 0
        ? registry.timePassed(at: now)
        : registry.update(id, at: now) { endpoint in
          switch event {
          case 1, 2: endpoint.becameReady(generation: endpoint.generation, at: now)
          case 3: endpoint.lost(exit, generation: endpoint.generation, at: now, chance: chance)
          case 4: endpoint.wake(at: now)
          default: Bool.random(using: &random) ? endpoint.retire(at: now) : endpoint.replace(at: now)
          }
        }
      for action in actions {
        switch action {
        case .endpoint: break
        case .settled(let name): #expect(settled.insert(name).inserted, "\(story): settled twice")
        case .allSettled: allSettled += 1
        case .presenceChanged(let name, let presence):
          #expect(presences.updateValue(presence, forKey: name) != presence, "\(story): nothing new")
        }
      }
      #expect(allSettled == (settled.count == 3 ? 1 : 0), "\(story)")
      for name in registry.names {
        #expect(registry.presence(of: name) == presences[name] ?? .absent, "\(story)")
        let isReady = registry.endpoints(of: name).contains { registry.state(of: $0)?.isAvailable == true }
        if isReady { #expect(registry.presence(of: name) == .present, "\(story)") }
        if case .lingering(let until) = registry.presence(of: name) {
          #expect(!isReady && registry.deadline.map { $0 <= until } == true, "\(story): lingers for ever")
        }
      }
    }
  }
}
