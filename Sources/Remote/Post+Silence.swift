import EventLoop
import Gateway
import HTTP

/// What follows when no answer has come.
extension Post {
  /// All went well, and no answer has come.
  func succeeded(_ head: HTTPHead) {
    guard let id = requestID, !carrier.isStreaming else { return finish() }
    if answer.reader?.kind == .events { return resume(or: "its stream ended before the answer came") }
    let type = head.mediaType.isEmpty ? "nothing" : head.mediaType
    let isPage = head.mediaType == "text/html"
    fail(
      id,
      RequestFailure(
        reason: "it answered with HTTP \(head.status) and \(type), which is no answer to a request",
        cure: isPage ? "Check \"url\" in the server's entry: it leads to a page for people." : nil,
        outcome: isOpening ? .refused : .unknown))
  }

  func broke(_ failure: HTTPFailure) {
    // The request itself went out long ago.
    if tries.isResumed { return resume(or: failure.sentence) }
    guard failure.mayHaveArrived, !isOpening else {
      // Nothing else will arrive either.
      return carrier.lose(failure.sentence, cure: failure.cure, isUnavailability: true, unsent: requestID)
    }
    guard let id = requestID else { return finish() }
    if answer.reader?.kind == .events { return resume(or: failure.sentence) }
    fail(id, RequestFailure(reason: failure.sentence, cure: failure.cure, outcome: .unknown))
  }

  func after(_ milliseconds: UInt64, _ body: @escaping @GatewayActor () -> Void) {
    _ = LoopClock.loop.after(milliseconds) { [self] in if !tries.isOver { body() } }
  }
}
