import EventLoop
import JSONRPC

/// The client's two byte streams as its session sees them: where it is written to, whether it reads, and their ends.
@GatewayActor
final class ClientPort {
  /// Bytes appended here are written at the end of the loop turn.
  let output: OutputBuffer
  private let transport: Transport
  /// Whether the client leaves too much unread.
  private(set) var isCongested = false
  /// Open when nothing more will come from the client.
  let inputEnded = Gate()
  /// Open when the client does not read any more.
  let outputEnded = Gate()
  /// Open when everything is written after ``closeWriting()``.
  let written = Gate()

  init(_ transport: Transport) {
    self.transport = transport
    output = transport.output
  }

  func start(
    received: @escaping @GatewayActor (FrameReader.Event) -> Void, congested: @escaping @GatewayActor () -> Void
  ) {
    // Strong (docs/hot-path.md): ``close()`` lets the transport forget them.
    transport.start(
      Transport.Events(
        received: received,
        readEnded: { self.inputEnded.open() },
        writeEnded: { self.outputEnded.open() },
        written: { self.written.open() },
        congested: {
          self.isCongested = $0
          congested()
        }))
  }

  /// Stops or goes on reading what the client writes.
  func setReading(_ isReading: Bool) { transport.setReading(isReading) }

  func closeWriting() { transport.closeWriting() }

  /// Lets go of the client: whoever serves it goes on as if it read no more.
  func cutOff() { outputEnded.open() }

  func close() {
    isCongested = false
    transport.close()
  }
}
