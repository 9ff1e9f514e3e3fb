import EventLoop
import Gateway
import HTTP
import JSONRPC
import MCP

/// What follows from an answer that is no success.
extension Post {
  private static let redirectionLimit = 3
  private static let delayLimit = 3
  /// Milliseconds that a request waits at most because the server wants to be asked less often.
  private static let longestDelay: UInt64 = 10_000

  func judge(_ head: HTTPHead) {
    if tries.isResumed { return refusedToResume(head) }
    let error = answerInBody()
    let text = String(decoding: answer.text.prefix(4096), as: UTF8.self)
    let verdict = StatusVerdict(
      status: head.status, text: text, hasSession: tries.session != nil, isAnswer: error != nil)
    let said = "it answered with HTTP \(head.status)"
    switch verdict {
    case .moved: redirect(head)
    case .unauthorized: unauthorized(head)
    case .stoppedByProxy:
      let failure = HTTPFailure(.proxy, "HTTP \(head.status)", mayHaveArrived: false)
      refuse(failure.sentence, cure: failure.cure, isUnavailability: true)
    case .tooMany: delay(head)
    case .sessionLost:
      carrier.lose(
        "its session was lost (HTTP \(head.status))", isUnavailability: false,
        // What failed in the server may have been carried out before.
        unsent: head.status == 500 ? nil : requestID)
    case .unavailable where isOpening: carrier.lose(said, isUnavailability: true, unsent: requestID)
    case .unavailable, .refused:
      guard let id = requestID else { return finish() }
      if let error {
        note(error)
        carrier.deliver(.frame(error))
        return finish()
      }
      let failure = RequestFailure(
        reason: said, outcome: verdict == .refused ? .refused : .unknown,
        retryIn: verdict == .unavailable ? head.retryAfter.map { $0 * 1000 } : nil)
      if case .request(_, .initialize) = envelope, [400, 404, 405].contains(head.status),
        carrier.address.transport == nil, !carrier.isStreaming
      {
        cancel()
        carrier.openStream(instead: (self, failure))
        return carrier.finished(self)
      }
      fail(id, failure)
    }
  }

  /// The answer that a body is which came with an error's status. One without an id is this request's all the same.
  private func answerInBody() -> StoredFrame? {
    guard let id = requestID else { return nil }
    let text = answer.text.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
    guard case .success(let frame) = text.withUnsafeBytes({ Frame.parse($0) }), frame.kind == .response else {
      return nil
    }
    return frame.mintedID == id ? frame : frame.isWithoutID ? frame.withID(id) : nil
  }

  func fail(_ id: UInt64, _ failure: RequestFailure) {
    carrier.failed(id, failure)
    finish()
  }

  /// The server lets nobody in, or not this request.
  func refuse(_ reason: String, cure: String?, isUnavailability: Bool) {
    // Without these there is no connection; any other message is lost alone.
    if isOpening || envelope == .notification(.initialized) {
      return carrier.lose(reason, cure: cure, isUnavailability: isUnavailability, unsent: requestID)
    }
    guard let id = requestID else { return finish() }
    fail(id, RequestFailure(reason: reason, cure: cure, outcome: .refused))
  }

  private func unauthorized(_ head: HTTPHead) {
    let said = "it answered with HTTP \(head.status): it does not let this gateway in"
    guard carrier.authorization != nil, tries.refusals == 0 else {
      let cure = "Check \"headers\" in the server's entry."
      return refuse(said, cure: carrier.address.hasOwnAuthorization ? cure : nil, isUnavailability: true)
    }
    tries.refusals += 1
    Task { @GatewayActor in
      let next = await carrier.refused(head, tries.token)
      guard !tries.isOver else { return }
      if let next { follow(next) } else { refuse(said, cure: nil, isUnavailability: true) }
    }
  }

  /// What was asked too often was not carried out: it is asked again when the server says, if that is soon.
  private func delay(_ head: HTTPHead) {
    let wait = head.retryAfter.map { $0 * 1000 } ?? 1_000 << UInt64(tries.delays)
    guard tries.delays < Self.delayLimit, wait <= Self.longestDelay else {
      let said = "it answered with HTTP 429: it is asked too often"
      guard let id = requestID, !isOpening else { return refuse(said, cure: nil, isUnavailability: true) }
      return fail(id, RequestFailure(reason: said, outcome: .refused, retryIn: head.retryAfter.map { $0 * 1000 }))
    }
    tries.delays += 1
    after(wait) { self.start() }
  }

  private func redirect(_ head: HTTPHead) {
    let place = head.fields["Location"] ?? ""
    guard let next = HTTPAddress(place, relativeTo: carrier.target, by: carrier.client.library) else {
      return refuse("it answered with HTTP \(head.status)", cure: nil, isUnavailability: false)
    }
    let keepsMethod = head.status == 307 || head.status == 308
    let isUpgrade = next.scheme == "https" && carrier.target.scheme == "http" && next.host == carrier.target.host
    guard next.origin == carrier.target.origin && keepsMethod || isUpgrade, tries.redirections < Self.redirectionLimit
    else {
      return refuse(
        "it answered with HTTP \(head.status): it has moved to \(next.origin)\(next.path)",
        cure: "If that is right, make it \"url\" in the server's entry.", isUnavailability: false)
    }
    tries.redirections += 1
    carrier.target = next
    send()
  }
}
