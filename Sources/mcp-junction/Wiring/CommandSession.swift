import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// A session in which a command asks servers something: at a gateway that runs on the same configuration, which has them
/// ready, else at one of its own, which starts those that the command needs.
@GatewayActor
struct CommandSession {
  nonisolated static let fresh = CommandOption(
    "--fresh", "Start the servers anew, even if a gateway is running that has them.")

  let client: OwnClient
  /// Asks the gateway itself something; nil when it has ended, or cannot answer.
  let ask: @GatewayActor (ControlProtocol.Question) async -> ControlProtocol.Answer?

  /// Returns what the servers offer.
  func report() async -> ServerDirectory? {
    await ask(.report(servers: [], columns: nil)).flatMap { ServerDirectory(json: $0.json) }
  }

  /// Opens a session and runs a command in it. Returns its status, or why there is no session, which was said then.
  ///
  /// - Parameters:
  ///   - context: what the command was given.
  ///   - configuration: what the command has read.
  ///   - needed: the part of it that the command needs, for a gateway of its own.
  ///   - capabilities: what the command can do as a client: an object.
  ///   - body: the command itself.
  static func run(
    _ context: CommandContext, _ configuration: Configuration, needing needed: Configuration,
    capabilities: String = "{}", _ body: @escaping @GatewayActor (CommandSession) async -> ExitStatus
  ) async -> ExitStatus {
    if !context.invocation.has(fresh) {
      let gateways = RunningGateways(on: configuration.path, in: context.surroundings)
      if let (gateway, port) = await gateways.visit() {
        return await visiting(gateway, port, capabilities, body)
      }
    }
    return await Assembly.run(context, level: .error, narrowed: needed) { assembly in
      await atOwnGateway(assembly, capabilities, body)
    }
  }

  private static func visiting(
    _ gateway: RunningGateways, _ port: StreamPort,
    _ capabilities: String, _ body: @GatewayActor (CommandSession) async -> ExitStatus
  ) async -> ExitStatus {
    // A merged list may be longer than any message of a server.
    port.frameLimit = .max
    let client = OwnClient(as: Program.identity) { port.output.append($0) }
    port.onEvent = { client.received($0) }
    port.onReadEnd = { client.ended() }
    port.onWriteEnd = { client.ended() }
    port.startReading()
    await client.open(capabilities: capabilities)
    let status = await body(
      CommandSession(client: client) { question in
        await gateway.ask(question).lazy.compactMap(\.answer).first
      })
    port.close()
    return status
  }

  private static func atOwnGateway(
    _ assembly: Assembly, _ capabilities: String,
    _ body: @escaping @GatewayActor (CommandSession) async -> ExitStatus
  ) async -> ExitStatus {
    let manager = assembly.manager
    let servers = Task { @GatewayActor in await manager.run() }
    let local = LocalClient(manager: manager)
    let work = Task { @GatewayActor in
      await local.open(capabilities: capabilities)
      await settle(assembly)
      return await body(
        CommandSession(client: local.client) { question in
          let text = ControlProtocol.answer(
            question, about: manager, configurationPath: manager.configuration.path, process: OwnProcess.id)
          return text.flatMap(Self.answer)
        })
    }
    let over = Gate()
    let watch = Task { @GatewayActor in
      _ = await work.value
      over.open()
    }
    await Gate.any(over, assembly.stopped).wait()
    let status = over.isOpen ? await work.value : .interrupted
    watch.cancel()
    await assembly.end(urgent: !over.isOpen)
    await servers.value
    return status
  }

  /// Lets the servers say what they have, for as long as a client would wait for it: what an earlier run has left of their
  /// lists is no proof of what is there.
  private static func settle(_ assembly: Assembly) async {
    let enough = Gate.any(assembly.manager.settled, assembly.stopped)
    let timer = LoopClock.loop.after(assembly.configuration.settings.initializeWait) { enough.open() }
    await enough.wait()
    timer.cancel()
    await assembly.manager.whenMerged()
  }

  private static func answer(_ text: String) -> ControlProtocol.Answer? {
    Array(text.utf8).withUnsafeBytes { bytes in
      if case .success(let frame) = Frame.parse(bytes) { ControlProtocol.Answer(frame) } else { nil }
    }
  }
}
