import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP

/// `explain TOOL`: says where a tool comes from and everything that was done to it.
@GatewayActor
enum ExplainCommand {
  nonisolated static let row = Command(
    "explain", summary: "Say where a tool comes from, and what was done to it on the way to clients.",
    arguments: [
      .init(
        name: "NAME", complaint: "needs the name of a tool; 'list' shows them",
        effect: "The tool: server__tool, server/tool, server tool, or its own name alone.", offer: .tools),
      .init(name: "TOOL", complaint: nil, effect: "The tool's own name, behind its server's."),
    ],
    options: [.json, .profile, CommandSession.fresh],
    examples: [
      .init(line: "explain git__log", effect: "Its entry, its renames and filters, and how its server is."),
      .init(line: "explain git/push --profile review", effect: "Why clients of a profile do not see a tool."),
    ]
  ) { context in
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    let (target, _) = ToolTarget.read(context.invocation.arguments, servers: configuration.servers.map(\.name))
    return await CommandSession.run(context, configuration, needing: target.narrowing(configuration)) { session in
      await explain(target, context, session)
    }
  }

  private static func explain(
    _ target: ToolTarget, _ context: CommandContext, _ session: CommandSession
  ) async -> ExitStatus {
    // Servers that are just being started answer a list when they are there.
    _ = await session.client.request(.toolsList, params: "{}")
    let question = ControlProtocol.Question.explain(
      tool: target.text, profile: context.invocation.value(of: .profile))
    guard let answer = await session.ask(question) else {
      context.complain(.gatewayGone, "the gateway that was asked has ended")
      return .failed
    }
    guard answer.isGood else {
      let cure = await session.report().flatMap { target.nearest(in: $0) }.map { "did you mean '\($0)'?" }
      context.complain(.noSuchTool, "no tool is called '\(target.text)'; \(cure ?? "'list' shows them")")
      return .noSuchName
    }
    if context.invocation.has(.json) {
      context.console.say(json: answer.json)
    } else {
      context.console.say(shown: answer.text)
    }
    return .good
  }
}
