import Testing

@testable import ConnectionPooling

@Suite struct RetryPolicyTests {
  struct Story: Sendable {
    let policy: RetryPolicy
    let delivery: RetryPolicy.Delivery
    let isRepeatable: Bool
    let resends: Int
    let isInTime: Bool
    let verdict: RetryPolicy.Verdict
  }

  static let stories = [
    Story(policy: .never, delivery: .notSent, isRepeatable: false, resends: 0, isInTime: true, verdict: .sendElsewhere),
    Story(
      policy: .never, delivery: .notSent, isRepeatable: false, resends: 0, isInTime: false, verdict: .answerNotSent),
    Story(policy: .never, delivery: .unknown, isRepeatable: true, resends: 0, isInTime: true, verdict: .answerUnknown),
    Story(
      policy: .readOnly, delivery: .unknown, isRepeatable: false, resends: 0, isInTime: true, verdict: .answerUnknown),
    Story(
      policy: .readOnly, delivery: .unknown, isRepeatable: true, resends: 0, isInTime: true, verdict: .sendElsewhere),
    Story(
      policy: .readOnly, delivery: .unknown, isRepeatable: true, resends: 1, isInTime: true, verdict: .answerUnknown),
    Story(
      policy: .readOnly, delivery: .unknown, isRepeatable: true, resends: 0, isInTime: false, verdict: .answerUnknown),
    Story(
      policy: .readOnly, delivery: .notSent, isRepeatable: true, resends: 1, isInTime: true, verdict: .sendElsewhere),
    Story(
      policy: .readOnly, delivery: .notSent, isRepeatable: true, resends: 1, isInTime: false, verdict: .answerUnknown),
  ]

  @Test(arguments: stories) func aWriteIsNeverSilentlyRepeated(_ story: Story) {
    let verdict = story.policy.verdict(
      for: story.delivery, isRepeatable: story.isRepeatable, resends: story.resends, isInTime: story.isInTime)
    #expect(verdict == story.verdict)
  }
}
