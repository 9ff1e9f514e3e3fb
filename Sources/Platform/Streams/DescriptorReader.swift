import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Bytes of one descriptor of any kind, as they arrive.
///
/// All readers share one scratch buffer: what ``onBytes`` is given is valid until it returns. libuv reads at most 32
/// times per readiness and stops at a read that does not fill the buffer, so that a flooding peer leaves the others
/// their turns; a file is read one buffer per turn.
@GatewayActor
package final class DescriptorReader {
  private enum Source {
    case stream(StreamHandle)
    case file(Int32, EveryTurn)
    case closed
  }

  /// Called with what was read; never with nothing.
  package var onBytes: @GatewayActor (UnsafeRawBufferPointer) -> Void = { _ in }
  /// Called once, at end of file or at an error that means the same: ECONNRESET, or EIO of a terminal whose other side
  /// is gone.
  package var onEnd: @GatewayActor () -> Void = {}
  private let scratch = EventLoop.shared.scratch
  private var source = Source.closed
  private var isReading = false
  private var hasEnded = false

  /// Takes the descriptor over; when that fails it is still the caller's. Reads nothing before ``start()``.
  package init(taking descriptor: Int32) throws(PlatformError) {
    let kind = try DescriptorKind(of: descriptor)
    if case .file = kind {
      source = .file(descriptor, EveryTurn { [unowned self] in readFile() })
    } else {
      let handle = try StreamHandle(taking: descriptor, kind)
      handle.stream.pointee.data = Unmanaged.passUnretained(self).toOpaque()
      source = .stream(handle)
    }
  }

  /// Begins or goes on reading. Idempotent; does nothing after the end.
  package func start() {
    guard !isReading, !hasEnded else { return }
    isReading = true
    switch source {
    case .file(_, let turns): turns.start()
    case .stream(let handle): startStream(handle.stream)
    case .closed: break
    }
  }

  /// Leaves what arrives where it is until ``start()``. Idempotent.
  package func stop() {
    guard isReading else { return }
    isReading = false
    switch source {
    case .file(_, let turns): turns.stop()
    case .stream(let handle): uv_read_stop(handle.stream)
    case .closed: break
    }
  }

  /// Releases the descriptor at once; nothing is called afterwards. Idempotent.
  package func close() {
    hasEnded = true
    isReading = false
    switch source {
    case .stream(let handle):
      handle.close()
    case .file(let descriptor, let turns):
      turns.stop()
      Descriptor.close(descriptor)
    case .closed: break
    }
    source = .closed
  }

  private func startStream(_ stream: UnsafeMutablePointer<uv_stream_t>) {
    typealias Read =
      @convention(c) @GatewayActor (UnsafeMutablePointer<uv_stream_t>?, Int, UnsafePointer<uv_buf_t>?) ->
      Void
    let read: Read = { stream, count, buffer in
      let reader = Unmanaged<DescriptorReader>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
      reader.hasRead(count, buffer!.pointee.base)
    }
    uv_read_start(
      stream,
      { stream, _, buffer in
        let scratch = Unmanaged<DescriptorReader>.fromOpaque(stream!.pointee.data)._withUnsafeGuaranteedRef {
          $0.scratch
        }
        buffer!.pointee.base = scratch.assumingMemoryBound(to: CChar.self).baseAddress
        buffer!.pointee.len = scratch.count
      }, GatewayActor.callback(read, as: uv_read_cb.self))
  }

  private func hasRead(_ count: Int, _ bytes: UnsafeMutablePointer<CChar>?) {
    if count > 0 {
      if count == scratch.count { enlarge() }
      onBytes(UnsafeRawBufferPointer(start: bytes, count: count))
    } else if count < 0 {
      // Zero stands for EAGAIN.
      end()
    }
  }

  private func enlarge() { if case .stream(let handle) = source { handle.enlarge() } }

  private func readFile() {
    guard case .file(let descriptor, _) = source else { return }
    let count = read(descriptor, scratch.baseAddress, scratch.count)
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
