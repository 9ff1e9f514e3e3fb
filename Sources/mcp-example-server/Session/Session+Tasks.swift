import EventLoop
import MCP

extension Session {
  /// Starts a tool in the background and returns at once what its task is called (2025-11-25, basic/utilities/tasks).
  func startTask(_ tool: Tool, _ call: ToolCall, _ wishes: JSON) throws(ProtocolError) -> JSON {
    let id = Self.newTaskID()
    let entry = try tasks.create(id, lifetime: wishes["ttl"]?.integer, now: WallClock.milliseconds)
    var call = call
    call.taskID = id
    taskRuns[id] = TaskRun(
      Task { @GatewayActor [call] in
        let outcome = await tool.outcome(of: call)
        taskEnded(id, outcome)
      })
    _ = LoopClock.loop.after(UInt64(entry.lifetime)) { [weak self] in self?.forgetTask(id) }
    return ["task": entry.json]
  }

  /// Ids are not to be guessed: who knows one can read the task's result.
  private static func newTaskID() -> String {
    (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
  }

  private func taskEnded(_ id: String, _ outcome: Result<JSON, ProtocolError>?) {
    let now = WallClock.milliseconds
    announce(outcome.map { tasks.end(id, $0, now: now) } ?? tasks.cancel(id, now: now))
    closeRun(id)
  }

  private func closeRun(_ id: String) {
    taskRuns.removeValue(forKey: id)?.ended.open()
    noteIdle()
  }

  private func forgetTask(_ id: String) {
    tasks.forget(id)
    taskRuns[id]?.work.cancel()
    closeRun(id)
  }

  /// Says that a task waits for an answer of the client, or goes on.
  func changeTask(_ id: String, to status: TaskTable.Status, _ message: String? = nil) {
    announce(tasks.change(id, to: status, message, now: WallClock.milliseconds))
  }

  private func announce(_ entry: TaskTable.Entry?) {
    if let entry { notify(.tasksStatus, entry.json) }
  }

  // MARK: - Requests

  func task(_ params: JSON) throws(ProtocolError) -> TaskTable.Entry {
    guard let id = params["taskId"]?.string else { throw .invalidParams("\"taskId\" must be a string") }
    guard let entry = tasks[id] else { throw .invalidParams("Unknown task: \(id)") }
    return entry
  }

  func cancelTask(_ params: JSON) throws(ProtocolError) -> JSON {
    let id = try task(params).id
    guard let entry = tasks.cancel(id, now: WallClock.milliseconds) else {
      throw .invalidParams("The task has ended already")
    }
    taskRuns[id]?.work.cancel()
    closeRun(id)
    return entry.json
  }

  /// Answers `tasks/result` when the task has ended, with exactly what its request would have been answered with.
  func startTaskResult(_ id: JSON, _ params: JSON, _ answer: @escaping Answer) throws(ProtocolError) {
    guard try greeted().revision >= .november2025 else { throw .methodNotFound(Method.tasksResult.rawValue) }
    let taskID = try task(params).id
    let request = try begin(id, answer)
    guard let ended = taskRuns[taskID]?.ended else {
      request.finish(taskOutcome(taskID))
      return
    }
    ended.whenOpen { [weak self] in request.finish(self?.taskOutcome(taskID)) }
  }

  private func taskOutcome(_ id: String) -> Result<JSON, ProtocolError> {
    guard let outcome = tasks[id]?.outcome else { return .failure(.invalidParams("The task has expired: \(id)")) }
    return outcome.map { result in
      var result = result
      result["_meta"] = RelatedTask.meta(id, adding: result["_meta"])
      return result
    }
  }
}

/// The mark of every message that belongs to a task (2025-11-25, basic/utilities/tasks).
enum RelatedTask {
  /// Returns a message's `_meta` with the mark.
  static func meta(_ id: String, adding other: JSON? = nil) -> JSON {
    var meta = other ?? [:]
    meta["io.modelcontextprotocol/related-task"] = ["taskId": .string(id)]
    return meta
  }
}
