package import EventLoop
package import JSONRPC
package import MCP

/// A client in this very process: the command line's own calls go the way that every client's go.
@GatewayActor
package final class LocalClient {
  package let session: ClientSession
  private let answers: OutputBuffer
  private var reader: FrameReader
  private var lastID: UInt64 = 0
  private var waiting: [UInt64: OwnRequest] = [:]

  package init(manager: ServerManager) {
    let output = OutputBuffer()
    answers = output
    reader = FrameReader(limit: .max)
    session = manager.open(Transport(output: output, start: { _ in }))
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.readAnswers() } }
  }

  /// Opens the session; the gateway answers as soon as it would answer any client.
  package func open() async {
    session.start()
    let identity = session.manager.identity.json
    _ = await request(
      .initialize,
      params:
        "{\"protocolVersion\":\"\(Revision.newestLegacy.rawValue)\",\"capabilities\":{},\"clientInfo\":\(identity)}")
    send("{\"jsonrpc\":\"2.0\",\"method\":\"\(Method.initialized.rawValue)\"}")
  }

  /// Sends a request and suspends until it is answered.
  package func request(_ method: Method, params: String) async -> StoredFrame? {
    lastID += 1
    let own = OwnRequest()
    waiting[lastID] = own
    send("{\"jsonrpc\":\"2.0\",\"id\":\(lastID),\"method\":\"\(method.rawValue)\",\"params\":\(params)}")
    return try? await own.answer().get()
  }

  private func send(_ message: String) {
    var line = message + "\n"
    line.withUTF8 { bytes in
      var reader = FrameReader(limit: .max)
      reader.receive(UnsafeRawBufferPointer(bytes)) { session.received($0) }
    }
  }

  private func readAnswers() {
    let bytes = answers.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    answers.removeAll()
    bytes.withUnsafeBytes { bytes in
      reader.receive(bytes) { event in
        guard case .frame(let frame) = event, frame.kind == .response,
          let id = frame.raw("id").flatMap({ JSONText.unsigned($0) }), let own = waiting.removeValue(forKey: id)
        else { return }
        own.succeed(frame.copy())
      }
    }
  }
}
