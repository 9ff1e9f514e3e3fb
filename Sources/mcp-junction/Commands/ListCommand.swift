import Configuration
import EventLoop
import Gateway
import MCP
import Platform

/// `list`, `--list`: prints what there is, as a running gateway has it; else starts every server and waits for each to be
/// ready or to fail.
@GatewayActor
struct ListCommand {
  nonisolated static let row = Command(
    "list", summary: "Show the servers, their state and their tools.",
    arguments: [
      .init(
        name: "SERVER", complaint: nil, effect: "Only these servers; all without one.", repeats: true, offer: .servers)
    ],
    options: [.json, CommandSession.fresh],
    examples: [
      .init(line: "list", effect: "Show every server, and the tools that clients see."),
      .init(line: "list time --json", effect: "One server alone, for a program."),
    ]
  ) { context in
    await run(context)
  }

  nonisolated static let option = Command(
    "--list", summary: "The same as 'list'.", options: [.json, CommandSession.fresh],
    examples: [.init(line: "--list", effect: "Show every server, and the tools that clients see.")]
  ) { context in await run(context) }

  private static func run(_ context: CommandContext) async -> ExitStatus {
    let names = context.invocation.arguments
    guard let configuration = await ConfigurationLoading.loadOnce(in: context.surroundings, context.console) else {
      return .unusable
    }
    let known = configuration.servers.map(\.name)
    if let name = names.first(where: { !known.contains($0) }) {
      let cure = NearestName.of(name, among: known).map { "did you mean '\($0)'?" }
      context.complain(
        .noSuchServer, "no server is called '\(name)'; \(cure ?? "there are \(known.joined(separator: ", "))")")
      return .noSuchName
    }
    if !context.invocation.has(CommandSession.fresh), let status = await listRunning(names, configuration, context) {
      return status
    }
    let needed = names.isEmpty ? configuration : configuration.narrowed(toServers: names)
    return await Assembly.run(context, level: .error, narrowed: needed) { assembly in
      await ListCommand(assembly, context.console, isForProgram: context.invocation.has(.json)).run()
    }
  }

  /// Prints what a gateway says that runs on the same file; nil when there is none.
  private static func listRunning(
    _ names: [String], _ configuration: Configuration, _ context: CommandContext
  ) async -> ExitStatus? {
    let columns = Terminal.columns(context.console.streams.output)
    let gateways = RunningGateways(on: configuration.path, in: context.surroundings)
    let replies = await gateways.ask(.report(servers: names, columns: columns))
    guard let reply = replies.first(where: { $0.answer != nil }), let answer = reply.answer else { return nil }
    if context.invocation.has(.json) {
      context.console.say(json: answer.json)
    } else {
      context.note(
        "as the gateway \(reply.file.process) has them, which runs on this file; --fresh starts them anew")
      context.console.say(shown: answer.text)
    }
    return answer.isGood ? .good : .failed
  }

  private let assembly: Assembly
  private let console: Console
  private let isForProgram: Bool

  init(_ assembly: Assembly, _ console: Console, isForProgram: Bool) {
    self.assembly = assembly
    self.console = console
    self.isForProgram = isForProgram
  }

  func run() async -> ExitStatus {
    let manager = assembly.manager
    let servers = Task { @GatewayActor in await manager.run() }
    manager.declareNothing()
    manager.upstream.wakeSleepers(known: true)
    let progress = Terminal.isTerminal(2) ? Task { @GatewayActor in await showProgress() } : nil
    await Gate.any(manager.settled, assembly.stopped).wait()
    if !assembly.stopped.isOpen { await manager.upstream.whenAwake() }
    progress?.cancel()
    await progress?.value
    await manager.whenMerged()
    let wasStopped = assembly.stopped.isOpen
    let report = ServerReport(of: manager)
    if !wasStopped {
      if isForProgram {
        console.say(json: report.json)
      } else {
        console.say(report.text(columns: Terminal.columns(console.streams.output)))
      }
    }
    await assembly.end(urgent: wasStopped)
    await servers.value
    if wasStopped { return .interrupted }
    return report.allReady ? .good : .failed
  }

  /// Shows on one line, written again and again, how far the servers are.
  private func showProgress() async {
    while !Task.isCancelled {
      let servers = assembly.manager.servers
      let waiting = servers.filter { !$0.isSettled }
      let names = waiting.prefix(4).map { "\($0.name) (\($0.stateText))" }.joined(separator: ", ")
      let line = "\(servers.count - waiting.count) of \(servers.count) servers settled; waiting for \(names)"
      console.show("\r\u{1B}[K" + String(ShownText.line(line).prefix((Terminal.columns(2) ?? 80) - 1)))
      await LoopClock.loop.sleep(milliseconds: 100)
    }
    console.show("\r\u{1B}[K")
  }
}
