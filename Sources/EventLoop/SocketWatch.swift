import CLibUV

/// Tells when a socket can be read or written that somebody else owns: a C library with an event loop of its own choice.
///
/// It goes through libuv, which unlike ``ReadPoller`` also waits for room to write.
@GatewayActor
package final class SocketWatch {
  private let poll: UnsafeMutablePointer<uv_poll_t>
  private var isOver = false
  private let body: @GatewayActor (_ isReadable: Bool, _ isWritable: Bool, _ hasFailed: Bool) -> Void

  /// Nil when the descriptor is none that can be waited for.
  ///
  /// - Parameters:
  ///   - descriptor: stays open until ``end()``.
  ///   - body: called as long as what is waited for is there.
  package init?(
    _ descriptor: Int32,
    _ body: @escaping @GatewayActor (_ isReadable: Bool, _ isWritable: Bool, _ hasFailed: Bool) -> Void
  ) {
    let poll = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    guard uv_poll_init(EventLoop.shared.handle, poll, descriptor) == 0 else {
      poll.deallocate()
      return nil
    }
    self.poll = poll
    self.body = body
    poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  /// Waits for one or both from now on; for neither, it waits for nothing.
  package func wait(toRead: Bool, toWrite: Bool) {
    guard !isOver else { return }
    let events = (toRead ? UV_READABLE.rawValue : 0) | (toWrite ? UV_WRITABLE.rawValue : 0)
    guard events != 0 else {
      uv_poll_stop(poll)
      return
    }
    uv_poll_start(poll, Int32(events)) { poll, status, events in
      let owner = Unmanaged<SocketWatch>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
      GatewayActor.assumeIsolated {
        owner.body(
          UInt32(events) & UV_READABLE.rawValue != 0, UInt32(events) & UV_WRITABLE.rawValue != 0, status < 0)
      }
    }
  }

  /// Waits for nothing any more; the descriptor may be closed then. Idempotent.
  ///
  /// The end of the object's life would come too late: it is kept while it calls back, and libuv does not forgive a
  /// descriptor that is closed before it has been told.
  package func end() {
    guard !isOver else { return }
    isOver = true
    uv_poll_stop(poll)
    uv_close(UnsafeMutableRawPointer(poll).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }

  isolated deinit { end() }
}
