import TestSupport
import Testing

/// One after the other: all of them share the loop, and each is told by the watchdog when it does not come back.
@Suite(.serialized, .timeLimit(.minutes(30))) struct WalkTests {
  /// What a client of each era comes across in a few walks, or they show less than they seem to.
  private static let expected: (legacy: Set<String>, modern: Set<String>) = (
    [
      "answer", "failure", "error", "elicitation/create", "roots/list", "sampling/createMessage",
      "notifications/progress", "notifications/message", "notifications/tools/list_changed",
      "notifications/resources/updated", "notifications/cancelled",
    ],
    [
      "answer", "failure", "error", "input_required", "notifications/progress", "notifications/message",
      "notifications/tools/list_changed", "notifications/resources/updated",
      "notifications/subscriptions/acknowledged",
    ]
  )

  @Test func everyRequestIsAnsweredOnceWhateverComesInWhateverOrder() async {
    await onLoop {
      var missed = Self.expected
      for seed in WalkSeeds(atLeast: 4) {
        let walk = SessionWalk(seed: seed)
        await walk.walk(steps: 2_000)
        missed.legacy.subtract(walk.seen.legacy)
        missed.modern.subtract(walk.seen.modern)
      }
      #expect(missed.legacy.isEmpty && missed.modern.isEmpty, "the walks came nowhere near this")
    }
  }

  @Test func aHostileServerHarmsNobody() async {
    await onLoop {
      var reached: Set<HostilePhase> = []
      for seed in WalkSeeds(atLeast: 8) {
        let walk = HostileWalk(seed: seed)
        await walk.walk(steps: 1_000)
        reached.formUnion(walk.reached)
      }
      #expect(reached == Set(HostilePhase.allCases), "no phase is left out")
    }
  }
}
