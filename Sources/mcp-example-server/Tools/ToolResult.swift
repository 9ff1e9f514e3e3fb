import MCP

/// What a tool call is answered with.
struct ToolResult {
  private var content: [JSON]
  /// The same for programs, in the shape of the tool's output schema.
  var structured: JSON?
  private var isError = false

  init(content: [JSON]) { self.content = content }

  /// Tells the model that the tool failed, which is a result and no error of the protocol.
  init(_ interruption: ToolInterruption) {
    let reason =
      switch interruption {
      case .failed(let reason): reason
      case .refused(let error): error.message
      case .cancelled: "cancelled"
      }
    self.init(content: [Content.text(reason)])
    isError = true
  }

  static func text(_ text: String) -> ToolResult { ToolResult(content: [Content.text(text)]) }

  /// Structured content, and the same as text for clients that do not know it (2025-11-25, server/tools).
  static func structured(_ json: JSON) -> ToolResult {
    var result = text(json.text)
    result.structured = json
    return result
  }

  func json(_ revision: Revision) -> JSON {
    var json: JSON = ["content": .array(content)]
    if revision >= .june2025 { json["structuredContent"] = structured }
    if isError { json["isError"] = true }
    return json
  }
}
