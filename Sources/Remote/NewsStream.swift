import Configuration
import EventLoop
import Gateway
import HTTP
import JSONRPC

/// The stream on which a server of the legacy era says what belongs to no request (2025-11-25, basic/transports): opened
/// again whenever it is cut, and never anybody's reason to fail.
@GatewayActor
final class NewsStream {
  private unowned let carrier: HTTPCarrier
  private var transfer: HTTPTransfer?
  private var reader: MessageReader?
  private var schedule = StreamSchedule()
  private var timer: LoopClock.Cancellation?
  private var lastID: String?
  private var head: HTTPHead?
  private var token: String?
  /// Whether a token was refused since the stream was last open.
  private var wasRefused = false
  private var isClosed = false

  init(by carrier: HTTPCarrier) { self.carrier = carrier }

  func open() {
    Task { @GatewayActor in
      token = await carrier.token()
      guard !isClosed, transfer == nil else { return }
      begin()
    }
  }

  private func begin() {
    var fields =
      carrier.address.fields + carrier.sessionFields(carrier.session.id) + [HTTPField("Accept", "text/event-stream")]
    if let token { fields.append(HTTPField("Authorization", "Bearer \(token)")) }
    if let lastID { fields.append(HTTPField(MessageHeaders.resumption, lastID)) }
    var request = HTTPRequest("GET", carrier.target.text, fields: fields, route: carrier.address.route)
    request.isAlone = true
    head = nil
    schedule.opened(at: LoopClock.loop.now().milliseconds)
    transfer = carrier.client.start(
      request,
      HTTPTransfer.Events(
        began: { self.began($0) }, received: { self.received($0) }, ended: { _ in self.ended() }))
    if !carrier.isReading { transfer?.pause() }
  }

  private func began(_ head: HTTPHead) {
    self.head = head
    guard head.status == 200, head.mediaType == "text/event-stream" else { return }
    reader = MessageReader(.events, limit: carrier.messageLimit)
    schedule.began()
    wasRefused = false
  }

  private func received(_ bytes: UnsafeRawBufferPointer) {
    guard var reader else { return }
    reader.receive(bytes) { step in
      switch step {
      case .message(let event): if !isClosed { carrier.deliver(event) }
      case .retry(let milliseconds): schedule.asked(toWait: milliseconds)
      case .other: break
      }
    }
    if !isClosed { self.reader = reader }
  }

  private func ended() {
    transfer = nil
    lastID = reader?.lastID ?? lastID
    reader = nil
    guard !isClosed else { return }
    let status = head?.status ?? 0
    // One that was open before is refused now because its session is gone.
    if status == 404, schedule.hasBegun {
      return carrier.lose("its session was lost (HTTP 404)", isUnavailability: false)
    }
    if status == 401, let head, carrier.authorization != nil, !wasRefused { return refused(head) }
    openLater(status)
  }

  /// The token may have come to its end since the stream was opened. That it is refused here alone is no reason to believe
  /// that it is good for nothing: it is told once.
  private func refused(_ head: HTTPHead) {
    wasRefused = true
    Task { @GatewayActor in
      let next = await carrier.refused(head, token)
      guard !isClosed, transfer == nil else { return }
      guard case .go(let another) = next, another != token else { return openLater(head.status) }
      token = another
      begin()
    }
  }

  private func openLater(_ status: Int) {
    guard
      let wait = schedule.ended(
        status: status, at: LoopClock.loop.now().milliseconds, chance: Double.random(in: 0..<1))
    else {
      carrier.log(.debug, "stream_not_offered", server: carrier.address.server, ["status": "\(status)"])
      return
    }
    timer = LoopClock.loop.after(wait) { [self] in open() }
  }

  func setReading(_ isReading: Bool) { if isReading { transfer?.resume() } else { transfer?.pause() } }

  func close() {
    isClosed = true
    timer?.cancel()
    transfer?.cancel()
    transfer = nil
    reader = nil
  }
}
