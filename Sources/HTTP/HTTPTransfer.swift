import CLibCurl
package import EventLoop

/// A request on its way, and its answer.
///
/// What it tells, it tells in the middle of libcurl's work; whoever is told may start, pause and cancel whatever it likes.
@GatewayActor
package final class HTTPTransfer {
  /// What becomes of a request: a head, any number of pieces of the body, the end. A failure may take the place of what
  /// is still missing.
  @GatewayActor
  package struct Events {
    package var began: @GatewayActor (HTTPHead) -> Void
    /// The bytes are good until it returns.
    package var received: @GatewayActor (UnsafeRawBufferPointer) -> Void
    /// Nothing follows; not called after ``HTTPTransfer/cancel()``.
    package var ended: @GatewayActor (HTTPFailure?) -> Void

    package init(
      began: @escaping @GatewayActor (HTTPHead) -> Void,
      received: @escaping @GatewayActor (UnsafeRawBufferPointer) -> Void,
      ended: @escaping @GatewayActor (HTTPFailure?) -> Void
    ) {
      self.began = began
      self.received = received
      self.ended = ended
    }
  }

  /// How far the request has come.
  private struct Progress {
    /// Bytes of the request's body that libcurl has taken.
    var sent = 0
    /// Whether the connection was there for it.
    var hasBegun = false
    /// This end's port of the connection, which it may share.
    var port: Int32 = 0
    /// Sockets that were opened for it.
    var opened: [Int32] = []
    var isPaused = false
    /// What was found wrong here, and not by libcurl.
    var verdict: HTTPFailure?
  }

  /// Bytes of a header beyond which it is no answer.
  private static let headLimit = 256 << 10

  let handle: UnsafeMutableRawPointer
  private let request: HTTPRequest
  private var events: Events?
  /// It is never released.
  private unowned let client: HTTPClient
  private let complaint = UnsafeMutablePointer<CChar>.allocate(capacity: JUNCTION_CURL_ERROR_SIZE)
  private var fields: UnsafeMutablePointer<junction_curl_list>?
  private var timer: LoopClock.Cancellation?
  private var head = HeadReader(limit: headLimit)
  private var progress = Progress()

  init(_ request: HTTPRequest, _ events: Events, by client: HTTPClient) {
    guard let handle = client.library.functions.pointee.easy_init() else { fatalError("no memory for a transfer") }
    self.handle = handle
    self.request = request
    self.events = events
    self.client = client
    complaint.pointee = 0
  }

  isolated deinit {
    let (curl, handle, fields, complaint) = (client.library.functions, handle, fields, complaint)
    client.outside {
      curl.pointee.easy_cleanup(handle)
      curl.pointee.list_free(fields)
      complaint.deallocate()
    }
  }

  /// Lets go of it at once: nothing is told any more. Harmless when it has ended.
  package func cancel() {
    guard finish() != nil else { return }
    client.remove(self)
  }

  /// Takes nothing more from the server for a while: what comes waits in the system, and in the end at the server.
  package func pause() { progress.isPaused = true }

  package func resume() {
    guard progress.isPaused else { return }
    progress.isPaused = false
    client.outside { [self] in
      guard events != nil, !progress.isPaused else { return }
      client.entered { _ = client.library.functions.pointee.easy_pause(handle, Int32(JUNCTION_CURL_CONTINUE)) }
    }
  }

  // MARK: - What the client does with it

  /// Tells libcurl all about it. Returns false when it does not take something.
  func prepare() -> Bool {
    let curl = client.library.functions
    for field in request.fields {
      // An empty value is written with a semicolon: with a colon it would leave out a field of libcurl's own.
      let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
      fields = curl.pointee.list_append(fields, line)
    }
    // libcurl would wait for a `100 Continue` that many servers never send, and make up a type.
    fields = curl.pointee.list_append(fields, "Expect:")
    if request.fields["Content-Type"] == nil { fields = curl.pointee.list_append(fields, "Content-Type:") }
    var setup = TransferSetup(client.library, handle)
    setup.set(request)
    setup.set(fields: fields, complaint: complaint)
    setup.setCallbacks(
      transfer: Unmanaged.passUnretained(self).toOpaque(), client: Unmanaged.passUnretained(client).toOpaque())
    if let limit = request.timeout { timer = LoopClock.loop.after(limit) { [weak self] in self?.expire() } }
    return setup.isGood
  }

  private func expire() {
    guard let events = finish() else { return }
    client.remove(self)
    events.ended(
      HTTPFailure(
        progress.hasBegun ? .http : .connection, "no whole answer within \(request.timeout ?? 0) ms",
        mayHaveArrived: progress.hasBegun, isTimeout: true))
  }

  /// The transfer is over for libcurl.
  func ended(_ code: Int32) {
    let failure = progress.verdict ?? failure(code)
    guard let failure, code == JUNCTION_CURL_BAD_CERTIFICATE, !request.isLook else {
      finish()?.ended(failure)
      return
    }
    client.lookForIssuer(request) { [self] issuer in
      finish()?.ended(issuer.map { failure.adding("the certificate was issued by \($0)") } ?? failure)
    }
  }

  /// Whether it goes by a connection, or is about to.
  func uses(_ socket: Int32, port: Int32) -> Bool {
    progress.hasBegun ? progress.port == port : progress.opened.contains(socket)
  }

  /// Who has issued the certificate that the server has shown; nil when that is not known.
  var issuer: String? {
    guard let shown = junction_curl_get_certificates(client.library.functions, handle)?.pointee, shown.count > 0 else {
      return nil
    }
    var next = shown.lines[0]
    while let line = next?.pointee {
      let text = String(cString: line.text)
      if text.lowercased().hasPrefix("issuer:") { return String(text.dropFirst(7).prefix(Self.issuerLimit)) }
      next = line.next
    }
    return nil
  }

  /// Characters of a name that somebody has written into a certificate.
  private static let issuerLimit = 200

  /// It could not be begun.
  func refused(_ reason: String) { finish()?.ended(HTTPFailure(.http, reason, mayHaveArrived: false)) }

  private func finish() -> Events? {
    timer?.cancel()
    timer = nil
    return events.take()
  }

  // MARK: - What libcurl asks

  /// Returns the transfer that libcurl was given with a callback.
  nonisolated static func behind(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer {
    Unmanaged<HTTPTransfer>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Takes a line of the header. Returns false when it is one too many.
  func readLine(_ line: UnsafeRawBufferPointer) -> Bool {
    switch head.read(line) {
    case .more: break
    case .head(let head): events?.began(head)
    case .tooLong:
      progress.verdict = HTTPFailure(
        .http, "the header of the answer is longer than \(Self.headLimit) bytes", mayHaveArrived: true)
      return false
    }
    return true
  }

  /// Takes bytes of the body; false while it is paused: they are given again then.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !progress.isPaused else { return false }
    events?.received(bytes)
    return true
  }

  /// Hands out more of the request's body. Returns how many bytes.
  func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    guard let body = request.body else { return 0 }
    let start = progress.sent
    let count = min(room.count, body.count - start)
    body.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
    progress.sent += count
    return count
  }

  /// The connection is there. Returns whether the request may go out on it. It may do so once: where a connection that was
  /// used before dies without an answer, libcurl would make the request again, and nobody could say how often it arrived.
  ///
  /// - Parameter port: this end's of the connection.
  func mayBegin(port: Int32) -> Bool {
    guard !progress.hasBegun else {
      progress.verdict = HTTPFailure(
        .http, "the connection was closed before an answer came", mayHaveArrived: true)
      return false
    }
    progress.hasBegun = true
    progress.port = port
    return true
  }

  /// Opens a socket, unless its address is one that must not be connected to. Returns -1 then.
  func open(_ address: UnsafePointer<junction_curl_address>) -> Int32 {
    if request.route.isPublicOnly, request.route.proxy == nil {
      var bytes = [UInt8](repeating: 0, count: 16)
      let count = junction_curl_address_bytes(address, &bytes)
      guard InternetAddress(bytes: Array(bytes.prefix(Int(count)))).isPublic else {
        progress.verdict = HTTPFailure(
          .connection, "its address is not one of the public internet", mayHaveArrived: false)
        return Int32(JUNCTION_CURL_BAD_SOCKET)
      }
    }
    let socket = client.openSocket(address)
    progress.opened.append(socket)
    return socket
  }

  // MARK: - Failures

  private func failure(_ code: Int32) -> HTTPFailure? {
    guard code != 0 else { return nil }
    let curl = client.library.functions
    let said = String(cString: complaint)
    var proxyStatus = 0
    _ = junction_curl_get_number(curl, handle, Int32(JUNCTION_CURL_PROXY_STATUS), &proxyStatus)
    let way = (hasProxy: request.route.proxy != nil, proxyStatus: proxyStatus)
    return HTTPFailure(
      HTTPFailure.layer(of: Int(code), hasBegun: progress.hasBegun, way, said: said),
      said.isEmpty ? curl.pointee.easy_describe(code).map { String(cString: $0) } ?? "error \(code)" : said,
      mayHaveArrived: progress.hasBegun, isTimeout: code == JUNCTION_CURL_TIMED_OUT)
  }
}

