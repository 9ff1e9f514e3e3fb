import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP

/// `read URI`: prints a resource, or saves it.
@GatewayActor
enum ReadCommand {
  nonisolated static let row = Command(
    "read", summary: "Read one resource.",
    arguments: [
      .init(name: "URI", complaint: "needs the URI of a resource", effect: "The resource, as clients see it.")
    ],
    options: [.json, AnswerPrinter.output, CommandSession.fresh],
    examples: [
      .init(line: "read junction://status", effect: "Print what the gateway itself has to read."),
      .init(line: "read file:///photo.png -o photo.png", effect: "Save its bytes."),
    ]
  ) { context in
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    return await CommandSession.run(context, configuration, needing: configuration) { session in
      await read(context.invocation.arguments[0], context, session)
    }
  }

  private static func read(_ uri: String, _ context: CommandContext, _ session: CommandSession) async -> ExitStatus {
    let params = "{\"uri\":\(JSONText.quote(uri))}"
    let printer = AnswerPrinter(context)
    guard let answer = await printer.answer(to: .resourcesRead, params: params, in: session) else { return .failed }
    return printer.print(ToolAnswer.contents(of: answer)) ? .good : .failed
  }
}
