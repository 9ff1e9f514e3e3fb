import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Bytes of one descriptor of any kind, as they arrive.
///
/// All readers share one scratch buffer: what ``onBytes`` is given is valid until it returns. A peer that floods leaves
/// the others their turns: it is read four times in each at most, and a file once. A reader that was started must be closed
/// by its owner.
@GatewayActor
package final class DescriptorReader: PolledReader {
  private enum Source {
    /// A pipe or a socket.
    case polled(Int32, blockingFlags: Int32?)
    case terminal(StreamHandle)
    case file(Int32, EveryTurn)
    case closed
  }

  /// How often a peer is read before others have their turn: as much as a pipe holds.
  private static let mostReads = 4

  /// Called with what was read; never with nothing.
  package var onBytes: @GatewayActor (UnsafeRawBufferPointer) -> Void = { _ in }
  /// Called once, at end of file or at an error that means the same: ECONNRESET, or EIO of a terminal whose other side
  /// is gone.
  package var onEnd: @GatewayActor () -> Void = {}
  private let poller = EventLoop.shared.readPoller
  private let scratch = EventLoop.shared.scratch
  private let isOwnPipe: Bool
  private var source = Source.closed
  private var isReading = false
  private var hasEnded = false
  private var isLarge = false

  /// Takes the descriptor over; when that fails it is still the caller's. Reads nothing before ``start()``.
  ///
  /// `isOwnPipe` says that it is a pipe that this program has made. Then a read that does not fill the buffer has emptied
  /// it; elsewhere reads may end earlier, as in pipes that keep packets apart, or over sockets with what came with
  /// credentials.
  package init(taking descriptor: Int32, isOwnPipe: Bool = false) throws(PlatformError) {
    self.isOwnPipe = isOwnPipe
    let kind = try DescriptorKind(of: descriptor)
    switch kind {
    case .pipe, .tcp:
      // Tried now, while the caller can still be told.
      guard poller.add(descriptor, once: isOwnPipe, self) else {
        throw PlatformError("poll descriptor \(descriptor)", code: errno)
      }
      poller.remove(descriptor)
      source = .polled(descriptor, blockingFlags: Descriptor.setNonblocking(descriptor))
    case .terminal:
      let handle = try StreamHandle(taking: descriptor, kind)
      handle.stream.pointee.data = Unmanaged.passUnretained(self).toOpaque()
      source = .terminal(handle)
    case .file:
      source = .file(descriptor, EveryTurn { [unowned self] in readFile(descriptor) })
    }
  }

  /// Begins or goes on reading. Idempotent; does nothing after the end.
  package func start() {
    guard !isReading, !hasEnded else { return }
    isReading = true
    switch source {
    case .polled(let descriptor, _): poll(descriptor)
    case .terminal(let handle): startTerminal(handle.stream)
    case .file(_, let turns): turns.start()
    case .closed: break
    }
  }

  /// Leaves what arrives where it is until ``start()``. Idempotent.
  package func stop() {
    guard isReading else { return }
    isReading = false
    switch source {
    case .polled(let descriptor, _): poller.remove(descriptor)
    case .terminal(let handle): uv_read_stop(handle.stream)
    case .file(_, let turns): turns.stop()
    case .closed: break
    }
  }

  /// Releases the descriptor at once, blocking again if it was; nothing is called afterwards. Idempotent.
  package func close() {
    stop()
    hasEnded = true
    switch source {
    case .polled(let descriptor, let flags):
      Descriptor.restore(flags, of: descriptor)
      Descriptor.close(descriptor)
    case .terminal(let handle): handle.close()
    case .file(let descriptor, _): Descriptor.close(descriptor)
    case .closed: break
    }
    source = .closed
  }

  // MARK: - Pipes and sockets

  /// Has this reader called for what is there, and for what comes.
  private func poll(_ descriptor: Int32) {
    // Without memory for it in the system nothing will be read any more.
    if !poller.add(descriptor, once: isOwnPipe, self) { TurnEnd.call { self.end() } }
  }

  package func becameReadable(hasEnded: Bool) {
    guard case .polled(let descriptor, _) = source else { return }
    var reads = 0
    // What is called may stop or close this reader.
    while isReading, reads < Self.mostReads {
      reads += 1
      let count = Descriptor.read(descriptor, scratch.baseAddress!, scratch.count)
      if count > 0 {
        if count == scratch.count { enlarge(descriptor) }
        onBytes(UnsafeRawBufferPointer(start: scratch.baseAddress, count: count))
        if count < scratch.count, !hasEnded { return }
      } else if count == 0 {
        end()
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        end()
      }
    }
    if isReading, isOwnPipe { poll(descriptor) }
  }

  /// Lets a pipe hold more, since more comes than it can hold.
  private func enlarge(_ descriptor: Int32) {
    guard !isLarge else { return }
    isLarge = true
    Descriptor.enlargePipe(descriptor)
  }

  // MARK: - Terminals and files

  private func startTerminal(_ stream: UnsafeMutablePointer<uv_stream_t>) {
    uv_read_start(
      stream,
      { _, _, buffer in
        let scratch = EventLoop.shared.scratch
        buffer!.pointee.base = scratch.assumingMemoryBound(to: CChar.self).baseAddress
        buffer!.pointee.len = scratch.count
      },
      { stream, count, buffer in
        let reader = Unmanaged<DescriptorReader>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
        let bytes = UnsafeRawBufferPointer(start: buffer!.pointee.base, count: max(count, 0))
        GatewayActor.assumeIsolated { reader.hasRead(bytes, count) }
      })
  }

  /// - Parameter count: as libuv tells it: 0 for nothing yet, negative for the end.
  private func hasRead(_ bytes: UnsafeRawBufferPointer, _ count: Int) {
    if count > 0 { onBytes(bytes) } else if count < 0 { end() }
  }

  private func readFile(_ descriptor: Int32) {
    let count = Descriptor.read(descriptor, scratch.baseAddress!, scratch.count)
    if count > 0 {
      onBytes(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      end()
    }
  }

  private func end() {
    guard !hasEnded else { return }
    stop()
    hasEnded = true
    onEnd()
  }

  isolated deinit { close() }
}
