import Configuration
import EventLoop
import Gateway
import MCP
import Platform

/// `--list`: starts every server, waits for each to be ready or to fail, and prints what there is.
@GatewayActor
struct ListCommand {
  nonisolated static let row = Command(
    "--list", summary: "Start the servers and show their state and their tools.", options: [.json],
    examples: [
      .init(line: "--list", effect: "Show every server, and the tools that clients see."),
      .init(line: "--list --json", effect: "The same for a program."),
    ]
  ) { context in
    await Assembly.run(context, level: .error) { assembly in
      await ListCommand(assembly, context.console, isForProgram: context.invocation.has(.json)).run()
    }
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
    manager.upstream.wakeSleepers()
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
