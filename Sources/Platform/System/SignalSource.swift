import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One signal as an event of the loop.
@GatewayActor
package final class SignalSource {
  private let handle = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
  private let body: @GatewayActor () -> Void

  /// Calls `body` for the signal, once for those that arrive together, until the source is released. The loop does not
  /// wait for it.
  package init(_ number: Int32, _ body: @escaping @GatewayActor () -> Void) {
    self.body = body
    uv_signal_init(EventLoop.shared.handle, handle)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_signal_start(
      handle,
      { handle, _ in
        let owner = Unmanaged<SignalSource>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
        GatewayActor.assumeIsolated { owner.body() }
      }, number)
    uv_unref(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self))
  }

  isolated deinit {
    uv_signal_stop(handle)
    uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }

  /// The signals that end the gateway.
  package static let ending: [Int32] = [SIGTERM, SIGINT, SIGHUP]
  /// The signal that asks a gateway that serves to read its configuration again; anybody else it ends.
  package static let reload: Int32 = SIGHUP
  /// The signal that asks for a report of the state.
  package static let report: Int32 = SIGUSR1

  /// Lets a write that cannot be done fail instead of ending the process: to a closed pipe with EPIPE, beyond the limit of
  /// a file's size with EFBIG. Programs started later are not affected.
  package nonisolated static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Lets all signals through, whatever the parent has blocked: one that cannot be told to end would have to be killed.
  /// Call it before there is a second thread.
  package nonisolated static func unblockAll() {
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
  }
}
