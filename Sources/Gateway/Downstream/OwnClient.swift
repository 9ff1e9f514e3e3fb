package import EventLoop
package import JSONRPC
package import MCP

/// A client of our own: what the command line asks goes the way that every client's requests go, to a gateway in this very
/// process or to one that runs elsewhere.
@GatewayActor
package final class OwnClient {
  private let identity: Identity
  private let send: @GatewayActor (String) -> Void
  private var lastID: UInt64 = 0
  private var waiting: [UInt64: OwnRequest] = [:]
  private var hasEnded = false
  /// Called with what is no answer: notifications, and what the gateway asks.
  package var onMessage: @GatewayActor (Frame) -> Void = { _ in }

  /// - Parameters:
  ///   - identity: what the client says it is.
  ///   - send: takes a message to the gateway.
  package init(as identity: Identity, send: @escaping @GatewayActor (String) -> Void) {
    self.identity = identity
    self.send = send
  }

  /// Takes what comes from the gateway.
  package func received(_ event: FrameReader.Event) {
    // What cannot be read may be any answer.
    guard case .frame(let frame) = event else { return ended() }
    guard frame.kind == .response else { return onMessage(frame) }
    guard let id = frame.raw("id").flatMap({ JSONText.unsigned($0) }), let own = waiting.removeValue(forKey: id) else {
      return
    }
    own.succeed(frame.copy())
  }

  /// Says that nothing comes any more: what waits is given up.
  package func ended() {
    hasEnded = true
    let lost = waiting.values
    waiting = [:]
    for own in lost { own.fail(Failure(server: nil, phase: .call, reason: "the gateway has ended")) }
  }

  /// Opens the session; the gateway answers as soon as it would answer any client.
  ///
  /// - Parameter capabilities: what the client declares: an object.
  package func open(capabilities: String = "{}") async {
    _ = await request(
      .initialize,
      params: "{\"protocolVersion\":\"\(Revision.newestLegacy.rawValue)\",\"capabilities\":\(capabilities),"
        + "\"clientInfo\":\(identity.json)}")
    say("{\"jsonrpc\":\"2.0\",\"method\":\"\(Method.initialized.rawValue)\"}")
  }

  /// Sends a request and suspends until it is answered; nil when the gateway ends before.
  package func request(_ method: Method, params: String) async -> StoredFrame? {
    guard !hasEnded else { return nil }
    lastID += 1
    let own = OwnRequest()
    waiting[lastID] = own
    say("{\"jsonrpc\":\"2.0\",\"id\":\(lastID),\"method\":\"\(method.rawValue)\",\"params\":\(params)}")
    return try? await own.answer().get()
  }

  /// Sends one message.
  package func say(_ message: String) { send(message + "\n") }
}

/// A session of a gateway in this process, with a client of our own at its other end.
@GatewayActor
package final class LocalClient {
  package let session: ClientSession
  package let client: OwnClient
  private let answers: OutputBuffer
  private var reader: FrameReader

  package init(manager: ServerManager) {
    let output = OutputBuffer()
    answers = output
    reader = FrameReader(limit: .max)
    let session = manager.open(Transport(output: output, start: { _ in }))
    self.session = session
    client = OwnClient(as: manager.identity) { Self.deliver($0, to: session) }
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.readAnswers() } }
  }

  /// Opens the session.
  ///
  /// - Parameter capabilities: what the client declares: an object.
  package func open(capabilities: String = "{}") async {
    session.start()
    await client.open(capabilities: capabilities)
  }

  private static func deliver(_ line: String, to session: ClientSession) {
    var line = line
    line.withUTF8 { bytes in
      var reader = FrameReader(limit: .max)
      reader.receive(UnsafeRawBufferPointer(bytes)) { session.received($0) }
    }
  }

  private func readAnswers() {
    let bytes = answers.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    answers.removeAll()
    bytes.withUnsafeBytes { bytes in reader.receive(bytes) { client.received($0) } }
  }
}
