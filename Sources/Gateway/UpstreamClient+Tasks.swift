import Configuration
import JSONRPC
import MCP

extension UpstreamClient {
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
