import MCP

/// A text that a user can have written for the model.
struct Prompt: Sendable {
  struct Argument: Sendable {
    let name: String
    let description: String
    let isRequired: Bool
  }

  let name: String
  let title: String
  let description: String
  var arguments: [Argument] = []
  /// Returns the text, made with arguments that were checked before.
  let text: @Sendable (_ arguments: [String: String]) -> String

  static let builtIn: [Self] = [
    Prompt(
      name: "introduction", title: "Introduction", description: "Asks what this server can do",
      text: { _ in "What can the example server do, and which of its tools should I try first?" }),
    Prompt(
      name: "travel", title: "Travel plan", description: "Asks for a day in a city",
      arguments: [
        Argument(name: "country", description: "Where the city lies", isRequired: true),
        Argument(name: "city", description: "Depends on the country", isRequired: true),
        Argument(name: "mood", description: "How the day should be", isRequired: false),
      ],
      text: { "Plan a \($0["mood"] ?? "pleasant") day in \($0["city"] ?? ""), \($0["country"] ?? "")." }),
  ]

  static let builtInNames: Set<String> = Set(builtIn.map(\.name))

  /// What the tool `add_prompt` adds.
  static func added(_ name: String) -> Prompt {
    Prompt(
      name: name, title: name, description: "Added by the tool 'add_prompt'",
      text: { _ in "Say that \(name) was added." })
  }

  /// The prompt as a list shows it.
  func json(_ revision: Revision) -> JSON {
    var json: JSON = ["name": .string(name)]
    if revision >= .june2025 { json["title"] = .string(title) }
    json["description"] = .string(description)
    json["arguments"] = .array(
      arguments.map { argument in
        [
          "name": .string(argument.name), "description": .string(argument.description),
          "required": .boolean(argument.isRequired),
        ]
      })
    return json
  }

  /// The prompt's messages. All arguments of prompts are strings.
  func result(_ given: JSON) throws(ProtocolError) -> JSON {
    var values: [String: String] = [:]
    for argument in arguments {
      let value = given[argument.name]
      guard value?.string != nil || (value == nil && !argument.isRequired) else {
        throw .invalidParams("The prompt \(name) needs \"\(argument.name)\" as a string")
      }
      values[argument.name] = value?.string
    }
    let content: JSON = ["type": "text", "text": .string(text(values))]
    return ["description": .string(description), "messages": [["role": "user", "content": content]]]
  }
}
