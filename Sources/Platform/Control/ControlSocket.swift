import CLibUV
package import EventLoop
package import JSONRPC

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The Unix socket at which a running gateway is asked how it is: one line of JSON in, one line out, then mostly the end.
///
/// Only its own user can reach it. Whoever connects costs at most one answer and ``patience``, whatever they do.
@GatewayActor
package final class ControlSocket {
  /// The most bytes of a question.
  package static let questionLimit = 4096
  /// Conversations at one time; further ones are closed at once.
  package static let conversationLimit = 16
  /// Milliseconds in which a peer must have asked and taken the answer.
  package nonisolated static let patience: UInt64 = 5_000

  private let answer: @GatewayActor (Frame) -> ControlReply
  private let patience: UInt64
  private let listener: UnsafeMutablePointer<uv_pipe_t>
  private var conversations: [ObjectIdentifier: ControlConversation] = [:]
  private var isClosed = false

  /// Listens at a path, with mode 0600, in the place of a socket that nobody listens at any more.
  ///
  /// `answer` is asked every question.
  ///
  /// - Throws: EADDRINUSE when somebody listens there, ENAMETOOLONG when the path is too long for a socket.
  package init(
    path: String, patience: UInt64 = ControlSocket.patience, answer: @escaping @GatewayActor (Frame) -> ControlReply
  ) throws(PlatformError) {
    self.answer = answer
    self.patience = patience
    guard path.utf8.count <= junction_socket_path_limit() else {
      throw PlatformError("listen at", path: path, code: ENAMETOOLONG)
    }
    guard !ControlFiles.isListening(at: path) else { throw PlatformError("listen at", path: path, code: EADDRINUSE) }
    try FileSystem.remove(path)
    listener = .allocate(capacity: 1)
    uv_pipe_init(EventLoop.shared.handle, listener, 0)
    listener.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    var status = uv_pipe_bind(listener, path)
    if status == 0, chmod(path, 0o600) != 0 { status = -errno }
    if status == 0 {
      status = Self.withStream(listener) { stream in
        uv_listen(stream, Int32(Self.conversationLimit)) { stream, status in
          let socket = Unmanaged<ControlSocket>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
          GatewayActor.assumeIsolated { if status == 0 { socket.accept() } }
        }
      }
    }
    guard status == 0 else {
      close()
      throw PlatformError("listen at", path: path, code: -status)
    }
  }

  /// Listens no longer, removes the socket and drops every conversation. Idempotent.
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    for conversation in conversations.values { conversation.close() }
    conversations = [:]
    // libuv removes the file with the handle.
    Self.release(listener)
  }

  private func accept() {
    let pipe = UnsafeMutablePointer<uv_pipe_t>.allocate(capacity: 1)
    uv_pipe_init(EventLoop.shared.handle, pipe, 0)
    // Only the descriptor is wanted; the pipe that brought it goes at once.
    defer { Self.release(pipe) }
    let accepted = Self.withStream(listener) { listener in Self.withStream(pipe) { uv_accept(listener, $0) } }
    var own: Int32 = -1
    guard accepted == 0, conversations.count < Self.conversationLimit,
      uv_fileno(UnsafeMutableRawPointer(pipe).assumingMemoryBound(to: uv_handle_t.self), &own) == 0,
      let descriptor = try? Descriptor.duplicate(own),
      let conversation = try? ControlConversation(taking: descriptor, answer: answer)
    else { return }
    let id = ObjectIdentifier(conversation)
    conversations[id] = conversation
    conversation.start(within: patience) { [weak self] in self?.conversations[id] = nil }
  }

  private static func withStream<Result>(
    _ pipe: UnsafeMutablePointer<uv_pipe_t>, _ body: (UnsafeMutablePointer<uv_stream_t>) -> Result
  ) -> Result { body(UnsafeMutableRawPointer(pipe).assumingMemoryBound(to: uv_stream_t.self)) }

  private static func release(_ pipe: UnsafeMutablePointer<uv_pipe_t>) {
    uv_close(UnsafeMutableRawPointer(pipe).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }

  isolated deinit { close() }
}
