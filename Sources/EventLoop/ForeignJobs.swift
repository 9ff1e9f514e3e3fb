import CLibUV

/// Jobs that other threads have enqueued and the loop thread has not taken yet.
///
/// The lock is a `uv_mutex_t`: the thread sanitizer does not see `Synchronization.Mutex`.
final class ForeignJobs: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<uv_mutex_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []

  init() {
    let status = uv_mutex_init(lock)
    precondition(status == 0, "libuv could not make a mutex")
  }

  func append(_ job: UnownedJob) {
    uv_mutex_lock(lock)
    jobs.append(job)
    uv_mutex_unlock(lock)
  }

  func takeAll() -> [UnownedJob] {
    uv_mutex_lock(lock)
    defer { uv_mutex_unlock(lock) }
    let taken = jobs
    jobs = []
    return taken
  }
}
