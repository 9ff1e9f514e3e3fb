import Configuration
import EventLoop
import Gateway
import HTTP
import JSONRPC

/// What is missing of a stream that broke off is asked for (2025-11-25, basic/transports, resumability). That is no request of
/// its own: the server carries nothing out for it, and it may be asked as often as is useful.
extension Post {
  /// Resumed streams in a row that end at once and bring nothing, or are refused for now, beyond which there is no use in
  /// another. Others may end as often as they like: servers that want to be polled end each of them.
  private static let vainLimit = 5
  /// Milliseconds that a stream lasts that does not end at once.
  private static let shortLife: UInt64 = 1_000
  /// Milliseconds before another try behind one in vain; doubled each time.
  private static let pause: UInt64 = 100
  /// Milliseconds of silence on a resumed stream after which it is asked for again: a server that has not noticed the end of
  /// the one before goes on writing there.
  private static let silence: UInt64 = 10_000

  /// Asks for the rest, or fails with a reason where nobody can be asked.
  func resume(or reason: String) {
    guard let id = requestID else { return }
    let now = LoopClock.loop.now().milliseconds
    let last = answer.reader?.lastID ?? tries.lastID
    tries.vain = last == tries.lastID && now &- tries.resumedAt < Self.shortLife ? tries.vain + 1 : 0
    // A stream that lasted may outlast its token, and that of the next one may do so again.
    if tries.vain == 0 { tries.refusals = 0 }
    guard let last, !isModern, !isAbandoned, tries.vain < Self.vainLimit else {
      return fail(id, RequestFailure(reason: reason, outcome: isOpening ? .refused : .unknown))
    }
    tries.isResumed = true
    tries.lastID = last
    // The session is open since its id was given, though the answer has not come.
    if isOpening, let opened = answer.head?.fields[MessageHeaders.session] { carrier.session.id = opened }
    let retry = answer.retry
    after(max(retry, tries.vain == 0 ? 0 : Self.pause << UInt64(tries.vain))) { [self] in
      answer = Answer()
      answer.retry = retry
      askForRest(behind: last, id)
    }
  }

  private func askForRest(behind last: String, _ id: UInt64) {
    tries.resumedAt = LoopClock.loop.now().milliseconds
    var request = HTTPRequest(
      "GET", carrier.target.text,
      fields: carrier.address.fields + carrier.sessionFields(carrier.session.id) + [
        HTTPField("Accept", "text/event-stream"), HTTPField(MessageHeaders.resumption, last),
      ], route: carrier.address.route)
    if let token = tries.token { request.fields.append(HTTPField("Authorization", "Bearer \(token)")) }
    carrier.log(.debug, "stream_resumed", server: carrier.address.server, ["request": "\(id)"])
    begin(request)
    watch(tries.resumedAt)
  }

  /// `start` is the time at which the stream was asked for that is watched.
  private func watch(_ start: UInt64) {
    after(Self.silence) { [self] in
      guard tries.resumedAt == start, isUnderway else { return }
      guard !answer.wasHeard else {
        answer.wasHeard = false
        return watch(start)
      }
      letGo()
      resume(or: "its stream broke off, and says nothing more")
    }
  }

  /// The server does not give the rest, or not now.
  func refusedToResume(_ head: HTTPHead) {
    let reason = "its stream broke off, and was not resumed (HTTP \(head.status))"
    switch head.status {
    case 401 where carrier.authorization != nil && tries.refusals == 0:
      tries.refusals += 1
      Task { @GatewayActor in
        if case .go(let token) = await carrier.refused(head, tries.token) { tries.token = token }
        if !tries.isOver { resume(or: reason) }
      }
    // It takes the stream that broke off for open (409), or is out of order.
    case 408, 409, 429, 500...: resume(or: reason)
    default: if let id = requestID { fail(id, RequestFailure(reason: reason, outcome: .unknown)) }
    }
  }
}
