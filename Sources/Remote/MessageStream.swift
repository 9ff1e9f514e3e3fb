import EventLoop
import HTTP
import JSONRPC

/// The one stream on which a server of 2024-11-05 says everything (HTTP with SSE). It is the session: when it ends, so does
/// the connection.
@GatewayActor
final class MessageStream {
  private unowned let carrier: HTTPCarrier
  private var transfer: HTTPTransfer?
  private var reader: MessageReader?
  private var head: HTTPHead?
  private var token: String?
  private var wasRefused = false
  /// Told the address that messages go to, or that there is none.
  private var onEndpoint: (@GatewayActor (HTTPAddress?) -> Void)?
  private var timer: LoopClock.Cancellation?
  private var isClosed = false
  /// Whether the transport is a guess, so that its failure is no failure of the server.
  private let isGuess: Bool

  /// Milliseconds in which the server has to name the address.
  private static let patience: UInt64 = 10_000

  init(by carrier: HTTPCarrier) {
    self.carrier = carrier
    isGuess = carrier.address.transport == nil
  }

  /// Opens it and tells the address that messages go to; nil when the server has no such stream.
  func open(_ onEndpoint: @escaping @GatewayActor (HTTPAddress?) -> Void) {
    self.onEndpoint = onEndpoint
    timer = LoopClock.loop.after(Self.patience) { [self] in
      failed("it did not say within \(Self.patience / 1000) s where messages go", isUnavailability: false)
    }
    Task { @GatewayActor in
      let permission = await carrier.permission()
      guard !isClosed else { return }
      follow(permission)
    }
  }

  private func follow(_ permission: Authorization.Permission) {
    switch permission {
    case .go(let token): begin(token)
    case .stop(let reason, let cure): failed(reason, cure: cure, isUnavailability: true)
    }
  }

  private func begin(_ token: String?) {
    self.token = token
    head = nil
    var fields = carrier.address.fields + [HTTPField("Accept", "text/event-stream")]
    if let token { fields.append(HTTPField("Authorization", "Bearer \(token)")) }
    var request = HTTPRequest("GET", carrier.target.text, fields: fields, route: carrier.address.route)
    request.isAlone = true
    transfer = carrier.client.start(
      request,
      HTTPTransfer.Events(
        began: { self.began($0) }, received: { self.received($0) }, ended: { self.ended($0) }))
    if !carrier.isReading { transfer?.pause() }
  }

  private func began(_ head: HTTPHead) {
    self.head = head
    guard head.status == 200, head.mediaType == "text/event-stream" else { return }
    reader = MessageReader(.events, limit: carrier.messageLimit)
  }

  private func received(_ bytes: UnsafeRawBufferPointer) {
    guard var reader else { return }
    reader.receive(bytes) { step in
      guard !isClosed else { return }
      switch step {
      case .message(let event):
        if case .frame(let frame) = event, !carrier.session.isOpen { carrier.noteOpening(frame, nil) }
        carrier.deliver(event)
      case .other("endpoint", let text): named(text)
      case .other, .retry: break
      }
    }
    if !isClosed { self.reader = reader }
  }

  /// The server says where messages go: on its own origin, or tokens would go to another.
  private func named(_ text: String) {
    guard let onEndpoint else { return }
    guard let address = HTTPAddress(text, relativeTo: carrier.target, by: carrier.client.library),
      address.origin == carrier.target.origin
    else { return failed("it wants messages at an address that is not its own", isUnavailability: false) }
    self.onEndpoint = nil
    timer?.cancel()
    onEndpoint(address)
  }

  private func ended(_ failure: HTTPFailure?) {
    transfer = nil
    guard !isClosed else { return }
    if let failure { return failed(failure.sentence, cure: failure.cure, isUnavailability: true) }
    guard reader == nil, let head else { return failed("its stream of messages ended", isUnavailability: true) }
    let status = StatusVerdict(status: max(head.status, 300), text: "", hasSession: false, isAnswer: false)
    let said = "it answered with HTTP \(head.status)"
    switch status {
    case .unauthorized: unauthorized(head, said + ": it does not let this gateway in")
    case .stoppedByProxy, .tooMany, .unavailable: failed(said, isUnavailability: true)
    case .sessionLost, .refused, .moved: failed(said, isUnavailability: false)
    }
  }

  private func unauthorized(_ head: HTTPHead, _ said: String) {
    guard carrier.authorization != nil, !wasRefused else {
      let cure = "Check \"headers\" in the server's entry."
      return failed(said, cure: carrier.address.hasOwnAuthorization ? cure : nil, isUnavailability: true)
    }
    wasRefused = true
    Task { @GatewayActor in
      let next = await carrier.refused(head, token)
      guard !isClosed else { return }
      if let next { follow(next) } else { failed(said, isUnavailability: true) }
    }
  }

  private func failed(_ reason: String, cure: String? = nil, isUnavailability: Bool) {
    guard !isClosed else { return }
    let onEndpoint = onEndpoint
    close()
    if isGuess, let onEndpoint, !isUnavailability { return onEndpoint(nil) }
    carrier.lose(reason, cure: cure, isUnavailability: isUnavailability)
  }

  func setReading(_ isReading: Bool) { if isReading { transfer?.resume() } else { transfer?.pause() } }

  func close() {
    isClosed = true
    onEndpoint = nil
    timer?.cancel()
    transfer?.cancel()
    transfer = nil
    reader = nil
  }
}
