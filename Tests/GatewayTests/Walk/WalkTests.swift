import TestSupport
import Testing

/// One after the other: all of them share the loop, and each is told by the watchdog when it does not come back.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WalkTests {
  @Test(arguments: UInt64(1)...6)
  func everyRequestIsAnsweredOnceWhateverComesInWhateverOrder(_ seed: UInt64) async {
    await onLoop { await SessionWalk(seed: seed).walk(steps: 2_000) }
  }
}
