import CLibUV
package import EventLoop
package import JSONRPC

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// An `OutputBuffer` that empties itself into one descriptor of any kind, without ever blocking.
///
/// What was appended during a turn of the loop leaves at its end in one system call. What the peer does not take waits
/// in the buffer, and goes on when the peer reads.
@GatewayActor
package final class DescriptorWriter: TurnEndWork {
  private enum Target {
    case stream(StreamHandle)
    case file(Int32, EveryTurn)
    case closed
  }

  /// More waiting bytes than this are congestion.
  package var highWater = 8 * 1024 * 1024
  /// Fewer waiting bytes than this end it.
  private var lowWater: Int { highWater / 8 }
  private static let mostRuns = 64
  /// How much is handed to the system at a time when the peer is slow; pipes hold less.
  private static let portion = 256 * 1024

  /// What waits to be written; whoever writes appends here.
  package let output = OutputBuffer()
  /// Called once, when the peer has stopped reading for good (EPIPE, ECONNRESET) or the file cannot be written; what
  /// waits and what is appended later is dropped.
  package var onEnd: @GatewayActor () -> Void = {}
  /// Called when more than ``highWater`` bytes wait.
  package var onCongested: @GatewayActor () -> Void = {}
  /// Called when an eighth of ``highWater`` wait after congestion.
  package var onDrained: @GatewayActor () -> Void = {}
  /// Called once everything that waited before ``closeWhenWritten()`` has been written and the descriptor is released.
  package var onClosed: @GatewayActor () -> Void = {}
  /// Why the peer or the file took no more; nil while it does.
  package private(set) var failure: PlatformError?
  /// Whether more has come to wait than ``highWater``, and not drained since.
  package private(set) var isCongested = false

  private let turnEnd = EventLoop.shared.turnEnd
  private var target = Target.closed
  private var closesWhenWritten = false
  private var flushIsDue = false
  private let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
  /// How many of the first waiting bytes libuv is writing; they must stay where they are.
  private var inFlight = 0

  /// Takes the descriptor over; when that fails it is still the caller's.
  package init(taking descriptor: Int32) throws(PlatformError) {
    let kind = try DescriptorKind(of: descriptor)
    if case .file = kind {
      target = .file(descriptor, EveryTurn { [unowned self] in flush() })
    } else {
      target = .stream(try StreamHandle(taking: descriptor, kind))
    }
    // Not weak (docs/hot-path.md): ``close()``, which the end of this object calls, takes them away again.
    output.onFirstByte = { [unowned(unsafe) self] in askForFlush() }
    output.onGrowth = { [unowned(unsafe) self] in askForFlush() }
  }

  /// Releases the descriptor after what waits has been written; a socket's peer then reads end of file. Idempotent.
  package func closeWhenWritten() {
    closesWhenWritten = true
    askForFlush()
  }

  /// Releases the descriptor at once and drops what waits; nothing is called afterwards. Idempotent.
  package func close() {
    switch target {
    case .stream(let handle):
      handle.close()
    case .file(let descriptor, let turns):
      turns.stop()
      Descriptor.close(descriptor)
    case .closed: break
    }
    target = .closed
    // libuv touches no bytes of a closed handle. Whoever still has the output writes to nobody.
    output.removeAll()
    output.onFirstByte = { [unowned output] in output.removeAll() }
    output.onGrowth = {}
  }

  // MARK: - Writing

  private func askForFlush() {
    guard !flushIsDue else { return }
    flushIsDue = true
    turnEnd.call(self)
  }

  package func turnEnds() {
    flushIsDue = false
    flush()
  }

  private func flush() {
    switch target {
    case .closed: output.removeAll()
    case .stream(let handle): flush(into: handle)
    case .file(let descriptor, let turns): flush(into: descriptor, turns)
    }
    noteCongestion()
  }

  private func flush(into handle: StreamHandle) {
    guard inFlight == 0 else { return }
    if !output.isEmpty {
      let written = tryWrite(handle)
      if written > 0 {
        output.consume(Int(written))
      } else if written < 0, written != UV_EAGAIN.rawValue {
        fail(-written)
        return
      }
    }
    if !output.isEmpty {
      writeWhenPossible(handle)
    } else if closesWhenWritten {
      handle.shutDownWriting()
      close()
      onClosed()
    }
  }

  private func tryWrite(_ handle: StreamHandle) -> Int32 {
    // libuv has nothing to write itself, so it has no part in this.
    if let run = output.onlyRun { return handle.write(run) }
    return withFrontBuffers(limit: .max) { buffers, _ in
      uv_try_write(handle.stream, buffers.baseAddress, UInt32(buffers.count))
    }
  }

  /// Leaves the next portion to libuv, which polls until the peer takes it.
  private func writeWhenPossible(_ handle: StreamHandle) {
    handle.enlarge()
    // The request keeps the writer, and so the bytes, until libuv is done with it.
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    let status = withFrontBuffers(limit: Self.portion) { buffers, total in
      inFlight = total
      return uv_write(request, handle.stream, buffers.baseAddress, UInt32(buffers.count)) { request, status in
        let writer = Unmanaged<DescriptorWriter>.fromOpaque(request!.pointee.data).takeRetainedValue()
        GatewayActor.assumeIsolated { writer.portionEnded(status) }
      }
    }
    if status != 0 {
      Unmanaged.passUnretained(self).release()
      inFlight = 0
      fail(-status)
    }
  }

  private func portionEnded(_ status: Int32) {
    let written = inFlight
    inFlight = 0
    guard case .stream = target else { return }
    guard status == 0 else {
      fail(-status)
      return
    }
    output.consume(written)
    flush()
  }

  private func flush(into descriptor: Int32, _ turns: EveryTurn) {
    if !output.isEmpty {
      let written = output.withFront(limit: Self.mostRuns) { runs in
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: runs.count) { vectors in
          var total = 0
          var count = 0
          for run in runs where total < Self.portion {
            let length = min(run.count, Self.portion - total)
            vectors.initializeElement(
              at: count, to: iovec(iov_base: UnsafeMutableRawPointer(mutating: run.baseAddress), iov_len: length))
            total += length
            count += 1
          }
          return writev(descriptor, vectors.baseAddress, Int32(count))
        }
      }
      if written >= 0 {
        output.consume(written)
      } else if errno != EINTR, errno != EAGAIN {
        fail(errno)
        return
      }
    }
    if !output.isEmpty {
      turns.start()
    } else {
      turns.stop()
      if closesWhenWritten {
        close()
        onClosed()
      }
    }
  }

  /// Calls `body` with libuv's view of the first waiting runs, at most `limit` bytes, and how many bytes they are.
  private func withFrontBuffers<Result>(
    limit: Int, _ body: (UnsafeBufferPointer<uv_buf_t>, Int) -> Result
  ) -> Result {
    output.withFront(limit: Self.mostRuns) { runs in
      withUnsafeTemporaryAllocation(of: uv_buf_t.self, capacity: runs.count) { buffers in
        var total = 0
        var count = 0
        for run in runs where total < limit {
          let length = min(run.count, limit - total)
          let base = UnsafeMutableRawPointer(mutating: run.baseAddress)?.assumingMemoryBound(to: CChar.self)
          buffers.initializeElement(at: count, to: uv_buf_t(base: base, len: length))
          total += length
          count += 1
        }
        return body(UnsafeBufferPointer(rebasing: buffers[..<count]), total)
      }
    }
  }

  // MARK: - Ends and congestion

  private func fail(_ code: Int32) {
    failure = PlatformError("write", code: code)
    close()
    onEnd()
  }

  private func noteCongestion() {
    if isCongested {
      guard output.isEmpty || output.count < lowWater else { return }
      isCongested = false
      onDrained()
    } else if !output.isEmpty, output.count > highWater {
      isCongested = true
      onCongested()
    }
  }

  isolated deinit {
    close()
    request.deallocate()
  }
}
