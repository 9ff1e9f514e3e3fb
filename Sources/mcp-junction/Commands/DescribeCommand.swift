import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import TextEditing

/// `describe NAME`: prints everything that clients are told about a tool.
@GatewayActor
struct DescribeCommand {
  nonisolated static let row = Command(
    "describe", summary: "Show one tool: what it does, and which arguments it takes.",
    arguments: [
      .init(
        name: "NAME", complaint: "needs the name of a tool; 'list' shows them",
        effect: "The tool: server__tool, server/tool, or server tool.", offer: .tools),
      .init(name: "TOOL", complaint: nil, effect: "The tool's own name, behind its server's."),
    ],
    options: [.json, CommandSession.fresh],
    examples: [
      .init(line: "describe git/log", effect: "Show its description, its arguments and its hints."),
      .init(line: "describe git/log --json", effect: "Print the definition as clients get it."),
    ]
  ) { context in
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    let (target, _) = ToolTarget.read(context.invocation.arguments, servers: configuration.servers.map(\.name))
    let needed = target.narrowing(configuration)
    return await CommandSession.run(context, configuration, needing: needed) { session in
      await DescribeCommand(context, session).describe(target, configuration)
    }
  }

  private let context: CommandContext
  private let session: CommandSession

  init(_ context: CommandContext, _ session: CommandSession) {
    self.context = context
    self.session = session
  }

  private func describe(_ target: ToolTarget, _ configuration: Configuration) async -> ExitStatus {
    guard let list = await session.client.request(.toolsList, params: "{}"), let directory = await session.report()
    else {
      context.complain(.gatewayGone, "the gateway that was asked has ended")
      return .failed
    }
    let name = target.name(in: directory, configuration)
    guard let raw = Self.definition(of: name, in: list), let tool = try? DocumentNode(json: raw) else {
      let cure = target.nearest(in: directory).map { "did you mean '\($0)'?" } ?? "'list' shows them"
      context.complain(.noSuchTool, "no tool is called '\(target.text)'; \(cure)")
      return .noSuchName
    }
    if context.invocation.has(.json) {
      raw.withUnsafeBytes { context.console.say(json: $0) }
    } else {
      let server = directory.servers.first { $0.tools.contains { $0.name == name } }?.name
      context.console.say(shown: Self.text(of: tool, name: name, server: server, bytes: raw.count))
    }
    return .good
  }

  /// Returns the bytes of a tool's definition in an answer to `tools/list`.
  static func definition(of name: String, in list: Frame) -> [UInt8]? {
    guard let tools = list.range("tools", in: .result) else { return nil }
    var found: [UInt8]?
    JSONWalk.elements(of: list.bytes, in: tools) { range in
      let own = JSONWalk.member("name", of: list.bytes, in: range).flatMap { JSONText.string(list[$0]) }
      if own == name { found = Array(list[range]) }
      return found == nil
    }
    return found
  }

  /// Returns the schema of a tool's arguments.
  static func schema(of name: String, in list: Frame) -> DocumentNode? {
    definition(of: name, in: list).flatMap { try? DocumentNode(json: $0) }?.member("inputSchema")?.value
  }

  // MARK: - For a person

  private static func text(of tool: DocumentNode, name: String, server: String?, bytes: Int) -> String {
    var lines = [name]
    if let title = tool.member("title")?.value.text, title != name { lines[0] += "  \(title)" }
    if let server { lines.append("  of the server \(server), \(bytes) bytes for a model to read") }
    if let description = tool.member("description")?.value.text {
      lines.append("")
      lines += description.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
        WrappedText.lines(of: String($0), width: 76).map { "  \($0)" }
      }
    }
    lines += arguments(of: tool.member("inputSchema")?.value)
    lines += hints(of: tool.member("annotations")?.value)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func arguments(of schema: DocumentNode?) -> [String] {
    guard case .object(let properties)? = schema?.member("properties")?.value.content, !properties.isEmpty else {
      return ["", "Takes no arguments."]
    }
    var required: Set<String> = []
    if case .array(let names)? = schema?.member("required")?.value.content {
      required = Set(names.compactMap(\.text))
    }
    var lines = ["", "Arguments:"]
    for property in properties {
      let words = [ToolArguments.kindText(of: property.value), required.contains(property.key) ? "needed" : nil]
        .compactMap { $0 }
      lines.append("  \(property.key)" + (words.isEmpty ? "" : "  (\(words.joined(separator: ", ")))"))
      if let description = property.value.member("description")?.value.text {
        lines += WrappedText.lines(of: Self.oneLine(description), width: 74).map { "    \($0)" }
      }
    }
    return lines
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static let hintTexts = [
    ("readOnlyHint", "only reads", "changes things"), ("destructiveHint", "may destroy", "destroys nothing"),
    ("idempotentHint", "twice is as once", "twice is more than once"),
    ("openWorldHint", "reaches outside", "reaches nothing outside"),
  ]

  private static func hints(of annotations: DocumentNode?) -> [String] {
    let hints = hintTexts.compactMap { name, yes, no -> String? in
      switch annotations?.member(name)?.value.content {
      case .boolean(true): yes
      case .boolean(false): no
      default: nil
      }
    }
    return hints.isEmpty ? [] : ["", "It says of itself that it \(hints.joined(separator: ", "))."]
  }
}
