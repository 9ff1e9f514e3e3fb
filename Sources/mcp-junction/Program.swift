import Configuration
import EventLoop
import Gateway
import Platform

/// The command line: what was asked for, and how it ended.
@GatewayActor
enum Program {
  static let identity = Identity(name: "mcp-junction", version: "0.1.0")

  /// Starts what the arguments ask for; the process exits from there.
  static func begin(_ arguments: [String], _ streams: StandardStreams) {
    SignalSource.ignoreBrokenPipes()
    let console: Console
    do throws(PlatformError) {
      console = try Console(streams)
    } catch {
      OwnProcess.exit(Status.unusable)
    }
    Task { @GatewayActor in
      let status = await run(arguments, console)
      OwnProcess.exit(await console.finish(status))
    }
  }

  private static func run(_ words: [String], _ console: Console) async -> Int32 {
    let arguments: Arguments
    switch Arguments.parse(words) {
    case .failure(let problem):
      console.complain("\(identity.name): \(problem)")
      return Status.unusable
    case .success(let parsed): arguments = parsed
    }
    switch arguments.mode {
    case .help: return console.say(Arguments.help)
    case .version: return console.say("\(identity.name) \(identity.version)\n")
    case .printSchema: return console.say(ConfigurationSchema.text)
    case .checkConfiguration: return ConfigurationLoading.check(arguments, console)
    case .status:
      return await StatusCommand(
        console, configurationPath: arguments.configurationPath, isForProgram: arguments.json
      ).run()
    case .serve, .list, .call: break
    }
    let supervisor = Supervisor()
    do throws(PlatformError) {
      // Before the configuration is read, which takes as long as the supervisor needs to come up.
      try supervisor.start(executable: OwnProcess.image(), openFiles: ResourceLimits.raiseOpenFiles())
    } catch {
      console.complain("\(identity.name): \(error)")
      return Status.unusable
    }
    guard let configuration = ConfigurationLoading.load(arguments, console), !isNested(configuration, console) else {
      await supervisor.shutDown(urgent: true)
      return Status.unusable
    }
    let assembly = Assembly(configuration, arguments, console, supervisor)
    switch arguments.mode {
    case .list: return await ListCommand(assembly, console, isForProgram: arguments.json).run()
    case .call(let name, let source):
      return await CallCommand(assembly, console, name: name, source: source, isForProgram: arguments.json).run()
    default: return await ServeCommand(assembly, console, drains: arguments.drain).run()
    }
  }

  /// Whether this gateway is the third below itself on one file: a server of the file leads back to it.
  private static func isNested(_ configuration: Configuration, _ console: Console) -> Bool {
    let path = (try? FileSystem.realPath(configuration.path)) ?? configuration.path
    guard ProcessMarker.depth(of: path, in: Environment[ProcessMarker.variable]) >= 2 else { return false }
    console.complain(
      "\(identity.name): this is the third gateway inside each other on \(configuration.path): a server in it starts the "
        + "gateway on the same file. Remove that server, or give it another configuration.")
    return true
  }
}

/// Exit statuses.
enum Status {
  static let good: Int32 = 0
  /// A server failed, or a tool said that it did.
  static let failed: Int32 = 1
  /// Our own error: the command line, the configuration, or the call could not be made.
  static let unusable: Int32 = 2
  /// Stopped by a signal, as shells number SIGINT.
  static let interrupted: Int32 = 130
}
