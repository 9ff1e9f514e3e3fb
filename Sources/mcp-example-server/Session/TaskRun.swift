import EventLoop

/// A task that is at work.
@GatewayActor
final class TaskRun {
  let work: Task<Void, Never>
  /// Opens when the task has ended, in whatever way.
  let ended = Gate()

  init(_ work: Task<Void, Never>) { self.work = work }
}
