import EventLoop

/// The answers to one array of messages, which leave together as one array (2025-03-26, basic, batching).
@GatewayActor
final class Batch {
  private var missing: Int
  private var answers: [JSON] = []
  private let send: @GatewayActor (JSON) -> Void

  /// Expects that many answers; with none expected nothing is sent.
  init(expecting count: Int, _ send: @escaping @GatewayActor (JSON) -> Void) {
    missing = count
    self.send = send
  }

  /// Takes one answer, or notes that there will be none because its request was cancelled.
  func take(_ answer: JSON?) {
    missing -= 1
    if let answer { answers.append(answer) }
    if missing == 0, !answers.isEmpty { send(.array(answers)) }
  }
}
