import EventLoop
import MCP

/// Something that the client's model can have done.
struct Tool: Sendable {
  let name: String
  let title: String
  let description: String
  var parameters: [Parameter] = []
  /// The schema of the structured part of its results.
  var outputSchema: JSON?
  /// Whether it changes nothing, as a hint to the client.
  var isReadOnly = true
  /// Whether it may be called as a task.
  var canBeTask = false
  /// The first revision that has what the tool shows; older clients do not see it.
  var since = Revision.november2024
  let run: @GatewayActor @Sendable (ToolCall) async throws(ToolInterruption) -> ToolResult

  static let builtIn: [Tool] = plain + slow + asking + changing

  static let builtInNames: Set<String> = Set(builtIn.map(\.name))

  /// What the tool `add_tool` adds.
  static func added(_ name: String) -> Tool {
    Tool(name: name, title: name, description: "Added by the tool 'add_tool'") { _ in .text("\(name) was added") }
  }

  /// The tool as a list shows it.
  func json(_ revision: Revision) -> JSON {
    var json: JSON = ["name": .string(name)]
    if revision >= .june2025 { json["title"] = .string(title) }
    json["description"] = .string(description)
    json["inputSchema"] = inputSchema
    if revision >= .june2025 { json["outputSchema"] = outputSchema }
    if revision >= .march2025 {
      json["annotations"] = ["title": .string(title), "readOnlyHint": .boolean(isReadOnly), "openWorldHint": false]
    }
    if revision >= .november2025, canBeTask { json["execution"] = ["taskSupport": "optional"] }
    return json
  }

  private var inputSchema: JSON {
    var schema: JSON = [
      "type": "object",
      "properties": .object(parameters.map { JSON.Member(key: $0.name, value: $0.schema) }),
    ]
    let required = parameters.filter(\.isRequired).map(\.name)
    if !required.isEmpty { schema["required"] = .strings(required) }
    return schema
  }

  /// Runs the tool. Returns nil when it was cancelled.
  @GatewayActor
  func outcome(of call: ToolCall) async -> Result<JSON, ProtocolError>? {
    do throws(ToolInterruption) {
      return .success(try await run(call).json(call.client.revision))
    } catch {
      switch error {
      case .failed: return .success(ToolResult(error).json(call.client.revision))
      case .refused(let error): return .failure(error)
      case .cancelled: return nil
      }
    }
  }
}
