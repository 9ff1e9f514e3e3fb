import MCP
import TestSupport
import Testing

@Suite struct EraDetectionTests {
  private func verdicts(legacy: Bool? = nil, modern: Bool? = nil, at: UInt64 = 0) -> EraVerdicts {
    var verdicts = EraVerdicts()
    verdicts[.legacy] = legacy.map { .init(isSpoken: $0, at: at) }
    verdicts[.modern] = modern.map { .init(isSpoken: $0, at: at) }
    return verdicts
  }

  @Test func theEraOfTheClientIsTriedFirst() {
    for era in Era.allCases {
      var detection = EraDetection(preferred: era, known: EraVerdicts(), at: 0)
      let first = detection.begin()
      #expect(first == .ask(era))
      let last = detection.accepted(era)
      #expect(last == .settle(era))
      #expect(
        detection.verdicts(at: 7)
          == verdicts(legacy: era == .legacy ? true : nil, modern: era == .modern ? true : nil, at: 7))
    }
  }

  @Test func aNoIsBelievedForADay() {
    let known = verdicts(legacy: false, at: 1_000)
    for (now, era) in [(2_000, Era.modern), (86_400_999, .modern), (86_401_000, .legacy), (999, .legacy)] {
      var detection = EraDetection(preferred: .legacy, known: known, at: UInt64(now))
      let first = detection.begin()
      #expect(first == .ask(era), "at \(now)")
    }
    var hopeless = EraDetection(preferred: .legacy, known: verdicts(legacy: false, modern: false, at: 1), at: 2)
    let first = hopeless.begin()
    #expect(first == .ask(.legacy), "two noes cannot both be right")
  }

  @Test func anErrorIsFollowedByTheOtherEraOnTheSameProcess() {
    var detection = EraDetection(preferred: .legacy, known: EraVerdicts(), at: 0)
    _ = detection.begin()
    let second = detection.refused(.legacy)
    #expect(second == .ask(.modern))
    let last = detection.accepted(.modern)
    #expect(last == .settle(.modern))
    #expect(detection.verdicts(at: 5) == verdicts(legacy: false, modern: true, at: 5))
  }

  @Test func anExitIsFollowedByTheOtherEraOnANewProcess() {
    var detection = EraDetection(preferred: .modern, known: EraVerdicts(), at: 0)
    _ = detection.begin()
    let second = detection.exited()
    #expect(second == .restart(.legacy))
    let third = detection.exited()
    #expect(third == .fail(.legacy))
  }

  @Test func silenceIsFollowedByInitializeAndTheFirstGoodAnswerDecides() {
    for winner in Era.allCases {
      var detection = EraDetection(preferred: .modern, known: EraVerdicts(), at: 0)
      _ = detection.begin()
      #expect(detection.awaitsDiscovery)
      let second = detection.silent()
      #expect(second == .ask(.legacy))
      #expect(!detection.awaitsDiscovery)
      let repeated = detection.silent()
      #expect(repeated == .wait)
      let settled = detection.accepted(winner)
      let late = detection.accepted(winner.other)
      #expect(settled == .settle(winner) && late == .wait)
    }
  }

  @Test func aServerThatProvesItsEraIsNotAskedForTheOther() {
    var detection = EraDetection(preferred: .modern, known: EraVerdicts(), at: 0)
    _ = detection.begin()
    let last = detection.refused(.modern, isFinal: true)
    #expect(last == .fail(.modern))
  }

  @Test func whatFailedSecondGetsAProcessOfItsOwn() {
    var detection = EraDetection(preferred: .modern, known: EraVerdicts(), at: 0)
    _ = detection.begin()
    let second = detection.refused(.modern)
    #expect(second == .ask(.legacy))
    let third = detection.exited()
    #expect(third == .restart(.legacy), "the process may have been spoilt by the first question")
    let last = detection.refused(.legacy)
    #expect(last == .fail(.legacy))
  }

  /// How a server behaves toward what it does not speak, or does not speak any more.
  private enum Manner: CaseIterable { case refuses, exits, isSilent }

  @Test(arguments: 0..<400 as Range<UInt64>) func everyServerThatCanBeSpokenToIs(_ seed: UInt64) {
    var random = SplitMix(seed)
    let spoken = Era.allCases.filter { _ in Bool.random(using: &random) }
    let manner = Manner.allCases.randomElement(using: &random)!
    let isPinned = Bool.random(using: &random)
    let preferred = Era.allCases.randomElement(using: &random)!
    var known = EraVerdicts()
    for era in Era.allCases where Bool.random(using: &random) {
      known[era] = .init(isSpoken: .random(using: &random), at: 5)
    }
    var detection = EraDetection(preferred: preferred, known: known, at: 10)
    var action = detection.begin()
    var pinnedTo: Era?
    var processes = 1
    var opened: [Era] = []
    var asked: [Era] = []
    var isUndecided = false
    for step in 0..<20 {
      switch action {
      case .restart(let era):
        processes += 1
        pinnedTo = nil
        asked = []
        action = .ask(era)
      case .ask(let era):
        if asked.isEmpty {
          #expect(!opened.contains(era), "seed \(seed): the same era opened two processes")
          opened.append(era)
        }
        #expect(!asked.contains(era), "seed \(seed): the same question twice")
        asked.append(era)
        let isHeard = !isPinned || pinnedTo == nil || pinnedTo == era
        if pinnedTo == nil { pinnedTo = era }
        if spoken.contains(era), isHeard {
          action = detection.accepted(era)
        } else {
          switch manner {
          case .refuses: action = detection.refused(era)
          case .exits: action = detection.exited()
          case .isSilent: action = detection.awaitsDiscovery ? detection.silent() : .wait
          }
        }
      case .wait:
        // Only a server that says nothing keeps anybody waiting: its time runs out.
        #expect(manner == .isSilent, "seed \(seed)")
        isUndecided = true
      case .settle(let era):
        #expect(spoken.contains(era), "seed \(seed)")
        #expect(detection.settled == era)
        #expect(detection.verdicts(at: 20).isSpoken(era))
        return
      case .fail:
        // A server that refuses the second question because of the first, and stays, is the one that is not reached.
        let isSpoilt = isPinned && manner == .refuses
        #expect(spoken.isEmpty || isSpoilt, "seed \(seed): \(spoken), \(manner), pinned \(isPinned), first \(opened)")
        return
      }
      if isUndecided {
        let isReachable = spoken.contains(.legacy) && opened == [.modern] && !isPinned
        #expect(!isReachable, "seed \(seed): initialize follows a discovery that is not answered")
        return
      }
      #expect(step < 12 && processes <= 3, "seed \(seed)")
    }
    Issue.record("seed \(seed): no end")
  }
}
