import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP

/// `prompt NAME [ARGUMENT…]`: prints the messages of a prompt.
@GatewayActor
enum PromptCommand {
  nonisolated static let row = Command(
    "prompt", summary: "Print the messages of one prompt.",
    arguments: [
      .init(
        name: "NAME", complaint: "needs the name of a prompt",
        effect: "The prompt: server__prompt, server/prompt, or server prompt.", offer: .servers),
      .init(name: "ARGUMENT", complaint: nil, effect: "key=value for each.", repeats: true),
    ],
    options: [.json, CommandSession.fresh],
    examples: [.init(line: "prompt review style language=swift", effect: "Print what a model would be told.")]
  ) { context in
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    let (target, words) = ToolTarget.read(context.invocation.arguments, servers: configuration.servers.map(\.name))
    let arguments: String
    switch ToolArguments.read(words) {
    case .success(.none): arguments = "{}"
    case .success(.pairs(let pairs)):
      // A prompt's arguments are texts.
      arguments =
        "{" + pairs.map { "\(JSONText.quote($0.key)):\(JSONText.quote($0.value))" }.joined(separator: ",") + "}"
    case .success(.json(let text)): arguments = text
    case .success(.file), .success(.standardInput):
      context.complain(.arguments, "a prompt takes its arguments as key=value or as one object of JSON")
      return .unusable
    case .failure(let problem):
      context.complain(.arguments, "\(problem)")
      return .unusable
    }
    let name = target.publicName(in: configuration)
    return await CommandSession.run(context, configuration, needing: target.narrowing(configuration)) { session in
      await get(name, arguments, context, session)
    }
  }

  private static func get(
    _ name: String, _ arguments: String, _ context: CommandContext, _ session: CommandSession
  ) async -> ExitStatus {
    let params = "{\"name\":\(JSONText.quote(name)),\"arguments\":\(arguments)}"
    let printer = AnswerPrinter(context)
    guard let answer = await printer.answer(to: .promptsGet, params: params, in: session) else { return .failed }
    var isPrinted = true
    for (role, block) in ToolAnswer.messages(of: answer) {
      isPrinted = printer.print([.text("\(role):"), block]) && isPrinted
    }
    return isPrinted ? .good : .failed
  }
}
