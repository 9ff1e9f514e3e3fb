import EventLoop
import MCP

/// One call of a tool, and what the tool can do with its client meanwhile.
@GatewayActor
struct ToolCall {
  let arguments: ToolArguments
  let client: ClientState
  let session: Session
  /// What the client wants progress to be reported under; nil when it does not care.
  let progressToken: JSON?
  /// The task that the call belongs to.
  var taskID: String?

  /// Reports progress, as long as the client wants to hear of it (2025-11-25, basic/utilities/progress).
  func report(_ progress: Int, of total: Int, _ message: String) {
    guard let progressToken else { return }
    var params: JSON = ["progressToken": progressToken, "progress": .integer(progress), "total": .integer(total)]
    if client.revision >= .march2025 { params["message"] = .string(message) }
    params["_meta"] = meta
    session.notify(.progress, params)
  }

  func log(_ level: LoggingLevel, _ data: JSON) { session.log(level, data, logger: "tools", meta: meta) }

  /// Waits; a call that is cancelled stops waiting at once.
  func wait(milliseconds: Int) async throws(ToolInterruption) {
    if milliseconds > 0 { await LoopClock.loop.sleep(milliseconds: UInt64(milliseconds)) }
    if Task.isCancelled { throw .cancelled }
  }

  /// Sends the client a request and returns its result. The task, if there is one, waits for input meanwhile.
  func ask(_ method: Method, _ params: JSON? = nil) async throws(ToolInterruption) -> JSON {
    guard let taskID else { return try await session.clientRequests.result(of: method, params) }
    var marked = params ?? [:]
    marked["_meta"] = RelatedTask.meta(taskID, adding: marked["_meta"])
    session.changeTask(taskID, to: .inputRequired, "Waiting for the client to answer \(method.rawValue)")
    let result = try await session.clientRequests.result(of: method, marked)
    session.changeTask(taskID, to: .working)
    return result
  }

  /// Fails unless the client has declared that it can do something.
  func require(_ isDeclared: Bool, _ capability: String) throws(ToolInterruption) {
    if !isDeclared { throw .failed("This client cannot do that: it did not declare the capability '\(capability)'.") }
  }

  private var meta: JSON? { taskID.map { RelatedTask.meta($0) } }
}
