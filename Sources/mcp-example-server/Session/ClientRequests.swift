import EventLoop
import MCP

/// Requests that the server has sent to its client.
@GatewayActor
final class ClientRequests {
  private typealias Outcome = Result<JSON, ToolInterruption>

  private var waiting: [JSON: CheckedContinuation<Outcome, Never>] = [:]
  private var lastID = 0
  private var isClosed = false
  private let send: @GatewayActor (JSON) -> Void

  init(_ send: @escaping @GatewayActor (JSON) -> Void) { self.send = send }

  /// Sends a request and returns its result. When the calling task is cancelled, the request is withdrawn.
  func result(of method: Method, _ params: JSON?) async throws(ToolInterruption) -> JSON {
    guard !isClosed else { throw .failed("the client has left") }
    guard !Task.isCancelled else { throw .cancelled }
    lastID += 1
    let id = JSON.integer(lastID)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiting[id] = continuation
        send(Message.request(id: id, method.rawValue, params))
      }
    } onCancel: {
      Task { @GatewayActor in withdraw(id) }
    }
    return try outcome.get()
  }

  /// Takes the client's answer; one that is late or answers nothing is dropped.
  func answered(_ id: JSON, _ outcome: Result<JSON, ProtocolError>) {
    waiting.removeValue(forKey: id)?.resume(
      returning: outcome.mapError { .failed("the client answered with error \($0.code): \($0.message)") })
  }

  private func withdraw(_ id: JSON) {
    guard let continuation = waiting.removeValue(forKey: id) else { return }
    let params: JSON = ["requestId": id, "reason": "What it was needed for was cancelled"]
    send(Message.notification(Method.cancelled.rawValue, params))
    continuation.resume(returning: .failure(.cancelled))
  }

  /// Gives up all requests: nobody is left to answer.
  func close() {
    isClosed = true
    let continuations = waiting.values
    waiting = [:]
    for continuation in continuations { continuation.resume(returning: .failure(.failed("the client has left"))) }
  }
}
