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
  private let output = OutputBuffer()

  init(_ manager: ServerManager) {
    session = ClientSession(manager: manager, transport: Transport(output: output, start: { _ in }))
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.drain() } }
  }

  /// Opens the session.
  func open(capabilities: String = "{}", revision: String = "2025-11-25") async -> String {
    session.start()
    let answer = await ask(
      #"{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"\#(revision)","capabilities":\#(capabilities),"clientInfo":{"name":"c","version":"1"}}}"#
    )
    tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    return answer
  }

  func tell(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { bytes in
      var reader = FrameReader(limit: .max)
      reader.receive(UnsafeRawBufferPointer(bytes)) { session.received($0) }
    }
  }

  func ask(_ line: String) async -> String {
    tell(line)
    return await lines.next()
  }

  private func drain() {
    let bytes = output.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    output.removeAll()
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") { lines.put(String(line)) }
  }
}
