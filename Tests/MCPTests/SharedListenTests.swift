import JSONRPC
import MCP
import TestSupport
import Testing

@Suite struct SharedListenTests {
  private let tools = ListenFilter(lists: [.tools])

  @Test func aChangeOfWhatIsWantedIsOpenedBeforeTheOldListenEnds() {
    var listen = SharedListen()
    let first = listen.want(tools)
    #expect(first == [.open(number: 1, tools)])
    let acknowledged = listen.acknowledged(1, tools, at: 0)
    #expect(acknowledged == [])
    let more = ListenFilter(lists: [.tools], resources: ["a:b"])
    let second = listen.want(more)
    #expect(second == [.open(number: 2, more)])
    #expect(listen.isLive(1) && listen.isLive(2))
    let replaced = listen.acknowledged(2, tools, at: 0)
    #expect(replaced == [.cancel(number: 1)])
    #expect(!listen.isLive(1) && listen.honoured == tools)
    let nothing = listen.want(ListenFilter())
    #expect(nothing == [.cancel(number: 2)])
  }

  @Test func whatIsWantedMeanwhileIsOpenedWhenTheAcknowledgementComes() {
    var listen = SharedListen()
    _ = listen.want(tools)
    let later = ListenFilter(resources: ["a:b"])
    let held = listen.want(later)
    #expect(held == [])
    let next = listen.acknowledged(1, tools, at: 0)
    #expect(next == [.open(number: 2, later)])
  }

  @Test func oneThatEndsIsOpenedAgainAfterAWaitThatDoubles() {
    var listen = SharedListen()
    _ = listen.want(tools)
    var now: UInt64 = 0
    for (number, wait) in [(1, 1_000), (2, 2_000), (3, 4_000)] as [(UInt64, UInt64)] {
      _ = listen.ended(number, at: now)
      #expect(listen.retryAt == now + wait)
      let early = listen.timePassed(at: now + wait - 1)
      #expect(early == [])
      now += wait
      let again = listen.timePassed(at: now)
      #expect(again == [.open(number: number + 1, tools)])
    }
    _ = listen.acknowledged(4, tools, at: now)
    _ = listen.ended(4, at: now + 9_999)
    #expect(listen.retryAt == now + 9_999 + 8_000, "a server that ends each listen soon is asked less and less")
    now += 20_000
    _ = listen.timePassed(at: now)
    _ = listen.acknowledged(5, tools, at: now)
    _ = listen.ended(5, at: now + 10_000)
    #expect(listen.retryAt == now + 11_000, "one that lasted starts the waits anew")
  }

  @Test(arguments: 0..<200 as Range<UInt64>) func whateverTheServerDoesOneListenIsWhatIsWanted(_ seed: UInt64) {
    var random = SplitMix(seed)
    var listen = SharedListen()
    var now: UInt64 = 0
    var live: [UInt64: ListenFilter] = [:]
    var unacknowledged: Set<UInt64> = []
    var last: UInt64 = 0
    func perform(_ actions: [SharedListen.Action]) {
      for action in actions {
        switch action {
        case .open(let number, let filter):
          #expect(!filter.isEmpty && number > last, "seed \(seed)")
          last = number
          live[number] = filter
          unacknowledged.insert(number)
        case .cancel(let number):
          #expect(live.removeValue(forKey: number) != nil, "seed \(seed): nobody listens by that number")
          unacknowledged.remove(number)
        }
      }
      #expect(live.count <= 2, "seed \(seed)")
      #expect(live.keys.allSatisfy { listen.isLive($0) }, "seed \(seed)")
    }
    func acknowledge(_ number: UInt64) {
      unacknowledged.remove(number)
      perform(listen.acknowledged(number, live[number] ?? tools, at: now))
    }
    for _ in 0..<120 {
      now += UInt64.random(in: 0...900, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1:
        var filter = ListenFilter()
        if Bool.random(using: &random) { filter.lists = [.tools] }
        for uri in ["a:1", "a:2", "a:3"] where Bool.random(using: &random) { filter.resources.insert(RawToken(uri)) }
        perform(listen.want(filter))
      case 2: if let number = unacknowledged.randomElement(using: &random) { acknowledge(number) }
      case 3:
        guard let number = live.keys.sorted().randomElement(using: &random) else { continue }
        live[number] = nil
        unacknowledged.remove(number)
        perform(listen.ended(number, at: now))
      case 4: perform(listen.ended(UInt64.random(in: 900...999, using: &random), at: now))
      default: perform(listen.timePassed(at: now))
      }
    }
    // A server that behaves from here on.
    for _ in 0..<10 {
      now += 60_000
      perform(listen.timePassed(at: now))
      for number in unacknowledged.sorted() { acknowledge(number) }
    }
    #expect(live.values.map(\.json) == (listen.wanted.isEmpty ? [] : [listen.wanted.json]), "seed \(seed)")
    #expect(listen.honoured == listen.wanted && listen.pendingNumber == nil, "seed \(seed)")
  }
}
