import Configuration
import EventLoop
import Gateway
import HTTP
import JSONRPC
import MCP

/// One message on its way to the server, and what comes back for it.
@GatewayActor
final class Post {
  let envelope: Envelope
  let body: [UInt8]
  /// Nobody waits for its answer any more.
  var isAbandoned = false
  /// Whether it is a request that stands for itself.
  private(set) var isModern = false
  private unowned let carrier: HTTPCarrier
  private var transfer: HTTPTransfer?
  private var answer = Answer()
  private var tries = Tries()

  /// What has come back so far.
  private struct Answer {
    var head: HTTPHead?
    var reader: MessageReader?
    /// Whether the request is answered.
    var isGiven = false
    /// The beginning of a body that is none of the expected.
    var text: [UInt8] = []
    /// Milliseconds that the server wants to pass before its stream is resumed.
    var retry: UInt64 = 1_000
  }

  /// What was tried.
  private struct Tries {
    var redirections = 0
    var refusals = 0
    var delays = 0
    var resumptions = 0
    /// The last event that had an id, on any stream.
    var lastID: String?
    var isOver = false
    var token: String?
    /// The session that the request named.
    var session: String?
  }

  private static let redirectionLimit = 3
  /// Milliseconds that a stream may stay open behind the answer.
  private static let linger: UInt64 = 2_000
  /// Milliseconds that a message may take for which there is no answer.
  private static let noticeLimit: UInt64 = 30_000
  private static let delayLimit = 3
  /// Milliseconds that a request waits at most because the server wants to be asked less often.
  private static let longestDelay: UInt64 = 10_000
  private static let resumptionLimit = 5
  private static let longestRetry: UInt64 = 30_000
  /// Bytes of a body that is no message.
  private static let textLimit = 64 << 10

  init(_ envelope: Envelope, _ body: [UInt8], by carrier: HTTPCarrier) {
    self.envelope = envelope
    self.body = body
    self.carrier = carrier
  }

  var requestID: UInt64? { if case .request(let id, _) = envelope { id } else { nil } }

  /// Whether it asks what the server speaks.
  private var isOpening: Bool {
    switch envelope {
    case .request(_, .initialize): true
    case .request(_, .discover): !carrier.session.isOpen
    default: false
    }
  }

  // MARK: - Sending

  func start() {
    guard let authorization = carrier.authorization, !carrier.address.hasOwnAuthorization else { return send() }
    Task { @GatewayActor in
      let permission = await authorization.permission()
      guard !tries.isOver else { return }
      follow(permission)
    }
  }

  private func follow(_ permission: Authorization.Permission) {
    switch permission {
    case .go(let token):
      tries.token = token
      send()
    case .stop(let reason, let cure): refuse(reason, cure: cure, isUnavailability: true)
    }
  }

  private func send() {
    answer = Answer()
    var request = HTTPRequest("POST", carrier.target.text, fields: fields(), body: body, route: carrier.address.route)
    if let token = tries.token { request.fields.append(HTTPField("Authorization", "Bearer \(token)")) }
    if requestID == nil { request.timeout = Self.noticeLimit }
    begin(request)
  }

  private func begin(_ request: HTTPRequest) {
    transfer = carrier.client.start(
      request,
      HTTPTransfer.Events(
        began: { self.began($0) }, received: { self.received($0) }, ended: { self.ended($0) }))
    if !carrier.isReading { transfer?.pause() }
  }

  private func fields() -> [HTTPField] {
    var fields =
      carrier.address.fields + [
        HTTPField("Content-Type", "application/json"), HTTPField("Accept", "application/json, text/event-stream"),
      ]
    guard case .request(_, let method) = envelope else { return fields + legacyFields() }
    // One that asks to begin anew names no session.
    guard method != .initialize else {
      carrier.session.isModern = false
      return fields
    }
    let frame = body.withUnsafeBytes { try? Frame.parse($0).get() }
    if let frame, let revision = MessageHeaders.modernRevision(of: frame) {
      isModern = true
      if !carrier.session.isOpen { carrier.session.isModern = true }
      fields += MessageHeaders.modern(frame, revision: revision, method, carrier.parameters)
      return fields
    }
    return fields + legacyFields()
  }

  private func legacyFields() -> [HTTPField] {
    tries.session = carrier.session.id
    return carrier.sessionFields(carrier.session.id)
  }

  func cancel() {
    tries.isOver = true
    transfer?.cancel()
    transfer = nil
  }

  func setReading(_ isReading: Bool) { if isReading { transfer?.resume() } else { transfer?.pause() } }

  // MARK: - What comes back

  private func began(_ head: HTTPHead) {
    answer.head = head
    switch head.mediaType {
    case "text/event-stream" where head.status < 300:
      answer.reader = MessageReader(.events, limit: carrier.messageLimit)
    case let type where type.hasSuffix("json") && head.status < 300:
      answer.reader = MessageReader(.json, limit: carrier.messageLimit)
    default: answer.reader = nil
    }
    // A stream says nothing more about a message that has no answer.
    if requestID == nil, answer.reader?.kind == .events { finish() }
  }

