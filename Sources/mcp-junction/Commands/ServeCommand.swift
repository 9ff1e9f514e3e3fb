import Configuration
import EventLoop
import Gateway
import Platform

/// Serves the client on the standard streams.
@GatewayActor
struct ServeCommand {
  nonisolated static let row = Command(
    summary: "Serve an MCP client; on a terminal, say where things stand.",
    options: [drain, profile]
  ) { context in
    let streams = context.console.streams
    if Terminal.isTerminal(streams.input), Terminal.isTerminal(streams.output), context.invocation.options.isEmpty {
      return Standing(context).show()
    }
    return await serve(context)
  }

  nonisolated static let word = Command(
    "serve", summary: "Serve the MCP client on standard input and output.", options: [drain, profile],
    examples: [.init(line: "serve --drain", effect: "And wait for all calls in flight when the input ends.")]
  ) { context in await serve(context) }

  private static func serve(_ context: CommandContext) async -> ExitStatus {
    await Assembly.run(context, level: nil, servesAnyway: true) { assembly in
      await ServeCommand(assembly, context.console, context.invocation).run()
    }
  }

  private nonisolated static let profile = CommandOption(
    "--profile", value: .text(placeholder: "NAME"),
    "Show the client what this profile of the configuration says, whatever it calls itself.")
  private nonisolated static let drain = CommandOption(
    "--drain", "After the end of input, wait for all calls in flight.")

  private let assembly: Assembly
  private let console: Console
  private let drains: Bool
  private let profile: String?

  init(_ assembly: Assembly, _ console: Console, _ invocation: Invocation) {
    self.assembly = assembly
    self.console = console
    drains = invocation.has(Self.drain)
    profile = invocation.value(of: Self.profile)
  }

  func run() async -> ExitStatus {
    let port: StreamPort
    do throws(PlatformError) {
      port = try StreamPort(
        reading: console.streams.input, writing: console.streams.output,
        frameLimit: assembly.configuration.settings.maxFrame)
    } catch {
      console.complain(.system, "\(error)")
      await assembly.endSupervisor(urgent: true)
      return .unusable
    }
    port.unreadLimit = assembly.configuration.settings.unreadLimit
    let session = assembly.manager.open(Transport(port), profile: profile)
    if let profile, !assembly.configuration.settings.profiles.contains(where: { $0.name == profile }) {
      assembly.log(
        .error, "profile_missing", ["profile": profile, "cure": "the client sees nothing until it is there"])
    }
    let metrics = MetricsFile(
      assembly.manager, log: assembly.log, runtimeDirectory: assembly.surroundings.runtimeDirectory)
    metrics.start()
    let watch = ConfigurationWatch(assembly)
    watch.start()
    let desk = ControlDesk(assembly, watch)
    desk.open()
    await Serving(manager: assembly.manager, session: session, stopped: assembly.stopped, drains: drains).run()
    watch.stop()
    desk.close()
    metrics.stop()
    await assembly.endSupervisor(urgent: true)
    // A client that has gone is the usual end.
    guard let failure = port.writeFailure, !failure.isReaderGone else { return .good }
    return console.reportUnusableOutput(failure)
  }
}
