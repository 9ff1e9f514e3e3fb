package import CLibUV

/// A libuv loop that runs the jobs of ``GatewayActor`` on its own thread, with a poller of its own for what is read all
/// the time (see ``ReadPoller``).
///
/// A job enqueued on the loop thread costs no system call; one from another thread goes through a lock and
/// `uv_async_send`. Each turn runs the jobs that were there when it began, then lets IO happen, so that a job that keeps
/// yielding starves nothing. What was written during a turn is flushed once, just before the loop polls again
/// (see ``TurnEnd``).
package final class EventLoop: SerialExecutor, @unchecked Sendable {
  package static let shared = EventLoop()

  package let handle = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
  /// Where all readers on the loop read to: what is in it is good until the callback that got it returns.
  package let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
  /// What is done before each poll.
  package let turnEnd = TurnEnd()
  /// Who reads what comes through pipes and sockets.
  package let readPoller: ReadPoller
  private let wakeUp = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
  private let owner = ThreadIdentity()
  private let foreign = ForeignJobs()
  private var local: [UnownedJob] = []
  private var running: [UnownedJob] = []

  private init() {
    Self.must(uv_loop_init(handle))
    readPoller = ReadPoller(libuv: uv_backend_fd(handle))
    Self.must(uv_async_init(handle, wakeUp) { _ in EventLoop.shared.adoptForeignJobs() })
  }

  package func enqueue(_ job: consuming ExecutorJob) { take(UnownedJob(job)) }

  fileprivate func take(_ job: UnownedJob) {
    if owner.isCurrent {
      local.append(job)
    } else {
      foreign.append(job)
      uv_async_send(wakeUp)
    }
  }

  private func adoptForeignJobs() { local += foreign.takeAll() }

  private func runJobs() {
    guard !local.isEmpty else { return }
    swap(&local, &running)
    for job in running { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    running.removeAll(keepingCapacity: true)
  }

  /// Nanoseconds of a monotonic clock, as of now: for how long something takes within a turn.
  package static var nanoseconds: UInt64 { uv_hrtime() }

  /// Whether the caller is on the loop thread.
  var isCurrent: Bool { owner.isCurrent }

  /// Whether the caller is on the loop thread, also in a callback of a C library, of which Swift knows no task.
  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  package func checkIsolated() { precondition(isCurrent, "not on the loop thread") }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// Makes the calling thread the loop thread, before anything isolated runs on it.
  package func adoptCurrentThread() { owner.adoptCurrent() }

  /// Runs on the loop what Swift would run on its thread pool, so that the process keeps to one thread.
  ///
  /// That is not only what belongs to no actor: whoever waited for a continuation, or for another task, is resumed on the
  /// pool and goes from there to its actor, which wakes two threads. Here it resumes where it belongs, since every job runs
  /// on the loop's own executor. Nothing in the process may block, which holds for the actor in any case.
  package func replacePool() { junction_replace_pool() }

  /// Runs the loop on the calling thread for ever: the main thread in the product.
  package func run() -> Never {
    adoptCurrentThread()
    GatewayActor.assumeIsolated { () -> Never in
      while true { turn() }
    }
  }

  @GatewayActor
  private func turn() {
    runJobs()
    turnEnd.run()
    uv_update_time(handle)
    let wait = local.isEmpty ? junction_backend_timeout(handle) : 0
    readPoller.wait(milliseconds: wait)
    uv_update_time(handle)
    if readPoller.callReaders() || wait == 0 { uv_run(handle, UV_RUN_NOWAIT) }
  }

  private static func must(_ status: Int32) {
    precondition(status == 0, "libuv could not set up the event loop: \(String(cString: uv_strerror(status)))")
  }
}

/// A job as the runtime hands it over is the pointer that `UnownedJob` wraps.
@_cdecl("junction_take_job")
func takeJob(_ job: UnsafeMutableRawPointer) { EventLoop.shared.take(unsafeBitCast(job, to: UnownedJob.self)) }
