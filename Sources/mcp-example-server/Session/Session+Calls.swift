import EventLoop
import MCP

extension Session {
  /// Starts a tool, in a task of the protocol where the client wants one.
  func startCall(_ id: JSON, _ params: JSON, _ answer: @escaping Answer) throws(ProtocolError) {
    let client = try greeted()
    guard let name = params["name"]?.string else { throw .invalidParams("\"name\" must be a string") }
    guard let tool = offers.tool(name), tool.since <= client.revision else {
      throw .invalidParams("Unknown tool: \(name)")
    }
    let asTask = client.revision >= .november2025 ? params["task"] : nil
    guard asTask == nil || tool.canBeTask else {
      throw ProtocolError(.methodNotFound, "The tool \(name) cannot be called as a task")
    }
    let arguments: ToolArguments
    do throws(ToolInterruption) {
      arguments = try ToolArguments(params["arguments"] ?? [:], of: tool)
    } catch {
      answer(Message.answer(try refusal(of: error, client.revision), id: id))
      return
    }
    let token = params["_meta"]?["progressToken"].flatMap { $0.isIdentifier ? $0 : nil }
    let call = ToolCall(arguments: arguments, client: client, session: self, progressToken: token)
    if let asTask {
      answer(Message.answer(.success(try startTask(tool, call, asTask)), id: id))
    } else {
      try begin(id, answer).start { await tool.outcome(of: call) }
    }
  }

  /// Arguments that do not fit are something that a model can correct: since 2025-11-25 it is told in a result.
  private func refusal(
    of interruption: ToolInterruption, _ revision: Revision
  ) throws(ProtocolError) -> Result<JSON, ProtocolError> {
    guard revision < .november2025, case .failed(let reason) = interruption else {
      return .success(ToolResult(interruption).json(revision))
    }
    throw .invalidParams(reason)
  }
}
