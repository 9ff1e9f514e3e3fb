import Configuration
import EventLoop
import Gateway
import HTTP
import JSONRPC
import MCP

/// One connection to a server over HTTP: of each message it makes a request, and of what comes back messages.
///
/// For a server of the legacy era it is a session; when that is lost, so is the connection, and another is opened with a new
/// handshake. Requests of the modern era stand for themselves.
@GatewayActor
final class HTTPCarrier {
  let address: ServerAddress
  let client: HTTPClient
  /// Nil where the right to ask is configured, or none is needed.
  let authorization: Authorization?
  /// Bytes of one message.
  let messageLimit: Int
  let log: Log
  /// Where messages go by now: redirections and the older transport change it.
  var target: HTTPAddress
  var session = Session()
  var parameters = ParameterHeaders()
  private(set) var isReading = true
  private var posts: [ObjectIdentifier: Post] = [:]
  private var news: NewsStream?
  private var stream: MessageStream?
  /// What may not leave yet, and what holds it up.
  private var held: [(envelope: Envelope, body: [UInt8])] = []
  private var isHolding = false
  private var life = Life()
  private let exited = Gate()
  private let gone = Gate()

  /// What was agreed on with a server of the legacy era.
  struct Session {
    var id: String?
    var revision: Revision?
    /// Whether the server may have something to say of its own accord.
    var hasNews = false
    /// Whether requests stand for themselves.
    var isModern = false
    /// Whether an answer to `initialize` or `server/discover` has come.
    var isOpen = false
  }

  private struct Life {
    var events: Carrier.Events?
    var loss: Carrier.Loss?
    var isEnding = false
    /// Requests that the server has certainly not carried out.
    var unsent: Set<UInt64> = []
  }

  /// Milliseconds that the end of a session may take.
  private static let farewell: UInt64 = 1_000

  init(
    _ address: ServerAddress, client: HTTPClient, authorization: Authorization?, messageLimit: Int, log: Log
  ) {
    self.address = address
    self.client = client
    self.authorization = address.hasOwnAuthorization ? nil : authorization
    self.messageLimit = messageLimit
    self.log = log
    target = address.url
  }

  var carrier: Carrier {
    Carrier(
      way: .each { self.send($0, $1) }, process: nil, start: { self.start($0) },
      setReading: { self.setReading($0) }, end: { self.end(urgent: $0) }, loss: { self.life.loss },
      place: { self.place },
      exited: exited, gone: gone)
  }

  private var place: ServerPlace {
    // What was never answered says nothing about how it is spoken with.
    let transport: ServerPlace.Spoken? = isStreaming ? .sse : session.isOpen ? .streamableHTTP : nil
    return ServerPlace(
      transport: transport, address: address.url.origin + address.url.path,
      login: address.hasOwnAuthorization ? .header : authorization?.login())
  }

  private func start(_ events: Carrier.Events) {
    life.events = events
    if address.transport == .sse { openStream(instead: nil) }
  }

  private func setReading(_ isReading: Bool) {
    self.isReading = isReading
    for post in posts.values { post.setReading(isReading) }
    news?.setReading(isReading)
    stream?.setReading(isReading)
  }

  // MARK: - Sending

  private func send(_ envelope: Envelope, _ output: OutputBuffer) {
    var body = output.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    if body.last == UInt8(ascii: "\n") { body.removeLast() }
    guard !life.isEnding else { return }
    if isHolding { held.append((envelope, body)) } else { dispatch(envelope, body) }
  }

  private func dispatch(_ envelope: Envelope, _ body: [UInt8]) {
    switch envelope {
    case .notification(.cancelled): cancel(body)
    // A server of the modern era is told nothing but by requests.
    case .notification where session.isModern: break
    case .notification(.initialized):
      // What comes next must not overtake it.
      isHolding = true
      post(envelope, body)
    case .request, .notification, .answer: post(envelope, body)
    }
  }

  private func post(_ envelope: Envelope, _ body: [UInt8]) {
    let post = Post(envelope, body, by: self)
    posts[ObjectIdentifier(post)] = post
    post.start()
  }

  /// Lets go what was held up.
  private func release() {
    isHolding = false
    let waiting = held
    held = []
    for (envelope, body) in waiting { send(envelope, body) }
  }

  private func send(_ envelope: Envelope, _ body: [UInt8]) {
    guard !life.isEnding else { return }
    if isHolding { held.append((envelope, body)) } else { dispatch(envelope, body) }
  }

  /// In the modern era a request is cancelled by closing its stream; in the legacy era by a message, behind which its stream
  /// is of no use any more.
  private func cancel(_ body: [UInt8]) {
    let id = body.withUnsafeBytes { bytes in
      JSONWalk.member("params", of: bytes).flatMap { JSONWalk.member("requestId", of: $0) }
        .flatMap { JSONText.minted($0) }
    }
    guard let id else { return }
    let request = posts.values.first { $0.requestID == id }
    if session.isModern || request?.isModern == true {
      guard let request else { return }
      request.cancel()
      finished(request)
    } else {
      request?.isAbandoned = true
      post(.notification(.cancelled), body)
    }
  }

  // MARK: - What posts tell

