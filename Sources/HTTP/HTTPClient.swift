import CLibCurl
package import EventLoop

/// Makes requests through libcurl, on the product's own loop; connections are kept and shared.
///
/// Redirections are not followed and cookies not kept: both are told to whoever asks. Nothing is asked twice: a request whose
/// connection dies has failed.
@GatewayActor
package final class HTTPClient {
  package let library: CurlLibrary
  private let multi: UnsafeMutableRawPointer
  /// All that are on their way, by libcurl's name for them.
  private var transfers: [UnsafeMutableRawPointer: HTTPTransfer] = [:]
  private var watches: [Int32: SocketWatch] = [:]
  /// Sockets that were opened here: their watches are kept until they are closed here.
  private var sockets: Set<Int32> = []
  private let timer = LoopTimer()
  private var sleepWatch: SleepWatch?
  /// Told when the machine has slept for a while, once the connections that were open have been dealt with.
  package var onWake: @GatewayActor () -> Void = {}
  private var nesting = Nesting()

  /// libcurl must not be called from its own callbacks, but for little.
  private struct Nesting {
    var depth = 0
    var isSettling = false
    /// Whether it wants to be called at once.
    var isDue = false
    var postponed: [@GatewayActor () -> Void] = []
  }

  /// Milliseconds that a server may leave what was sent to it unacknowledged before its connection counts as dead.
  private static let patience: UInt32 = 30_000
  /// Times that libcurl is called in a row before others have their turn.
  private static let roundsInARow = 64

  private static var loaded: Result<HTTPClient, HTTPFailure>?

  /// Returns the one client of the process, for which libcurl is loaded at the first call. It is never released.
  ///
  /// - Throws: ``HTTPFailure`` of the layer `library` when there is none.
  package static func shared() throws(HTTPFailure) -> HTTPClient {
    if let loaded { return try loaded.get() }
    let result = Result { () throws(HTTPFailure) in try HTTPClient(try CurlLibrary.load()) }
    loaded = result
    return try result.get()
  }

  init(_ library: CurlLibrary) throws(HTTPFailure) {
    guard let multi = library.functions.pointee.multi_init() else {
      throw HTTPFailure(.library, "libcurl has no memory to begin with", mayHaveArrived: false)
    }
    self.library = library
    self.multi = multi
    _ = junction_curl_set_multi_functions(
      library.functions, multi,
      { _, socket, what, context, _ in
        let client = HTTPClient.behind(context)
        GatewayActor.assumeIsolated { client.wait(for: socket, what) }
        return 0
      },
      { _, milliseconds, context in
        let client = HTTPClient.behind(context)
        GatewayActor.assumeIsolated { client.wait(milliseconds) }
        return 0
      }, Unmanaged.passUnretained(self).toOpaque())
    sleepWatch = SleepWatch { [unowned self] _ in machineWoke() }
  }

  /// The machine has slept: routers have forgotten connections meanwhile and servers given them up, and nobody says so. What
  /// is idle is not used again; for what is in use, the system asks the other end.
  func machineWoke() {
    for socket in sockets {
      let port = junction_curl_port(socket)
      // What never leaves the machine has slept with it.
      guard port != 0 else { continue }
      let isUsed = transfers.values.contains { $0.uses(socket, port: port) }
      if isUsed { junction_curl_probe_socket(socket) } else { junction_curl_shut_socket(socket) }
    }
    onWake()
  }

  // MARK: - Requests

  /// Sends a request at the end of the loop's turn; the answer is told piece by piece.
  package func start(_ request: HTTPRequest, _ events: HTTPTransfer.Events) -> HTTPTransfer {
    sleepWatch?.look()
    let transfer = HTTPTransfer(request, events, by: self)
    transfers[transfer.handle] = transfer
    TurnEnd.call { self.add(transfer) }
    return transfer
  }

  private func add(_ transfer: HTTPTransfer) {
    guard transfers[transfer.handle] === transfer else { return }
    let isPrepared = transfer.prepare()
    var isAdded = false
    if isPrepared { entered { isAdded = library.functions.pointee.multi_add(multi, transfer.handle) == 0 } }
    guard !isAdded else { return }
    transfers[transfer.handle] = nil
    transfer.refused("libcurl \(library.version) does not take the request")
  }

  func remove(_ transfer: HTTPTransfer) {
    outside { [self] in
      guard transfers.removeValue(forKey: transfer.handle) != nil else { return }
      entered { _ = library.functions.pointee.multi_remove(multi, transfer.handle) }
    }
  }

  // MARK: - Calling libcurl

  /// Calls libcurl, and then sees to what has come of it.
  func entered(_ body: () -> Void) {
    nesting.depth += 1
    body()
    nesting.depth -= 1
    guard nesting.depth == 0, !nesting.isSettling else { return }
    nesting.isSettling = true
    settle()
    nesting.isSettling = false
  }

  /// Calls `body` as soon as libcurl is not at work.
  func outside(_ body: @escaping @GatewayActor () -> Void) {
    if nesting.depth == 0 { body() } else { nesting.postponed.append(body) }
  }

  private func settle() {
    for _ in 0..<Self.roundsInARow {
      if nesting.isDue {
        nesting.isDue = false
        act(Int32(JUNCTION_CURL_SOCKET_TIMEOUT), 0)
      }
      let hasEnded = tellEnds()
      let postponed = nesting.postponed
      nesting.postponed = []
      for body in postponed { body() }
      if !hasEnded, postponed.isEmpty, !nesting.isDue { return }
    }
    timer.start(after: 0) { [self] in entered { act(Int32(JUNCTION_CURL_SOCKET_TIMEOUT), 0) } }
  }

  private func act(_ socket: Int32, _ events: Int32) {
    var running: Int32 = 0
    nesting.depth += 1
    _ = library.functions.pointee.multi_socket_action(multi, socket, events, &running)
    nesting.depth -= 1
  }

  /// Tells of all transfers that have ended. Returns whether there was one.
  private func tellEnds() -> Bool {
    var left: Int32 = 0
    var hasEnded = false
    while let message = library.functions.pointee.multi_read(multi, &left)?.pointee {
      guard message.kind == JUNCTION_CURL_MESSAGE_DONE, let easy = message.easy else { continue }
      let code = message.data.result
      guard let transfer = transfers.removeValue(forKey: easy) else { continue }
      nesting.depth += 1
      _ = library.functions.pointee.multi_remove(multi, easy)
      nesting.depth -= 1
      hasEnded = true
      transfer.ended(code)
    }
    return hasEnded
  }

  // MARK: - What libcurl asks

  /// Returns the client that libcurl was given with a callback.
  nonisolated static func behind(_ context: UnsafeMutableRawPointer?) -> HTTPClient {
    Unmanaged<HTTPClient>.fromOpaque(context!).takeUnretainedValue()
  }

  private func wait(for socket: Int32, _ what: Int32) {
    guard what != JUNCTION_CURL_POLL_REMOVE else {
      if sockets.contains(socket) {
        watches[socket]?.wait(toRead: false, toWrite: false)
      } else {
        watches.removeValue(forKey: socket)?.end()
      }
      return
    }
    let watch =
      watches[socket]
      ?? SocketWatch(socket) { [unowned self] isReadable, isWritable in
        entered { act(socket, (isReadable ? 1 : 0) | (isWritable ? 2 : 0)) }
      }
    watches[socket] = watch
    watch?.wait(toRead: what & 1 != 0, toWrite: what & 2 != 0)
  }

  private func wait(_ milliseconds: Int) {
    timer.stop()
    nesting.isDue = milliseconds == 0
    guard milliseconds > 0 else { return }
    timer.start(after: UInt64(milliseconds)) { [self] in entered { act(Int32(JUNCTION_CURL_SOCKET_TIMEOUT), 0) } }
  }

  func openSocket(_ address: UnsafePointer<junction_curl_address>) -> Int32 {
    let socket = junction_curl_open_socket(address, Self.patience)
    if socket >= 0 { sockets.insert(socket) }
    return socket
  }

  func close(_ socket: Int32) -> Int32 {
    watches.removeValue(forKey: socket)?.end()
    sockets.remove(socket)
    return junction_curl_close_socket(socket)
  }
}
