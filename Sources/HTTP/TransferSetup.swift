import CLibCurl
import EventLoop

/// Tells libcurl what a transfer is to be like.
@GatewayActor
struct TransferSetup {
  private let library: CurlLibrary
  private let easy: UnsafeMutableRawPointer
  /// Whether it has taken everything so far.
  private(set) var isGood = true

  /// Seconds that a connection may have been idle to be used again: a little less than the minute after which most
  /// servers and balancers close theirs, so that no request goes out on one that is just being closed.
  private static let idleAge = 50
  /// Seconds of silence before the system looks whether the peer is still there, and between such looks.
  private static let keepAlive = 30

  init(_ library: CurlLibrary, _ easy: UnsafeMutableRawPointer) {
    self.library = library
    self.easy = easy
  }

  mutating func set(_ request: HTTPRequest) {
    set(JUNCTION_CURL_URL, request.url)
    set(JUNCTION_CURL_PROTOCOLS, JUNCTION_CURL_HTTP_AND_HTTPS)
    set(JUNCTION_CURL_NO_SIGNALS, 1)
    set(JUNCTION_CURL_NO_CONNECT_HEADERS, 1)
    set(JUNCTION_CURL_IDLE_AGE, Self.idleAge)
    set(JUNCTION_CURL_KEEP_ALIVE, 1)
    set(JUNCTION_CURL_KEEP_ALIVE_IDLE, Self.keepAlive)
    if library.hasQuickExit { set(JUNCTION_CURL_QUICK_EXIT, 1) }
    if let body = request.body {
      set(JUNCTION_CURL_POST, 1)
      note(junction_curl_set_size(library.functions, easy, Int32(JUNCTION_CURL_POST_SIZE), Int64(body.count)))
    }
    if request.method != (request.body == nil ? "GET" : "POST") { set(JUNCTION_CURL_METHOD, request.method) }
    set(request.route)
    if request.isLook {
      // Whom it shows is of interest because it is not trusted. Such a connection is used for nothing else.
      set(JUNCTION_CURL_CONNECTS_ONLY, 1)
      set(JUNCTION_CURL_KEEPS_CERTIFICATES, 1)
      set(JUNCTION_CURL_VERIFIES_CERTIFICATE, 0)
      set(JUNCTION_CURL_VERIFIES_HOST, 0)
    }
    if request.isAlone, request.route.version == .http2 {
      set(JUNCTION_CURL_FRESH_CONNECTION, 1)
      set(JUNCTION_CURL_NO_REUSE, 1)
    }
  }

  private mutating func set(_ route: HTTPRoute) {
    // Both are written even when there is none: libcurl would look into the environment.
    set(JUNCTION_CURL_PROXY, route.proxy ?? "")
    set(JUNCTION_CURL_NO_PROXY, "")
    set(JUNCTION_CURL_HTTP_VERSION, route.version == .http2 ? JUNCTION_CURL_HTTP_2_OVER_TLS : JUNCTION_CURL_HTTP_1_1)
    set(JUNCTION_CURL_CONNECT_TIMEOUT, Int(clamping: route.connectTimeout))
    if let file = route.caFile { set(JUNCTION_CURL_CA_FILE, file) }
    if let file = route.clientCertificate { set(JUNCTION_CURL_CERTIFICATE, file) }
    if let file = route.clientKey { set(JUNCTION_CURL_KEY, file) }
    if let path = route.unixSocket { set(JUNCTION_CURL_UNIX_SOCKET, path) }
  }

  /// Both are kept until the transfer is released.
  mutating func set(fields: UnsafeMutablePointer<junction_curl_list>?, complaint: UnsafeMutablePointer<CChar>) {
    set(JUNCTION_CURL_HEADERS, fields)
    set(JUNCTION_CURL_ERROR_BUFFER, complaint)
  }

  /// - Parameters:
  ///   - transfer: an ``HTTPTransfer`` that outlives its part in libcurl's work.
  ///   - client: an ``HTTPClient`` that outlives all connections.
  mutating func setCallbacks(transfer: UnsafeMutableRawPointer, client: UnsafeMutableRawPointer) {
    let curl = library.functions
    for option in [
      JUNCTION_CURL_WRITE_DATA, JUNCTION_CURL_HEADER_DATA, JUNCTION_CURL_READ_DATA, JUNCTION_CURL_READY_DATA,
      JUNCTION_CURL_OPEN_SOCKET_DATA,
    ] { set(option, transfer) }
    set(JUNCTION_CURL_CLOSE_SOCKET_DATA, client)
    note(
      junction_curl_set_data_function(curl, easy, Int32(JUNCTION_CURL_HEADER_FUNCTION)) { bytes, size, count, context in
        let transfer = HTTPTransfer.behind(context)
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return GatewayActor.assumeIsolated { transfer.readLine(line) ? line.count : 0 }
      })
    note(
      junction_curl_set_data_function(curl, easy, Int32(JUNCTION_CURL_WRITE_FUNCTION)) { bytes, size, count, context in
        let transfer = HTTPTransfer.behind(context)
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return GatewayActor.assumeIsolated { transfer.take(piece) ? piece.count : JUNCTION_CURL_WRITE_PAUSE }
      })
    note(
      junction_curl_set_data_function(curl, easy, Int32(JUNCTION_CURL_READ_FUNCTION)) { bytes, size, count, context in
        let transfer = HTTPTransfer.behind(context)
        let room = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
        return GatewayActor.assumeIsolated { transfer.give(room) }
      })
    note(
      junction_curl_set_ready_function(curl, easy) { context, _, _, _, port in
        let transfer = HTTPTransfer.behind(context)
        return GatewayActor.assumeIsolated { transfer.mayBegin(port: port) ? 0 : 1 }
      })
    note(
      junction_curl_set_socket_functions(
        curl, easy,
        { context, _, address in
          let transfer = HTTPTransfer.behind(context)
          return GatewayActor.assumeIsolated { transfer.open(address!) }
        },
        { context, socket in
          let client = HTTPClient.behind(context)
          return GatewayActor.assumeIsolated { client.close(socket) }
        }))
  }

  // MARK: - One option

  private mutating func note(_ result: Int32) { if result != 0 { isGood = false } }

  private mutating func set(_ option: Int, _ value: Int) {
    note(junction_curl_set_number(library.functions, easy, Int32(option), value))
  }

  private mutating func set(_ option: Int, _ text: String) {
    note(junction_curl_set_pointer(library.functions, easy, Int32(option), text))
  }

  private mutating func set(_ option: Int, _ pointer: UnsafeMutableRawPointer) {
    note(junction_curl_set_pointer(library.functions, easy, Int32(option), pointer))
  }

  private mutating func set<Element>(_ option: Int, _ pointer: UnsafeMutablePointer<Element>?) {
    note(junction_curl_set_pointer(library.functions, easy, Int32(option), pointer))
  }
}
