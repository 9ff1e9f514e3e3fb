import Configuration
import EventLoop
import Gateway
import Platform

/// `restart SERVER` and `reload`: have the gateways that run on the configuration do something.
@GatewayActor
enum GatewayOrders {
  nonisolated static let restart = Command(
    "restart", summary: "End a server of running gateways and start it anew.",
    arguments: [
      .init(
        name: "SERVER", complaint: "needs the name of a server", effect: "The server's name in the configuration.",
        offer: .servers)
    ],
    examples: [.init(line: "restart git", effect: "Calls that it has not answered yet end with an error.")]
  ) { context in await order(.restart(server: context.invocation.arguments[0]), context) }

  nonisolated static let reload = Command(
    "reload", summary: "Have running gateways read the configuration again, as they do when it changes.",
    examples: [.init(line: "reload", effect: "Says what is wrong with it, if anything is.")]
  ) { context in await order(.reload, context) }

  private static func order(_ question: ControlProtocol.Question, _ context: CommandContext) async -> ExitStatus {
    guard let location = context.surroundings.configuration else {
      context.complain(.noConfiguration, "there is no configuration; give --config PATH")
      return .unusable
    }
    let path = context.surroundings.absolute(location.path)
    let replies = await RunningGateways(on: path, in: context.surroundings).ask(question)
    var isGood = true
    for reply in replies {
      switch reply.said {
      case .answer(let answer):
        isGood = isGood && answer.isGood
        context.console.say(shown: "gateway \(reply.file.process): \(answer.text)")
      case .refusal(let reason):
        isGood = false
        context.complain(.gatewayRefuses, "gateway \(reply.file.process): \(reason)")
      }
    }
    guard !replies.isEmpty else {
      context.complain(.noGateway, "no gateway is running on \(path)")
      return .unusable
    }
    return isGood ? .good : .failed
  }
}
