import Configuration
import EventLoop
import Gateway
import HTTP

/// What follows when no answer has come.
extension Post {
  private static let resumptionLimit = 5

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
    if tries.resumptions > 0 { return resume(or: failure.sentence) }
    guard failure.mayHaveArrived, !isOpening else {
      // Nothing else will arrive either.
      return carrier.lose(failure.sentence, cure: failure.cure, isUnavailability: true, unsent: requestID)
    }
    guard let id = requestID else { return finish() }
    if answer.reader?.kind == .events { return resume(or: failure.sentence) }
    fail(id, RequestFailure(reason: failure.sentence, cure: failure.cure, outcome: .unknown))
  }

  /// Asks for what is missing of a stream that broke off (2025-11-25, basic/transports, resumability).
  private func resume(or reason: String) {
    guard let id = requestID, !isModern, let last = answer.reader?.lastID ?? tries.lastID,
      tries.resumptions < Self.resumptionLimit,
      !isAbandoned
    else {
      if let id = requestID {
        fail(id, RequestFailure(reason: reason, outcome: isOpening ? .refused : .unknown))
      }
      return
    }
    tries.resumptions += 1
    tries.lastID = last
    after(answer.retry) { [self] in
      answer = Answer()
      var request = HTTPRequest(
        "GET", carrier.target.text,
        fields: carrier.address.fields + carrier.sessionFields(carrier.session.id) + [
          HTTPField("Accept", "text/event-stream"), HTTPField(MessageHeaders.resumption, last),
        ], route: carrier.address.route)
      if let token = tries.token { request.fields.append(HTTPField("Authorization", "Bearer \(token)")) }
      carrier.log(.debug, "stream_resumed", server: carrier.address.server, ["request": "\(id)"])
      begin(request)
    }
  }

  func after(_ milliseconds: UInt64, _ body: @escaping @GatewayActor () -> Void) {
    _ = LoopClock.loop.after(milliseconds) { [self] in if !tries.isOver { body() } }
  }
}
