import JSONRPC
import MCP

/// Edits of task ids, which clients know with the key of their server in front.
enum TaskIDs {
  /// Puts the server's key in front of a task id.
  static func wrap(_ range: Range<Int>, of frame: Frame, _ key: String, _ splicer: inout Splicer) {
    guard frame[range].first == UInt8(ascii: "\"") else { return }
    let start = range.lowerBound + 1
    splicer.replace(start..<start, with: TaskID.prefix(for: key))
  }

  /// Does so for the task that a message belongs to (2025-11-25, basic/utilities/tasks, related task metadata).
  static func wrapRelated(
    _ frame: Frame, in parent: Frame.Parent, _ key: @autoclosure () -> String, _ splicer: inout Splicer
  ) {
    guard let range = related(frame, in: parent) else { return }
    wrap(range, of: frame, key(), &splicer)
  }

  /// Takes the key off again in what the client answers or tells.
  static func unwrapRelated(_ frame: Frame, _ splicer: inout Splicer) {
    for parent in [Frame.Parent.resultMeta, .paramsMeta] {
      guard let range = related(frame, in: parent), let wrapped = TaskID.unwrap(frame[range]) else { continue }
      let start = range.lowerBound + 1
      splicer.replace(start..<(start + wrapped.length), with: "")
    }
  }

  private static func related(_ frame: Frame, in parent: Frame.Parent) -> Range<Int>? {
    frame.range("io.modelcontextprotocol/related-task", in: parent).flatMap {
      JSONWalk.member("taskId", of: frame.bytes, in: $0)
    }
  }

  /// Where the answer to a request about a task, or to a call that became one, says which task it is.
  static func range(in frame: Frame, _ method: Method, _ era: Era) -> Range<Int>? {
    switch method {
    case .toolsCall where era == .modern: frame.range("taskId", in: .result)
    case .toolsCall:
      frame.range("task", in: .result).flatMap { JSONWalk.member("taskId", of: frame.bytes, in: $0) }
    case .tasksGet, .tasksCancel: frame.range("taskId", in: .result)
    // The result of the tool itself, in which nothing is the protocol's but what stands under `_meta`.
    default: nil
    }
  }
}
