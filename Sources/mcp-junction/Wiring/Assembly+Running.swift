import Configuration
import EventLoop
import Gateway
import Platform

extension Assembly {
  /// Puts a gateway together and runs a command with it. Returns the command's status, or why there is no gateway, which
  /// was said then.
  ///
  /// - Parameters:
  ///   - context: what the command was given.
  ///   - level: what is logged when neither the command line nor the configuration decides; nil when the configuration
  ///     does. The commands that a person types say in their results what went wrong; only serving has nothing else to
  ///     say it with.
  ///   - servesAnyway: whether no mistake in the configuration is reason enough to end.
  ///   - narrowed: what the command needs of a configuration that it has read itself; nil to have it read.
  ///   - body: the command itself.
  static func run(
    _ context: CommandContext, level: LogLevel?, servesAnyway: Bool = false,
    narrowed: Configuration? = nil,
    _ body: @GatewayActor (Assembly) async -> ExitStatus
  ) async -> ExitStatus {
    let console = context.console
    let supervisor = Supervisor()
    do throws(PlatformError) {
      // Before the configuration is read, which takes as long as the supervisor needs to come up.
      try supervisor.start(
        executable: OwnProcess.image(), openFiles: ResourceLimits.raiseOpenFiles(),
        runtimeDirectory: context.surroundings.runtimeDirectory)
    } catch {
      console.complain(.system, "\(error)")
      return .unusable
    }
    let sources = SourceFiles()
    let values = ValueSources(in: context.surroundings, below: supervisor)
    var loaded = narrowed
    if servesAnyway {
      loaded = await ConfigurationLoading.begin(in: context.surroundings, values, noting: sources)
    } else if narrowed == nil {
      loaded = await ConfigurationLoading.load(in: context.surroundings, console, values)
    }
    guard let configuration = loaded, !isNested(configuration, context) else {
      await supervisor.shutDown(urgent: true)
      return .unusable
    }
    return await body(
      Assembly(
        configuration, from: sources, values, context.surroundings, console, supervisor,
        level: context.invocation.logLevel ?? level ?? configuration.settings.logLevel, isServing: servesAnyway))
  }

  /// Whether this gateway is the third below itself on one file: a server of the file leads back to it.
  private static func isNested(_ configuration: Configuration, _ context: CommandContext) -> Bool {
    let path = (try? FileSystem.realPath(configuration.path)) ?? configuration.path
    let marker = context.surroundings.environment[ProcessMarker.variable]
    guard ProcessMarker.depth(of: path, in: marker) >= 2 else { return false }
    context.console.complain(
      .nested,
      "this is the third gateway inside each other on \(configuration.path): a server in it "
        + "starts the gateway on the same file. Remove that server, or give it another configuration.")
    return true
  }
}
