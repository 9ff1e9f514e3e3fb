import MCP
import TestSupport
import Testing

/// How many processes the attempts to reach one server cost.
@Suite struct EraAttemptsTests {
  /// A server that ends, unless it is up and asked first in the era that it speaks.
  private struct Mortal {
    var attempts = EraAttempts()
    var isUp = false
    var spoken: Era = .legacy

    /// Makes one attempt and returns the eras that its processes were asked in, with that which was settled on.
    mutating func attempt(preferred: Era = .modern, known: EraVerdicts = .init()) -> (asked: [Era], settled: Era?) {
      var detection = attempts.next(preferred: preferred, known: known, at: 0)
      var action = detection.begin()
      var asked: [Era] = []
      while true {
        switch action {
        case .ask(let era), .restart(let era):
          asked.append(era)
          action = isUp && era == spoken ? detection.accepted(era) : detection.exited()
        case .wait: return (asked, nil)
        case .settle(let era):
          attempts = EraAttempts()
          return (asked, era)
        case .fail:
          attempts.failed(detection)
          return (asked, nil)
        }
      }
    }
  }

  @Test func aServerThatAlwaysEndsCostsOneProcessAnAttemptOnceBothErasHaveFailed() {
    var server = Mortal()
    let first = server.attempt()
    #expect(first.asked == [.modern, .legacy])
    for expected in [Era.modern, .legacy, .modern, .legacy] {
      let later = server.attempt()
      #expect(later.asked == [expected] && later.settled == nil)
    }
  }

  @Test func whatIsKnownDecidesWhoseTurnComesFirst() {
    var known = EraVerdicts()
    known[.modern] = .init(isSpoken: false, at: 0)
    var server = Mortal()
    let first = server.attempt(known: known)
    let second = server.attempt(known: known)
    #expect(first.asked == [.legacy, .modern] && second.asked == [.legacy])
  }

  @Test(arguments: Era.allCases, [1, 2, 3, 4])
  func aServerThatComesUpIsFoundByTheSecondAttemptAtTheLatest(_ spoken: Era, _ deaths: Int) {
    var server = Mortal(spoken: spoken)
    for _ in 0..<deaths { _ = server.attempt() }
    server.isUp = true
    let next = server.attempt()
    let found = next.settled == nil ? server.attempt() : next
    #expect(found.settled == spoken)
    server.isUp = false
    let again = server.attempt()
    #expect(again.asked.count == 2, "a success starts the count over")
  }

  @Test func aProcessThatLivesStartsTheCountOver() {
    var server = Mortal()
    _ = server.attempt()
    var detection = server.attempts.next(preferred: .modern, known: .init(), at: 0)
    _ = detection.begin()
    let second = detection.refused(.modern)
    #expect(second == .ask(.legacy), "one process may be asked both")
    let last = detection.refused(.legacy)
    #expect(last == .fail(.legacy))
    server.attempts.failed(detection)
    let next = server.attempt()
    #expect(next.asked.count == 2)
  }

  @Test func aProcessThatEndsOfTheSecondQuestionHasHadItsAttempt() {
    var server = Mortal()
    _ = server.attempt()
    var detection = server.attempts.next(preferred: .modern, known: .init(), at: 0)
    _ = detection.begin()
    _ = detection.refused(.modern)
    let last = detection.exited()
    #expect(last == .fail(.legacy))
    server.attempts.failed(detection)
    let next = server.attempt()
    #expect(next.asked == [.legacy], "the question that came second comes first now")
  }

  @Test func aServerThatRefusesTheHandshakeAndIsSilentThenIsAskedTheOtherWayRound() {
    var attempts = EraAttempts()
    var detection = attempts.next(preferred: .legacy, known: .init(), at: 0)
    _ = detection.begin()
    let second = detection.refused(.legacy)
    #expect(second == .ask(.modern) && detection.patience == 2_000)
    let last = detection.silent()
    #expect(last == .fail(.legacy))
    attempts.failed(detection)
    detection = attempts.next(preferred: .legacy, known: .init(), at: 0)
    let first = detection.begin()
    #expect(first == .ask(.modern) && detection.patience == 5_000)
    let both = detection.silent()
    #expect(both == .ask(.legacy))
    let left = detection.refused(.legacy)
    #expect(left == .wait, "a slow answer is waited for as long as the handshake may take")
    let found = detection.accepted(.modern)
    #expect(found == .settle(.modern))
  }

  @Test func aProcessThatHasNotSaidAnythingIsWaitedFor() {
    var detection = EraAttempts().next(preferred: .legacy, known: .init(), at: 0)
    _ = detection.begin()
    let second = detection.exited()
    #expect(second == .restart(.modern) && detection.patience == 5_000)
    let third = detection.silent()
    #expect(third == .wait, "it may be starting still")
  }
}
