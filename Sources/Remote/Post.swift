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
  unowned let carrier: HTTPCarrier
  private var transfer: HTTPTransfer?
  var answer = Answer()
  var tries = Tries()

  /// What has come back so far.
  struct Answer {
    var head: HTTPHead?
    var reader: MessageReader?
    /// Whether the request is answered.
    var isGiven = false
    /// The beginning of a body that is none of the expected.
    var text: [UInt8] = []
    /// Milliseconds that the server wants to pass before its stream is resumed.
    var retry: UInt64 = 1_000
    /// Whether anything has come since that was last asked.
    var wasHeard = false
  }

  /// What was tried.
  struct Tries {
    var redirections = 0
    var refusals = 0
    var delays = 0
    /// Whether its stream broke off, and was asked for again.
    var isResumed = false
    /// Milliseconds of the loop's clock.
    var resumedAt: UInt64 = 0
    /// Streams in a row that brought nothing.
    var vain = 0
    /// The last event that had an id, on any stream.
    var lastID: String?
    var isOver = false
    var token: String?
    /// The session that the request named.
    var session: String?
  }

  /// Milliseconds that a stream may stay open behind the answer.
  private static let linger: UInt64 = 2_000
  /// Milliseconds that a message may take for which there is no answer.
  private static let noticeLimit: UInt64 = 30_000
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
  var isOpening: Bool {
    switch envelope {
    case .request(_, .initialize): true
    case .request(_, .discover): !carrier.session.isOpen
    default: false
    }
  }

  // MARK: - Sending

  func start() {
    guard let authorization = carrier.authorization else { return send() }
    if let permission = authorization.immediate() { return follow(permission) }
    Task { @GatewayActor in
      let permission = await carrier.permission()
      guard !tries.isOver else { return }
      follow(permission)
    }
  }

  func follow(_ permission: Authorization.Permission) {
    switch permission {
    case .go(let token):
      tries.token = token
      send()
    case .stop(let reason, let cure): refuse(reason, cure: cure, isUnavailability: true)
    }
  }

  func send() {
    answer = Answer()
    var request = HTTPRequest("POST", carrier.target.text, fields: fields(), body: body, route: carrier.address.route)
    if let token = tries.token { request.fields.append(HTTPField("Authorization", "Bearer \(token)")) }
    if requestID == nil { request.timeout = Self.noticeLimit }
    begin(request)
  }

  func begin(_ request: HTTPRequest) {
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
    letGo()
  }

  /// Lets go of the transfer that is under way, while the message goes on being dealt with.
  func letGo() {
    transfer?.cancel()
    transfer = nil
  }

  var isUnderway: Bool { transfer != nil }

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
    answer.wasHeard = true
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
  func note(_ frame: Frame) {
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

  func finish() {
    cancel()
    carrier.finished(self)
  }
}
