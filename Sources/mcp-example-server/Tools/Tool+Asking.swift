import EventLoop
import MCP

/// Tools that turn to the client, its user or its model. They ask only for what the client has declared.
extension Tool {
  static let asking: [Tool] = [
    Tool(
      name: "ping", title: "Ping", description: "Measures how long the client takes to answer a ping"
    ) { call throws(ToolInterruption) in
      let start = LoopClock.loop.now()
      _ = try await call.ask(.ping)
      return .text("The client answered after \(LoopClock.loop.now().since(start)) ms.")
    },
    Tool(
      name: "roots", title: "Roots", description: "Lists the folders that the client works in"
    ) { call throws(ToolInterruption) in
      try call.require(call.client.capabilities.roots, "roots")
      return .text(try await call.ask(.rootsList).text)
    },
    Tool(
      name: "sample", title: "Sample", description: "Has the client's model answer a question",
      parameters: [
        Parameter("question", .string, "What the model is asked"),
        Parameter("max_tokens", .integer(1...100_000), "How long its answer may be", default: 200),
      ]
    ) { call throws(ToolInterruption) in
      try call.require(call.client.capabilities.sampling, "sampling")
      let question: JSON = ["role": "user", "content": Content.text(call.arguments.string("question"))]
      let answer = try await call.ask(
        .samplingCreateMessage,
        [
          "messages": [question], "systemPrompt": "Answer in one sentence.",
          "maxTokens": call.arguments.value("max_tokens"),
        ])
      return .text(answer.text)
    },
    Tool(
      name: "ask", title: "Ask", description: "Asks the user to fill in a form; can be called as a task",
      parameters: [Parameter("message", .string, "What the user reads", default: "Please introduce yourself.")],
      canBeTask: true, since: .june2025
    ) { call throws(ToolInterruption) in
      try call.require(call.client.capabilities.elicitationForm, "elicitation")
      var params: JSON = [
        "message": call.arguments.value("message"), "requestedSchema": form(call.client.revision),
      ]
      if call.client.revision >= .november2025 { params["mode"] = "form" }
      return .text(try await call.ask(.elicitationCreate, params).text)
    },
    Tool(
      name: "ask_url", title: "Ask by URL", description: "Asks the user to visit a page",
      parameters: [url], since: .november2025
    ) { call throws(ToolInterruption) in
      try call.require(call.client.capabilities.elicitationURL, "elicitation.url")
      let id = String(UInt64.random(in: .min ... .max), radix: 36)
      let answer = try await call.ask(.elicitationCreate, elicitation(id, call))
      // The page would tell the server that the user is done; here nothing is waited for.
      if answer["action"] == "accept" { call.session.notify(.elicitationComplete, ["elicitationId": .string(id)]) }
      return .text(answer.text)
    },
    Tool(
      name: "require_url", title: "Require a visit",
      description: "Answers with error -32042 until the user has visited a page, which is taken for done soon after",
      parameters: [url], since: .november2025
    ) { call throws(ToolInterruption) in
      try call.require(call.client.capabilities.elicitationURL, "elicitation.url")
      let page = call.arguments.string("url")
      if call.session.visitedPages.contains(page) { return .text("The user has visited \(page).") }
      let id = String(UInt64.random(in: .min ... .max), radix: 36)
      _ = LoopClock.loop.after(200) { [session = call.session] in
        session.visitedPages.insert(page)
        session.notify(.elicitationComplete, ["elicitationId": .string(id)])
      }
      throw .refused(.pageRequired(elicitation(id, call)))
    },
  ]

  private static let url = Parameter("url", .string, "The page", default: "https://example.com/")

  @GatewayActor
  private static func elicitation(_ id: String, _ call: ToolCall) -> JSON {
    [
      "mode": "url", "message": "Please visit this page.", "elicitationId": .string(id),
      "url": call.arguments.value("url"),
    ]
  }

  /// A form with every kind of field that the revision has.
  private static func form(_ revision: Revision) -> JSON {
    var fields: JSON = [
      "name": ["type": "string", "title": "Name", "minLength": 1],
      "email": ["type": "string", "title": "E-mail", "format": "email"],
      "age": ["type": "integer", "title": "Age", "minimum": 0, "maximum": 150],
      "subscribe": ["type": "boolean", "title": "Subscribe", "default": false],
    ]
    if revision >= .november2025 {
      fields["color"] = [
        "type": "string", "title": "Favourite colour",
        "oneOf": [["const": "r", "title": "Red"], ["const": "g", "title": "Green"]],
      ]
      fields["languages"] = [
        "type": "array", "title": "Languages", "items": ["type": "string", "enum": ["Swift", "C", "Python"]],
      ]
    } else {
      fields["color"] = [
        "type": "string", "title": "Favourite colour", "enum": ["r", "g"], "enumNames": ["Red", "Green"],
      ]
    }
    return ["type": "object", "properties": fields, "required": ["name"]]
  }
}
