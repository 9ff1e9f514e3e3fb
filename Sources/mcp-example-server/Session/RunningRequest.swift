import EventLoop

/// A request of the client that takes time. It is answered once; what comes later is dropped.
@GatewayActor
final class RunningRequest {
  private var answer: (@GatewayActor (Result<JSON, ProtocolError>?) -> Void)?
  private var work: Task<Void, Never>?

  init(_ answer: @escaping @GatewayActor (Result<JSON, ProtocolError>?) -> Void) { self.answer = answer }

  /// Works on the request. `work` returns nil when it was interrupted.
  func start(_ work: @escaping @GatewayActor @Sendable () async -> Result<JSON, ProtocolError>?) {
    self.work = Task { @GatewayActor in finish(await work()) }
  }

  func finish(_ outcome: Result<JSON, ProtocolError>?) {
    let answer = answer
    self.answer = nil
    answer?(outcome)
  }

  /// Stops the work. A cancelled request gets no answer (2025-11-25, basic/utilities/cancellation).
  func cancel() {
    finish(nil)
    interrupt()
  }

  /// Stops the work where it waits; work that does not wait is still answered.
  func interrupt() { work?.cancel() }
}