extension HTTPFailure {
  /// Says where a transfer failed.
  ///
  /// - Parameters:
  ///   - code: libcurl's result.
  ///   - hasBegun: whether the request went out.
  ///   - way: whether there is a proxy on the way, and what it has answered; 0 for nothing.
  ///   - said: libcurl's own words.
  static func layer(of code: Int, hasBegun: Bool, _ way: (hasProxy: Bool, proxyStatus: Int), said: String) -> Layer {
    switch code {
    case JUNCTION_CURL_BAD_HOST_NAME: .dns
    case JUNCTION_CURL_BAD_PROXY_NAME, JUNCTION_CURL_PROXY_FAILED: .proxy
    case JUNCTION_CURL_TLS_FAILED, JUNCTION_CURL_BAD_CLIENT_CERTIFICATE, JUNCTION_CURL_BAD_CIPHER,
      JUNCTION_CURL_BAD_CERTIFICATE, JUNCTION_CURL_BAD_CA_FILE, JUNCTION_CURL_BAD_ISSUER,
      JUNCTION_CURL_BAD_PINNED_KEY, JUNCTION_CURL_BAD_CLIENT_KEY:
      .tls
    // Since TLS 1.3 a server says what it holds against us when the connection is there already (RFC 8446, section 6.2).
    case JUNCTION_CURL_SEND_FAILED where said.contains(" alert "),
      JUNCTION_CURL_RECEIVE_FAILED where said.contains(" alert "):
      .tls
    case _ where hasBegun: .http
    case _ where way.proxyStatus >= 300: .proxy
    // With a proxy, that is what is connected to.
    case JUNCTION_CURL_NO_CONNECTION where way.hasProxy: .proxy
    default: .connection
    }
  }
}
