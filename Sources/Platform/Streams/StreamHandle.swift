import CLibUV
import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A descriptor that libuv polls, as a stream that owns it: whatever is written to, and terminals that are read.
@GatewayActor
final class StreamHandle {
  let stream: UnsafeMutablePointer<uv_stream_t>
  private let descriptor: Int32
  private let isSocket: Bool
  private let blockingFlags: Int32?
  private var isClosed = false
  private var isLarge = false

  /// Takes the descriptor over; when that fails it is still the caller's.
  ///
  /// libuv reopens a terminal, so that `O_NONBLOCK` does not reach the shell that shares it; where that is impossible
  /// the terminal is written to blockingly.
  init(taking descriptor: Int32, _ kind: DescriptorKind) throws(PlatformError) {
    blockingFlags = Descriptor.blockingFlags(of: descriptor)
    isSocket = kind.isSocket
    let loop = EventLoop.shared.handle
    let type: uv_handle_type =
      switch kind {
      case .pipe: UV_NAMED_PIPE
      case .tcp: UV_TCP
      case .terminal: UV_TTY
      case .file: preconditionFailure("a file is no stream")
      }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: uv_handle_size(type), alignment: 16)
    stream = memory.assumingMemoryBound(to: uv_stream_t.self)
    let status: Int32
    switch kind {
    case .tcp:
      let tcp = memory.assumingMemoryBound(to: uv_tcp_t.self)
      uv_tcp_init(loop, tcp)
      status = uv_tcp_open(tcp, descriptor)
    case .terminal:
      // On failure the handle is not registered, unlike the others.
      let failure = uv_tty_init(loop, memory.assumingMemoryBound(to: uv_tty_t.self), descriptor, 0)
      guard failure == 0 else {
        memory.deallocate()
        throw PlatformError("open the terminal", code: -failure)
      }
      status = 0
    case .pipe, .file:
      let pipe = memory.assumingMemoryBound(to: uv_pipe_t.self)
      uv_pipe_init(loop, pipe, 0)
      status = uv_pipe_open(pipe, descriptor)
    }
    var actual = descriptor
    uv_fileno(memory.assumingMemoryBound(to: uv_handle_t.self), &actual)
    self.descriptor = actual
    guard status == 0 else {
      isClosed = true
      Self.release(stream)
      throw PlatformError("open descriptor \(descriptor)", code: -status)
    }
    if actual != descriptor { Descriptor.close(descriptor) }
  }

  /// Lets it hold more, since more comes than it can hold. Idempotent.
  func enlarge() {
    guard !isLarge, !isClosed else { return }
    isLarge = true
    if !isSocket { Descriptor.enlargePipe(descriptor) }
  }

  /// Writes as `uv_try_write` does, at once: how many bytes it took, or libuv's number of the error.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    while true {
      let count = Descriptor.write(descriptor, bytes)
      if count >= 0 { return Int32(count) }
      if errno != EINTR { return -errno }
    }
  }

  /// Tells a socket's peer that nothing more comes; the other ends need nothing but ``close()``.
  func shutDownWriting() {
    if isSocket, !isClosed { shutdown(descriptor, Int32(SHUT_WR)) }
  }

  /// Releases the descriptor, blocking again if it was. Idempotent.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    Descriptor.restore(blockingFlags, of: descriptor)
    Self.release(stream)
  }

  private static func release(_ stream: UnsafeMutablePointer<uv_stream_t>) {
    uv_close(UnsafeMutableRawPointer(stream).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }

  isolated deinit { close() }
}
