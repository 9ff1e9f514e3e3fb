import CLibUV

/// Tells when a socket can be read or written that somebody else owns: a C library with an event loop of its own choice.
///
/// It goes through libuv, which unlike ``ReadPoller`` also waits for room to write.
@GatewayActor
package final class SocketWatch {
  private let poll: UnsafeMutablePointer<uv_poll_t>
  private var isOver = false
  /// What is waited for, in libuv's words.
  private var wanted: Int32 = 0
  private let body: @GatewayActor (_ isReadable: Bool, _ isWritable: Bool) -> Void

  /// Nil when the descriptor is none that can be waited for.
  ///
  /// - Parameters:
  ///   - descriptor: stays open until ``end()``.
  ///   - body: called as long as what is waited for is there.
  package init?(
    _ descriptor: Int32,
    _ body: @escaping @GatewayActor (_ isReadable: Bool, _ isWritable: Bool) -> Void
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
    wanted = Int32((toRead ? UV_READABLE.rawValue : 0) | (toWrite ? UV_WRITABLE.rawValue : 0))
    arm()
  }

  private func arm() {
    guard wanted != 0 else {
      uv_poll_stop(poll)
      return
    }
    uv_poll_start(poll, wanted) { poll, status, events in
      let owner = Unmanaged<SocketWatch>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
      GatewayActor.assumeIsolated { owner.called(status, UInt32(events)) }
    }
  }

  /// A socket that has failed is one that can be read and written: what came before can still be read, and who tries
  /// hears of the failure itself. libuv waits for it no more then, unless it is told again.
  private func called(_ status: Int32, _ events: UInt32) {
    let hasFailed = status < 0
    body(hasFailed || events & UV_READABLE.rawValue != 0, hasFailed || events & UV_WRITABLE.rawValue != 0)
    if hasFailed, !isOver { arm() }
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
