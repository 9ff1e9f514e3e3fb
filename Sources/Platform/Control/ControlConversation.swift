import EventLoop
import JSONRPC

/// One peer at the ``ControlSocket``: its question, our answer, and the end or whoever takes the connection over.
@GatewayActor
final class ControlConversation {
  private let port: StreamPort
  private let answer: @GatewayActor (Frame) -> ControlReply
  private let timer = LoopTimer()
  private var onEnd: @GatewayActor () -> Void = {}
  private var hasAnswered = false
  /// Whether the port is closed, or somebody else's.
  private var isOver = false

  /// Takes the socket over; when that fails it is released.
  init(taking descriptor: Int32, answer: @escaping @GatewayActor (Frame) -> ControlReply) throws(PlatformError) {
    self.answer = answer
    port = try StreamPort(reading: descriptor, writing: descriptor, frameLimit: ControlSocket.questionLimit)
  }

  /// Begins; calls `onEnd` once when it is over, at the latest after so many milliseconds.
  func start(within patience: UInt64, onEnd: @escaping @GatewayActor () -> Void) {
    self.onEnd = onEnd
    port.onEvent = { [weak self] in self?.received($0) }
    port.onReadEnd = { [weak self] in if self?.hasAnswered == false { self?.end() } }
    port.onWriteEnd = { [weak self] in self?.end() }
    port.onWritten = { [weak self] in self?.end() }
    timer.start(after: patience) { [weak self] in self?.end() }
    port.startReading()
  }

  func close() {
    guard !isOver else { return }
    isOver = true
    timer.stop()
    port.close()
  }

  private func received(_ event: FrameReader.Event) {
    guard !hasAnswered else { return }
    switch event {
    case .malformed: end()
    case .frame(let frame):
      hasAnswered = true
      port.stopReading()
      let reply = answer(frame)
      port.output.append(reply.line + "\n")
      guard let take = reply.take else { return port.closeWriting() }
      // The port is in the middle of reading, and whoever takes it changes what it reads by.
      _ = LoopClock.loop.after(0) { self.handOver(take) }
    }
  }

  private func handOver(_ take: @GatewayActor (StreamPort) -> Void) {
    // The peer may have gone since it was answered.
    guard !isOver else { return }
    isOver = true
    timer.stop()
    port.onReadEnd = {}
    port.onWriteEnd = {}
    port.onWritten = {}
    take(port)
    onEnd()
  }

  private func end() {
    close()
    onEnd()
  }
}