  func deliver(_ event: FrameReader.Event) { life.events?.received(event) }

  func failed(_ id: UInt64, _ failure: RequestFailure) { life.events?.failed(id, failure) }

  /// A post has come to its end.
  func finished(_ post: Post) {
    posts[ObjectIdentifier(post)] = nil
    guard !life.isEnding else { return }
    switch post.envelope {
    case .notification(.initialized):
      if session.hasNews, stream == nil {
        news = NewsStream(by: self)
        news?.open()
      }
      release()
    case .notification(.cancelled):
      for request in posts.values where request.isAbandoned {
        request.cancel()
        posts[ObjectIdentifier(request)] = nil
      }
    default: break
    }
  }

  /// Takes up what the answer to `initialize` says; the session's id stands in its header.
  func noteOpening(_ answer: Frame, _ head: HTTPHead?) {
    guard answer.outer.result != nil else { return }
    session.isOpen = true
    // Whatever else was asked meanwhile.
    session.isModern = false
    session.id = head?.fields[MessageHeaders.session] ?? session.id
    session.revision = answer.string("protocolVersion", in: .result).flatMap { Revision(rawValue: $0) }
    guard let revision = session.revision, let capabilities = answer.raw("capabilities", in: .result) else { return }
    let declared = ServerCapabilities(json: capabilities, revision: revision)
    session.hasNews =
      !declared.listChanged.isEmpty || declared.resourcesSubscribe || declared.logging || declared.tasksToolsCall
  }

  // MARK: - The older transport

  /// Speaks as of 2024-11-05 from now on: all that the server says comes on one stream, which also names the address that
  /// messages go to.
  ///
  /// - Parameter refusal: why the post could not be sent that is to be sent again then; nil when it is known what is spoken.
  func openStream(instead refusal: (post: Post, failure: RequestFailure)?) {
    isHolding = true
    if let refusal { held.insert((refusal.post.envelope, refusal.post.body), at: 0) }
    let stream = MessageStream(by: self)
    self.stream = stream
    stream.open { [self] endpoint in
      guard !life.isEnding else { return }
      guard let endpoint else {
        self.stream = nil
        guard let refusal else { return }
        held.removeFirst()
        if let id = refusal.post.requestID { failed(id, refusal.failure) }
        return release()
      }
      target = endpoint
      release()
    }
  }

  /// Whether messages come on one stream.
  var isStreaming: Bool { stream != nil }

  // MARK: - The end

  /// It cannot go on.
  ///
  /// - Parameters:
  ///   - reason: part of a sentence that begins with the server.
  ///   - cure: what a person can do about it.
  ///   - isUnavailability: whether it says nothing about what the server speaks.
  ///   - request: one that was certainly not carried out.
  func lose(_ reason: String, cure: String? = nil, isUnavailability: Bool, unsent request: UInt64? = nil) {
    guard !life.isEnding else { return }
    life.isEnding = true
    if let request { life.unsent.insert(request) }
    for case .request(let id, _) in held.map(\.envelope) { life.unsent.insert(id) }
    life.loss = Carrier.Loss(
      reason: reason, cure: cure, isUnavailability: isUnavailability, unsent: life.unsent)
    let events = life.events
    letGo()
    exited.open()
    events?.ended()
    gone.open()
  }

  private func letGo() {
    for post in posts.values { post.cancel() }
    posts = [:]
    news?.close()
    news = nil
    stream?.close()
    stream = nil
    held = []
    life.events = nil
  }

  private func end(urgent: Bool) {
    guard !life.isEnding else {
      if urgent { over() }
      return
    }
    life.isEnding = true
    letGo()
    guard !urgent, let id = session.id else { return over() }
    let fields = address.fields + sessionFields(id)
    _ = LoopClock.loop.after(Self.farewell) { self.over() }
    Task { @GatewayActor in
      var request = HTTPRequest("DELETE", target.text, fields: fields, route: address.route, timeout: Self.farewell)
      if let token = await token() { request.fields.append(HTTPField("Authorization", "Bearer \(token)")) }
      _ = try? await client.fetch(request)
      over()
    }
  }

  private func over() {
    exited.open()
    gone.open()
  }

  // MARK: - Fields

  /// Returns the fields by which a message belongs to the session.
  func sessionFields(_ id: String?) -> [HTTPField] {
    var fields: [HTTPField] = []
    if let id { fields.append(HTTPField(MessageHeaders.session, id)) }
    if let revision = session.revision { fields.append(HTTPField(MessageHeaders.version, revision.rawValue)) }
    return fields
  }

  /// Says what the next request carries.
  func permission() async -> Authorization.Permission {
    guard let authorization else { return .go(token: nil) }
    return await authorization.permission()
  }

  /// Says what follows from an answer of 401 or 403 to a request with that token; nil when it says nothing about tokens.
  func refused(_ head: HTTPHead, _ token: String?) async -> Authorization.Permission? {
    await authorization?.refused(head.status, head.fields.all("WWW-Authenticate"), token)
  }

  /// Returns the token that a request carries for which it does not matter whether there is one.
  func token() async -> String? { if case .go(let token) = await permission() { token } else { nil } }
}
