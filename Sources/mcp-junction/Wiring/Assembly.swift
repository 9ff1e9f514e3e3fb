import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform
import Remote

/// The parts of a gateway, put together once per process.
@GatewayActor
struct Assembly {
  let configuration: Configuration
  /// What the configuration was read from.
  let sources: SourceFiles
  let surroundings: Surroundings
  let manager: ServerManager
  let supervisor: Supervisor
  let log: Log
  /// What the configuration's references stand for.
  let values: ValueSources
  /// What is blotted out of everything that is said.
  let secrets: KnownSecrets
  /// Opens when the process is asked to stop.
  let stopped = Gate()
  private let facts: FactFiles
  /// What is kept of the log; nil where nobody is served.
  private let files: LogFiles?
  private let signals: [SignalSource]

  /// The supervisor is one that was started. Whoever serves keeps what is logged, and takes the signal to
  /// reload itself.
  init(
    _ configuration: Configuration, from sources: SourceFiles, _ values: ValueSources, _ surroundings: Surroundings,
    _ console: Console, _ supervisor: Supervisor, level: LogLevel, isServing: Bool
  ) {
    self.configuration = configuration
    self.sources = sources
    self.surroundings = surroundings
    self.supervisor = supervisor
    self.values = values
    let secrets = KnownSecrets(configuration)
    self.secrets = secrets
    let complain: @GatewayActor (String) -> Void = { console.tell($0) }
    files = isServing ? LogFiles(in: surroundings, configuration.settings, complain: complain) : nil
    let format = configuration.settings.logFormat
    let errors = Log.Sink(level: level) { complain(format.line($0, at: WallClock.milliseconds)) }
    // What is that long goes on where it was cut off.
    let redact: @GatewayActor (String) -> String = {
      secrets.redact($0, isCut: $0.utf8.count >= FrameReader.excerptLimit)
    }
    let log = Log([errors] + [files?.sink].compactMap { $0 }, redact: redact)
    self.log = log
    supervisor.onLost = { log(.error, "supervisor_lost") }
    supervisor.onReplaced = { remaining in
      log(.warning, "supervisor_replaced", ["left": remaining.map(String.init).joined(separator: " ")])
    }
    supervisor.onUnreplaceable = { log(.error, "supervisor_not_replaced", ["reason": "\($0)"]) }
    let launching = ServerLaunching(
      supervisor: supervisor, log: log, secrets: secrets, frameLimit: configuration.settings.maxFrame,
      surroundings: surroundings,
      configurationPath: (try? FileSystem.realPath(configuration.path)) ?? configuration.path)
    let authorizers = Authorizers(in: surroundings, log: log, secrets: secrets)
    let remote = RemoteServers(
      environment: surroundings.environment, identity: "\(Program.identity.name)/\(Program.identity.version)",
      messageLimit: configuration.settings.maxFrame, log: log,
      authorization: { authorizers.authorization(of: $0, at: $1) })
    let carriers = CarrierFactory { server, launch, connection in
      switch launch {
      case .process(let process): await launching.start(server, process, connection)
      case .remote(let address): remote.open(server, address)
      }
    }
    facts = FactFiles(in: surroundings, log: log)
    manager = ServerManager(
      configuration: configuration, identity: Program.identity, clock: .loop, carriers: carriers,
      facts: facts.store, log: log, audit: files?.audit(redact: redact))
    remote.onWake = { [weak upstream = manager.upstream] in upstream?.machineWoke() }
    let stopped = stopped
    let ending = SignalSource.ending.filter { !isServing || $0 != SignalSource.reload }
    signals = ending.map { number in SignalSource(number) { stopped.open() } }
  }

  /// Ends all servers and then the supervisor.
  func end(urgent: Bool) async {
    await manager.shutDown(urgent: urgent)
    await endSupervisor(urgent: urgent)
  }

  /// Ends the supervisor, which is the proof that nothing is left, and writes what is to be remembered.
  func endSupervisor(urgent: Bool) async {
    facts.write()
    for pid in await supervisor.shutDown(urgent: urgent) {
      log(.error, "process_left_behind", ["pid": String(pid)])
    }
    files?.close()
  }
}
