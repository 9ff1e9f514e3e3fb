package import EventLoop

/// One server's standard error, as lines, with the last of it kept for error messages.
@GatewayActor
package final class TextPort {
  /// Called for every line, of at most 8 KiB; the rest of a longer one is passed over.
  package var onLine: @GatewayActor (String) -> Void = { _ in }
  /// Called once when nothing more will come, after the last line.
  package var onEnd: @GatewayActor () -> Void = {}
  private let reader: DescriptorReader
  private var lines: TextLines
  private var isClosed = false

  /// Takes the descriptor over; when that fails it is released.
  ///
  /// - Parameters:
  ///   - reading: the descriptor.
  ///   - tailLimit: bytes of ``tail``.
  ///   - redact: blots secrets out of a line; its second argument says that the line goes on beyond the text.
  package init(
    reading: Int32, tailLimit: Int = 8 * 1024,
    redact: @escaping (_ text: String, _ isCut: Bool) -> String = { text, _ in text }
  ) throws(PlatformError) {
    lines = TextLines(tailLimit: tailLimit, redact: redact)
    do {
      reader = try DescriptorReader(taking: reading)
    } catch {
      Descriptor.close(reading)
      throw error
    }
    reader.onBytes = { [weak self] in self?.receive($0) }
    reader.onEnd = { [weak self] in self?.finish() }
  }

  /// The last bytes of the text, from the start of a line where possible.
  package var tail: String { lines.tail }

  /// Begins or goes on reading. Idempotent.
  package func startReading() { reader.start() }

  /// Leaves what arrives where it is. Idempotent.
  package func stopReading() { reader.stop() }

  /// Releases the descriptor at once; nothing is called afterwards. Idempotent.
  package func close() {
    isClosed = true
    reader.close()
  }

  isolated deinit { close() }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    var complete: [String] = []
    lines.receive(bytes) { complete.append($0) }
    deliver(complete)
  }

  private func finish() {
    var complete: [String] = []
    lines.finish { complete.append($0) }
    deliver(complete)
    if !isClosed { onEnd() }
  }

  /// Delivers after the lines are cut, so that a callback may ask for the ``tail``.
  private func deliver(_ complete: [String]) {
    for line in complete where !isClosed { onLine(line) }
  }
}