  private func received(_ bytes: UnsafeRawBufferPointer) {
    guard var reader = answer.reader else {
      let room = Self.textLimit - answer.text.count
      answer.text.append(contentsOf: bytes.prefix(max(room, 0)))
      return
    }
    // Taken out for the time of the call: what is delivered may end this.
    answer.reader = nil
    reader.receive(bytes) { take($0) }
    answer.reader = reader
  }

  private func take(_ step: MessageReader.Step) {
    guard !tries.isOver else { return }
    switch step {
    case .retry(let milliseconds): answer.retry = min(milliseconds, Self.longestRetry)
    case .other: break
    case .message(let event):
      let wasGiven = answer.isGiven
      if case .frame(let frame) = event { note(frame) }
      carrier.deliver(event)
      if case .malformed(let line) = event, case .tooLong = line.reason {
        // What follows of it is of no use.
        return giveUp()
      }
      // The stream has to end then; not every server sees to it.
      if answer.isGiven, !wasGiven { after(Self.linger) { self.finish() } }
    }
  }

  /// Ends a request on whose stream there was too long a message. Was that its answer, then it has been told so already.
  private func giveUp() {
    guard !tries.isOver else { return }
    guard let id = requestID, !answer.isGiven else { return finish() }
    fail(
      id,
      RequestFailure(
        reason: "it sent a message longer than \(carrier.messageLimit) bytes",
        cure: "Raise \"maxFrame\" under the top-level \"junction\" of the configuration.", outcome: .unknown))
  }

  /// Sees whether a message answers the request.
  private func note(_ frame: Frame) {
    guard frame.kind == .response, let id = requestID, frame.mintedID == id else { return }
    answer.isGiven = true
    guard case .request(_, let method) = envelope else { return }
    switch method {
    case .initialize: carrier.noteOpening(frame, answer.head)
    case .discover:
      if frame.outer.result != nil, !carrier.session.isOpen {
        carrier.session.isOpen = true
        carrier.session.isModern = true
      }
    case .toolsList: carrier.parameters.note(frame)
    default: break
    }
  }

  private func ended(_ failure: HTTPFailure?) {
    transfer = nil
    guard !tries.isOver else { return }
    if var reader = answer.reader, failure == nil {
      answer.reader = nil
      reader.finish { take($0) }
      answer.reader = reader
      guard !tries.isOver else { return }
    }
    if answer.isGiven { return finish() }
    if let failure { return broke(failure) }
    guard let head = answer.head else {
      return broke(HTTPFailure(.http, "the answer has no header", mayHaveArrived: true))
    }
    if head.status < 300 { succeeded(head) } else { judge(head) }
  }

  private func finish() {
    cancel()
    carrier.finished(self)
  }

  // MARK: - No answer

  /// All went well, and no answer has come.
  private func succeeded(_ head: HTTPHead) {
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

  private func broke(_ failure: HTTPFailure) {
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

  private func after(_ milliseconds: UInt64, _ body: @escaping @GatewayActor () -> Void) {
    _ = LoopClock.loop.after(milliseconds) { [self] in if !tries.isOver { body() } }
  }

  // MARK: - Refusals

  private func judge(_ head: HTTPHead) {
    if tries.resumptions > 0, let id = requestID {
      return fail(
        id,
        RequestFailure(
          reason: "its stream broke off, and was not resumed (HTTP \(head.status))", outcome: .unknown))
    }
    let error = answerInBody()
    let text = String(decoding: answer.text.prefix(4096), as: UTF8.self)
    let verdict = StatusVerdict(
      status: head.status, text: text, hasSession: tries.session != nil, isAnswer: error != nil)
    let said = "it answered with HTTP \(head.status)"
    switch verdict {
    case .moved: redirect(head)
    case .unauthorized: unauthorized(head)
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

  private func fail(_ id: UInt64, _ failure: RequestFailure) {
    carrier.failed(id, failure)
    finish()
  }

  /// The server lets nobody in, or not this request.
  private func refuse(_ reason: String, cure: String?, isUnavailability: Bool) {
    // Without these there is no connection; any other message is lost alone.
    if isOpening || envelope == .notification(.initialized) {
      return carrier.lose(reason, cure: cure, isUnavailability: isUnavailability, unsent: requestID)
    }
    guard let id = requestID else { return finish() }
    fail(id, RequestFailure(reason: reason, cure: cure, outcome: .refused))
  }

  private func unauthorized(_ head: HTTPHead) {
    let said = "it answered with HTTP \(head.status): it does not let this gateway in"
    guard let authorization = carrier.authorization, !carrier.address.hasOwnAuthorization, tries.refusals == 0 else {
      let cure = "Check \"headers\" in the server's entry."
      return refuse(said, cure: carrier.address.hasOwnAuthorization ? cure : nil, isUnavailability: true)
    }
    tries.refusals += 1
    Task { @GatewayActor in
      let next = await authorization.refused(head.status, head.fields.all("WWW-Authenticate"), tries.token)
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
