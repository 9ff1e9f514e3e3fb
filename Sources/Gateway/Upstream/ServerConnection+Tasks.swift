import Configuration
import JSONRPC
import MCP

extension ServerConnection {
  /// Returns the server's tasks as raw objects, each id with `key` in front, as many pages as the limits allow: those
  /// which `isOwned` says are wanted, by their wrapped ids.
  func readTasks(key: String, where isOwned: (String) -> Bool) async -> [String] {
    var tasks: [String] = []
    var cursor: String?
    var seen: Set<String> = []
    let limits = server.configuration.settings
    for _ in 0..<limits.maxPages {
      let params = cursor.map { "{\"cursor\":\($0)}" }
      guard
        case .success(let page) = await request(
          .tasksList, params: params, timeout: server.configuration.handshakeTimeout, phase: .listing),
        let range = page.range("tasks", in: .result)
      else { return tasks }
      JSONWalk.elements(of: page.bytes, in: range) { element in
        guard tasks.count < limits.maxItems else { return false }
        if let id = JSONWalk.member("taskId", of: page.bytes, in: element), let text = JSONText.string(page[id]),
          isOwned(TaskID.prefix(for: key) + text)
        {
          let head = String(decoding: page[element.lowerBound..<(id.lowerBound + 1)], as: UTF8.self)
          let tail = String(decoding: page[(id.lowerBound + 1)..<element.upperBound], as: UTF8.self)
          tasks.append(head + TaskID.prefix(for: key) + tail)
        }
        return true
      }
      guard let next = page.raw("nextCursor", in: .result), next.first == UInt8(ascii: "\"") else { return tasks }
      let raw = String(decoding: next, as: UTF8.self)
      guard seen.insert(raw).inserted else { return tasks }
      cursor = raw
    }
    return tasks
  }
}

/// Tools that run as tasks only, for clients that wait for a result (2025-11-25, basic/utilities/tasks).
extension ServerConnection {
  /// Whether a call of a tool that runs as a task only is made one here.
  func runsTools(asTasks call: Call) -> Bool {
    era == .legacy && call.task == nil && negotiated?.capabilities.tasksToolsCall == true
  }

  /// Waits for the result of the task that a call has become: `tasks/result` is answered when the task is over, by the
  /// tool's own result. Returns false when the call has become none.
  func awaitTask(_ frame: Frame, _ id: UInt64, _ call: Call) -> Bool {
    guard runsTools(asTasks: call), let task = frame.range("task", in: .result),
      let taskID = JSONWalk.member("taskId", of: frame.bytes, in: task), frame[taskID].first == UInt8(ascii: "\"")
    else { return false }
    call.task = Array(frame[taskID])
    if let token = call.progressToken { keepProgress(of: id, call, token: token) }
    exchange(call, for: .tasksResult, params: "{\"taskId\":\(String(decoding: frame[taskID], as: UTF8.self))}")
    return true
  }

  /// Has a task ended whose result nobody waits for any more.
  func endTask(of call: Call) {
    guard let task = call.task else { return }
    _ = begin(
      .tasksCancel, params: "{\"taskId\":\(String(decoding: task, as: UTF8.self))}",
      timeout: server.configuration.handshakeTimeout, phase: .call)
  }
}
