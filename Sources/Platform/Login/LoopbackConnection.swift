package import EventLoop
import JSONRPC

/// One peer at a ``LoopbackListener``: some bytes in, one text out, the end. It may take five seconds to ask, and as many to
/// take the answer.
@GatewayActor
package final class LoopbackConnection {
  /// Milliseconds in which a peer must have asked, and taken the answer.
  private static let patience: UInt64 = 5_000

  private let reader: DescriptorReader
  private let writer: DescriptorWriter
  private let timer = LoopTimer()
  private var isOver = false
  /// Whether it ends by itself, once the peer has the answer.
  private(set) var isAnswered = false
  /// Called once when it is over.
  var onEnd: @GatewayActor () -> Void = {}

  /// Takes the socket over; when that fails it is released.
  init(taking descriptor: Int32) throws(PlatformError) {
    do {
      reader = try DescriptorReader(taking: descriptor)
    } catch {
      Descriptor.close(descriptor)
      throw error
    }
    let other = try Descriptor.duplicate(descriptor)
    do {
      writer = try DescriptorWriter(taking: other)
    } catch {
      Descriptor.close(other)
      throw error
    }
  }

  /// Begins to read. `received` gets what was read.
  package func start(_ received: @escaping @GatewayActor (UnsafeRawBufferPointer) -> Void) {
    reader.onBytes = { received($0) }
    reader.onEnd = { [weak self] in self?.close() }
    timer.start(after: Self.patience) { [weak self] in self?.close() }
    reader.start()
  }

  /// Reads no more and takes its time: somebody is thinking about the answer.
  package func hold() {
    reader.stop()
    timer.stop()
  }

  /// Writes an answer, and ends when the peer has it.
  package func answer(_ text: String) {
    guard !isOver else { return }
    isAnswered = true
    reader.stop()
    // Strongly: whoever made this may have gone before the peer has the answer.
    timer.start(after: Self.patience) { self.close() }
    writer.onClosed = { [weak self] in self?.close() }
    writer.onEnd = { [weak self] in self?.close() }
    writer.output.append(text)
    writer.closeWhenWritten()
  }

  /// Ends at once. Idempotent.
  package func close() {
    guard !isOver else { return }
    isOver = true
    timer.stop()
    // What it calls may refer to this.
    reader.onBytes = { _ in }
    reader.close()
    writer.close()
    onEnd()
  }
}
