import Configuration
import EventLoop
import JSONRPC
import MCP

/// Calls of the gateway's own tools, of clients that are shown those in the place of all others.
extension Router {
  /// Returns what a call asks for that a call carries, when a client of such a view has made it; nil for any other.
  static func carried(in frame: Frame, _ view: CatalogView) -> StoredFrame? {
    guard view.face == .search, let name = frame.range("name", in: .params),
      let tool = FaceTool.named(quoted: frame[name]), tool == .callReading || tool == .callChanging
    else { return nil }
    return CarriedCall(frame)?.frame(in: frame)
  }

  static func ownTool(_ frame: Frame, _ range: Range<Int>, _ era: Era, _ view: CatalogView) -> Route {
    guard let tool = FaceTool.named(quoted: frame[range]) else { return unknownName(frame[range], "tool") }
    switch tool {
    case .search:
      guard let query = argument("query", of: frame).flatMap({ JSONText.string($0) }) else {
        return .local(payload: ToolFinder.result(["\"query\" must be a string."], isError: true))
      }
      let limit = argument("limit", of: frame).flatMap { JSONText.unsigned($0) }.map { Int(clamping: $0) }
      return .local(payload: view.finder.search(query, limit: limit, absentees: view.absentees(for: nil)))
    case .describe:
      guard let name = argument("name", of: frame), let text = JSONText.string(name) else {
        return .local(payload: ToolFinder.result(["\"name\" must be a string."], isError: true))
      }
      return view.finder.describe(text).map { .local(payload: $0) } ?? unknownName(name, "tool")
    case .callReading, .callChanging: return call(with: tool, frame, era, view)
    }
  }

  private static func call(with tool: FaceTool, _ frame: Frame, _ era: Era, _ view: CatalogView) -> Route {
    guard let carried = CarriedCall(frame), let inner = carried.frame(in: frame),
      let range = inner.range("name", in: .params)
    else {
      return .local(
        payload: ToolFinder.result(["\"name\" must be a string, and \"arguments\" an object."], isError: true))
    }
    guard let target = view.listedTool(quoted: inner[range]), let server = view.server(of: target),
      server.showsAllTools || view.allows(target, of: server)
    else { return unknownName(inner[range], "tool") }
    let right = FaceTool.caller(isReadOnly: target.hints.isReadOnly)
    guard right == tool else {
      let words =
        right == .callReading
        ? "This tool says that it only reads: call it with \(right.name)."
        : "This tool may change something: call it with \(right.name)."
      return .local(payload: ToolFinder.result([words], isError: true))
    }
    return .carried(route(target, server, inner, range, era), inner)
  }

  private static func argument(_ name: StaticString, of frame: Frame) -> UnsafeRawBufferPointer? {
    frame.range("arguments", in: .params).flatMap { JSONWalk.member(name, of: frame.bytes, in: $0) }.map { frame[$0] }
  }
}
