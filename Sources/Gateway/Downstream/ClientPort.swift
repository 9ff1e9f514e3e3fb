import EventLoop
import JSONRPC

/// The client's two byte streams as its session sees them: where it is written to, whether it reads, and their ends.
@GatewayActor
final class ClientPort {
  /// Why nothing is read from the client for a while.
  struct Pause: OptionSet {
    let rawValue: Int

    /// It leaves too much unread while others share its servers.
    static let forOthers = Pause(rawValue: 1)
    /// More waits for it than may.
    static let overfull = Pause(rawValue: 2)
    /// What it has written last is not taken up yet.
    static let busy = Pause(rawValue: 4)
  }

  /// Bytes appended here are written at the end of the loop turn.
  let output: OutputBuffer
  private let transport: Transport
  /// Whether the client leaves too much unread.
  private(set) var isCongested = false
  private var pauses: Pause = []
  /// Opens when the client has read most of what it had left unread.
  private var hasDrained = Gate()
  /// Bytes beyond which what waits for the client is too much to read on.
  private let mostQueued: Int
  /// Open when nothing more will come from the client.
  let inputEnded = Gate()
  /// Open when the client does not read any more.
  let outputEnded = Gate()
  /// Open when everything is written after ``closeWriting()``.
  let written = Gate()

  init(_ transport: Transport, mostQueued: Int) {
    self.transport = transport
    self.mostQueued = mostQueued
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
          if !$0 { self.drained() }
          congested()
        }))
  }

  /// Whether more waits for the client than may: then nothing more is taken up from it, until it has read most of that.
  var isOverfull: Bool { output.count > mostQueued }

  /// Suspends while the client leaves more unread than may wait for it.
  func untilThereIsRoom() async {
    while isCongested, isOverfull, !outputEnded.isOpen { await Gate.any(hasDrained, outputEnded).wait() }
  }

  private func drained() {
    goOn(.overfull)
    let gate = hasDrained
    hasDrained = Gate()
    gate.open()
  }

  /// Reads nothing from the client until ``goOn(_:)`` is called with the same reason.
  func pause(_ reason: Pause) {
    if pauses.isEmpty { transport.setReading(false) }
    pauses.insert(reason)
  }

  func goOn(_ reason: Pause) {
    guard pauses.remove(reason) != nil, pauses.isEmpty else { return }
    transport.setReading(true)
  }

  func closeWriting() { transport.closeWriting() }

  /// Lets go of the client: whoever serves it goes on as if it read no more.
  func cutOff() { outputEnded.open() }

  func close() {
    isCongested = false
    pauses = []
    hasDrained.open()
    transport.close()
  }
}
