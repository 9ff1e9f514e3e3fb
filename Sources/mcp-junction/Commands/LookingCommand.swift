import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP

/// `search WORD…` and `tokens`: what the list of all tools holds, and what it costs.
@GatewayActor
enum LookingCommand {
  nonisolated static let search = Command(
    "search", summary: "Find tools by what they do.",
    arguments: [
      .init(name: "WORD", complaint: "needs words to search for", effect: "What it is to do.", repeats: true)
    ],
    options: [.json, .profile, CommandSession.fresh],
    examples: [.init(line: "search open pull requests", effect: "The tools that fit best, the best first.")]
  ) { context in
    let query = context.invocation.arguments.joined(separator: " ")
    return await look(.search(query: query, profile: context.invocation.value(of: .profile)), context) {
      context.complain(.noSuchTool, "no tool fits '\(query)'; try other words, such as what it is done to")
      return .noSuchName
    }
  }

  nonisolated static let tokens = Command(
    "tokens", summary: "Show what each server and each tool costs a model that is shown the list.",
    options: [.json, .profile, CommandSession.fresh],
    examples: [.init(line: "tokens", effect: "The dearest first, and what search instead of the list would cost.")]
  ) { context in
    await look(.costs(profile: context.invocation.value(of: .profile)), context) { .good }
  }

  private static func look(
    _ question: ControlProtocol.Question, _ context: CommandContext, nothing: @escaping @GatewayActor () -> ExitStatus
  ) async -> ExitStatus {
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    return await CommandSession.run(context, configuration, needing: configuration) { session in
      // The list is whole when servers that are coming have said what they have.
      _ = await session.client.request(.toolsList, params: "{}")
      guard let answer = await session.ask(question) else {
        context.complain(.gatewayGone, "the gateway that was asked has ended")
        return .failed
      }
      if context.invocation.has(.json) {
        context.console.say(json: answer.json)
      } else {
        context.console.say(shown: answer.text)
      }
      return answer.isGood ? .good : nothing()
    }
  }
}
