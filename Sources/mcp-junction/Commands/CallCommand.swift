import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform
import TextEditing

/// `call NAME [ARGUMENT…]`: calls one merged tool and prints what it says.
@GatewayActor
struct CallCommand {
  nonisolated static let row = Command(
    "call", summary: "Call one tool.",
    arguments: [
      .init(
        name: "NAME", complaint: "needs the name of a tool; 'list' shows them",
        effect: "The tool: server__tool, server/tool, or server tool.", offer: .tools),
      .init(
        name: "ARGUMENT", complaint: nil,
        effect:
          "key=value for each, checked against the tool's schema; or all as one object of JSON, @FILE, or '-' for standard input.",
        repeats: true, offer: .files),
    ],
    options: [.json, AnswerPrinter.output, CommandSession.fresh],
    examples: [
      .init(line: "call time__now", effect: "Call a tool that needs no arguments."),
      .init(line: "call git log limit=3 path=src", effect: "Call one with arguments, and print what it says."),
      .init(line: "call git__log '{\"limit\": 3}'", effect: "The same as JSON."),
      .init(line: "call shop__photo -o photo.png", effect: "Save the image, sound or other bytes of a result."),
      .init(line: "call --json git/log @arguments.json", effect: "Print the result as it came."),
    ]
  ) { context in
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    let (target, words) = ToolTarget.read(
      context.invocation.arguments, servers: configuration.servers.map(\.name))
    let reading = ArgumentReading(context, limit: configuration.settings.maxFrame)
    guard let arguments = await reading.arguments(words) else { return .unusable }
    let needed = target.narrowing(configuration)
    let dialogue = CallDialogue(context)
    return await CommandSession.run(
      context, configuration, needing: needed, capabilities: dialogue == nil ? "{}" : CallDialogue.capabilities
    ) { session in
      let candidates = Set(needed.servers.map(\.name))
      return await CallCommand(context, session, dialogue, target, configuration, candidates).call(arguments)
    }
  }

  private let context: CommandContext
  private let session: CommandSession
  /// Nil where there is nobody to talk to.
  private let dialogue: CallDialogue?
  private let target: ToolTarget
  private let configuration: Configuration
  /// The servers that can have the tool.
  private let candidates: Set<String>

  init(
    _ context: CommandContext, _ session: CommandSession, _ dialogue: CallDialogue?, _ target: ToolTarget,
    _ configuration: Configuration, _ candidates: Set<String>
  ) {
    self.context = context
    self.session = session
    self.dialogue = dialogue
    self.target = target
    self.configuration = configuration
    self.candidates = candidates
  }

  private func call(_ arguments: ToolArguments) async -> ExitStatus {
    // What a person types is called only when it is listed: a slip must not reach a server that takes any name.
    let list = await session.client.request(.toolsList, params: "{}")
    guard let directory = await session.report() else {
      context.complain(.gatewayGone, "the gateway that was asked has ended; nothing was called")
      return .notSent
    }
    let name = target.name(in: directory, configuration)
    if directory.areReady(candidates), !directory.tools.contains(where: { $0.name == name }) {
      return refuseName(directory)
    }
    guard let object = await object(arguments, schema: list.flatMap { DescribeCommand.schema(of: name, in: $0) }) else {
      return .unusable
    }
    let meta = dialogue == nil ? "" : ",\"_meta\":{\"progressToken\":\"call\"}"
    let params = "{\"name\":\(JSONText.quote(name)),\"arguments\":\(object)\(meta)}"
    dialogue?.attach(to: session.client)
    defer { dialogue?.clear() }
    guard let answer = await session.client.request(.toolsCall, params: params) else { return lost() }
    return await show(answer, to: name)
  }

  /// Returns the arguments as an object of JSON, with what the person types where some are missing; nil after saying what is
  /// wrong with them.
  private func object(_ arguments: ToolArguments, schema: DocumentNode?) async -> String? {
    var pairs: [ToolArguments.Pair]
    switch arguments {
    case .json(let text): return text
    case .pairs(let typed): pairs = typed
    case .none, .standardInput, .file: pairs = []
    }
    if let dialogue, let schema {
      guard let completed = await dialogue.completed(pairs, schema: schema) else { return nil }
      pairs = completed
    }
    switch ToolArguments.object(pairs, schema: schema) {
    case .success(let text): return text
    case .failure(let problem):
      context.complain(.arguments, "\(problem)")
      return nil
    }
  }

  private func lost() -> ExitStatus {
    context.complain(.outcomeUnknown, "the gateway that was asked has ended; what became of the call is unknown")
    return .outcomeUnknown
  }

  // MARK: - The answer

  private func show(_ frame: Frame, to name: String) async -> ExitStatus {
    let answer = ToolAnswer(frame)
    dialogue?.clear()
    let printer = AnswerPrinter(context)
    printer.printBody(of: frame)
    switch answer.outcome {
    case .refused(let code, let message): return await refused(code: code, message, name)
    case .notSent, .unknown:
      let complaint: Complaint = answer.outcome == .notSent ? .notSent : .outcomeUnknown
      for text in answer.texts { context.complain(complaint, text) }
      return answer.outcome == .notSent ? .notSent : .outcomeUnknown
    case .good, .toolFailed:
      let isSaved = printer.print(answer.blocks)
      return answer.outcome == .toolFailed || !isSaved ? .failed : .good
    }
  }

  /// Says why there is no result: no tool has the name, the server that may have it is out, or the server refused.
  private func refused(code: String, _ message: String, _ name: String) async -> ExitStatus {
    guard code == "-32602", let directory = await session.report(),
      !directory.tools.contains(where: { $0.name == name })
    else {
      context.complain(.refused, message)
      return .failed
    }
    guard directory.areReady(candidates) else {
      context.complain(.notSent, message)
      return .notSent
    }
    return refuseName(directory)
  }

  private func refuseName(_ directory: ServerDirectory) -> ExitStatus {
    let cure = target.nearest(in: directory).map { "did you mean '\($0)'?" } ?? "'list' shows them"
    context.complain(.noSuchTool, "no tool is called '\(target.text)'; \(cure)")
    return .noSuchName
  }
}
