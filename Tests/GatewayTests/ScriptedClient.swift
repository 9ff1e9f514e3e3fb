import EventLoop
import Gateway
import JSONRPC
import TestSupport

/// A client in this process that says what the test says, and keeps the lines it is sent.
@GatewayActor
final class ScriptedClient {
  let session: ClientSession
  /// Lines that it was sent.
  let lines = Mailbox<String>()
  /// Takes the lines in the place of the mailbox.
  var onLine: ((String) -> Void)?
  private let output: OutputBuffer
  private let wire: Wire

  /// What the gateway tells of the client's streams it is told through this.
  @GatewayActor
  private final class Wire {
    var events: Transport.Events?
    var reader = FrameReader(limit: .max)
    /// Whether the gateway reads what it writes.
    private(set) var isRead = true
    /// Called when the gateway reads again.
    var goesOn: @GatewayActor () -> Void = {}
    /// What it has written and the gateway has not read.
    var unread: [UInt8] = []

    func setReading(_ isReading: Bool) {
      isRead = isReading
      if isReading { TurnEnd.call { self.goesOn() } }
    }
  }

  init(
    _ manager: ServerManager, seeing terms: CatalogView.Terms? = nil, as role: ClientSession.Role = .client
  ) {
    let (output, wire) = (OutputBuffer(), Wire())
    (self.output, self.wire) = (output, wire)
    session = manager.open(
      Transport(
        output: output, start: { wire.events = $0 },
        setReading: { wire.setReading($0) },
        closeWriting: { TurnEnd.call { wire.events?.written() } }), seeing: terms, as: role)
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.drain() } }
    wire.goesOn = { [weak self] in self?.pass() }
  }

  /// Whether the gateway reads what it writes.
  var isRead: Bool { wire.isRead }

  /// Leaves too much unread, or has read most of it.
  func isCongested(_ isCongested: Bool) { wire.events?.congested(isCongested) }

  /// Requests that it made and that are not answered.
  var unanswered: Int { session.unanswered }

  /// Is there, and says nothing yet.
  func start() { session.start() }

  /// Opens the session.
  func open(capabilities: String = "{}", revision: String = "2025-11-25") async -> String {
    session.start()
    let answer = await ask(
      #"{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"\#(revision)","capabilities":\#(capabilities),"clientInfo":{"name":"c","version":"1"}}}"#
    )
    tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    return answer
  }

  /// Comes as a client of the modern era does.
  func discover(capabilities: String = "{}") async -> String {
    session.start()
    return await ask(Modern.request("\"discover\"", "server/discover", capabilities: capabilities))
  }

  /// What carried its messages lets go of its session, as it does when it is closed.
  func forgetTransport() { wire.events = nil }

  func tell(_ line: String) { write(Array((line + "\n").utf8)) }

  /// Writes bytes, whatever they are.
  func write(_ bytes: [UInt8]) {
    wire.unread += bytes
    pass()
  }

  /// Lets the gateway read line after line, as long as it does.
  private func pass() {
    while wire.isRead, !wire.unread.isEmpty {
      let end = (wire.unread.firstIndex(of: UInt8(ascii: "\n")) ?? wire.unread.count - 1) + 1
      let line = Array(wire.unread[..<end])
      wire.unread.removeFirst(end)
      line.withUnsafeBytes { bytes in wire.reader.receive(bytes) { session.received($0) } }
    }
  }

  /// Closes its side.
  func endInput() { wire.events?.readEnded() }

  func ask(_ line: String) async -> String {
    tell(line)
    return await lines.next()
  }

  private func drain() {
    let bytes = output.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    output.removeAll()
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if let onLine { onLine(String(line)) } else { lines.put(String(line)) }
    }
  }
}
