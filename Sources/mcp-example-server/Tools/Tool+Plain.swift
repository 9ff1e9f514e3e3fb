import EventLoop
import MCP

/// Tools that answer at once.
extension Tool {
  static let plain: [Tool] = [
    Tool(
      name: "echo", title: "Echo", description: "Says its message back",
      parameters: [Parameter("message", .string, "What to say")],
      outputSchema: schema(of: "message", ["type": "string"])
    ) { call in
      var result = ToolResult.text(call.arguments.string("message"))
      result.structured = ["message": call.arguments.value("message")]
      return result
    },
    Tool(
      name: "add", title: "Add", description: "Adds two numbers",
      parameters: [Parameter("a", .number, "The first number"), Parameter("b", .number, "The second number")],
      outputSchema: schema(of: "sum", ["type": "number"])
    ) { call throws(ToolInterruption) in
      .structured(["sum": try sum(call.arguments.value("a"), call.arguments.value("b"))])
    },
    Tool(
      name: "fail", title: "Fail", description: "Reports an error, as a result that the model can read",
      parameters: [Parameter("reason", .string, "What went wrong", default: "This tool always fails.")]
    ) { call throws(ToolInterruption) in
      throw .failed(call.arguments.string("reason"))
    },
    Tool(
      name: "content", title: "Content", description: "Answers with every kind of content that the revision has"
    ) { call in
      ToolResult(content: everyContent(call.client.revision))
    },
    Tool(
      name: "large", title: "Large", description: "Answers with a text of that many bytes",
      parameters: [Parameter("bytes", .integer(0...32 << 20), "How long the text is")]
    ) { call in
      .text(String(repeating: "x", count: call.arguments.integer("bytes")))
    },
    Tool(
      name: "log", title: "Log",
      description: "Sends one log message of each level, of which the client gets those it asked for",
      parameters: [Parameter("message", .string, "What to log", default: "Something happened")]
    ) { call in
      for level in LoggingLevel.allCases { call.log(level, call.arguments.value("message")) }
      return .text("Logged at \(LoggingLevel.allCases.count) levels.")
    },
  ]

  private static func schema(of member: String, _ schema: JSON) -> JSON {
    [
      "type": "object", "properties": .object([JSON.Member(key: member, value: schema)]),
      "required": [.string(member)],
    ]
  }

  /// Adds whole numbers exactly as long as they fit, and others as doubles.
  private static func sum(_ a: JSON, _ b: JSON) throws(ToolInterruption) -> JSON {
    if let a = a.integer, let b = b.integer {
      let (sum, overflow) = a.addingReportingOverflow(b)
      if !overflow { return .integer(sum) }
    }
    guard let a = a.double, let b = b.double, (a + b).isFinite else { throw .failed("The sum is too large") }
    return .number("\(a + b)")
  }

  private static func everyContent(_ revision: Revision) -> [JSON] {
    let greeting = Resource.builtIn[0]
    var text = Content.text("One block of each kind")
    text["annotations"] = ["audience": ["user"], "priority": 0.5]
    var content = [text, Content.image(Sample.picture, "image/png")]
    if revision >= .march2025 { content.append(Content.audio(Sample.sound, "audio/wav")) }
    if revision >= .june2025 { content.append(Content.link(to: greeting)) }
    content.append(Content.embedded(greeting))
    return content
  }
}
