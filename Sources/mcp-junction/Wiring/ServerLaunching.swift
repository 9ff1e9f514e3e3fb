import Configuration
import EventLoop
import Gateway
import Platform

/// Starts servers as processes below the supervisor.
@GatewayActor
final class ServerLaunching {
  private let supervisor: Supervisor
  private let log: Log
  private let secrets: KnownSecrets
  private let frameLimit: Int
  private let loginShell: LoginShell
  private let surroundings: Surroundings
  /// What every server inherits, as it is handed over.
  private let inheritedLines: [String]
  /// The configuration file's real path, which processes carry.
  private let configurationPath: String

  init(
    supervisor: Supervisor, log: Log, secrets: KnownSecrets, frameLimit: Int, surroundings: Surroundings,
    configurationPath: String
  ) {
    self.supervisor = supervisor
    self.log = log
    self.secrets = secrets
    self.frameLimit = frameLimit
    self.surroundings = surroundings
    self.configurationPath = configurationPath
    inheritedLines = surroundings.variables
    // Servers' connections are numbered from 1.
    loginShell = LoginShell(
      supervisor: supervisor, connection: 0, shell: surroundings.environment["SHELL"] ?? "/bin/sh",
      environment: inheritedLines, configuration: configurationPath)
  }

  func start(
    _ server: ServerConfiguration, _ launch: ProcessLaunch, _ connection: UInt64
  ) async -> Result<Carrier, LaunchFailure> {
    var own = Dictionary(launch.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let executable: String
    switch await find(launch, &own) {
    case .failure(let failure): return .failure(failure)
    case .success(let path): executable = path
    }
    let order = SpawnOrder(
      connection: connection, executable: executable, arguments: [launch.command] + launch.arguments,
      environment: own.isEmpty ? inheritedLines : Self.lines(surroundings.environment.merging(own) { $1 }),
      directory: launch.directory ?? surroundings.workingDirectory, configuration: configurationPath,
      server: server.name,
      leavesDaemons: server.settings.daemons == .leave, patience: server.settings.shutdownTimeout)
    switch await supervisor.spawn(order) {
    case .failure(let failure): return .failure(LaunchFailure(reason: "\(failure)", cure: Self.cure(failure, launch)))
    case .success(let process):
      do throws(PlatformError) {
        return .success(try connect(process, server))
      } catch {
        process.end(urgent: true)
        return .failure(LaunchFailure(reason: "\(error)"))
      }
    }
  }

  private static func lines(_ environment: [String: String]) -> [String] { environment.map { "\($0)=\($1)" } }

  /// Finds the program along the server's PATH and, where that fails, along the login shell's, which the server gets
  /// then: what it starts itself lies there too.
  private func find(
    _ launch: ProcessLaunch, _ own: inout [String: String]
  ) async -> Result<String, LaunchFailure> {
    let base = launch.directory ?? surroundings.workingDirectory
    let failure: ExecutableSearch.Failure
    switch ExecutableSearch.resolve(launch.command, path: own["PATH"] ?? surroundings.environment["PATH"], base: base) {
    case .success(let path): return .success(path)
    case .failure(let reason): failure = reason
    }
    if case .notFound = failure, !launch.command.contains("/"), let path = await loginShell.path(),
      case .success(let found) = ExecutableSearch.resolve(launch.command, path: path, base: base)
    {
      own["PATH"] = path
      return .success(found)
    }
    return .failure(Self.describe(failure))
  }

  private static func describe(_ failure: ExecutableSearch.Failure) -> LaunchFailure {
    switch failure {
    case .notFound: LaunchFailure(reason: "\(failure)", cure: "Install it, or give its full path as \"command\".")
    case .notExecutable:
      LaunchFailure(reason: "\(failure)", cure: "Make it executable, or name the program that runs it.")
    }
  }

  private static func cure(_ failure: SpawnFailure, _ launch: ProcessLaunch) -> String? {
    switch failure.step {
    case .directory: "Check \"cwd\" in the server's entry: \(launch.directory ?? "")."
    case .execute: "Check that \(launch.command) is a program for this machine and that its #! line is right."
    case .descriptors: "Raise the limit of open files (ulimit -n) or configure fewer servers."
    case .supervisor: nil
    }
  }

  // MARK: - Wiring

  private func connect(_ process: SpawnedProcess, _ server: ServerConfiguration) throws(PlatformError) -> Carrier {
    let port = try StreamPort(
      reading: process.standardOutput, writing: process.standardInput, isOwnPipe: true, frameLimit: frameLimit)
    let errors = try TextPort(
      reading: process.standardError, tailLimit: server.settings.stderrTail,
      redact: { [secrets] in secrets.redact($0, isCut: $1) })
    let name = server.name
    var budget = LineBudget()
    errors.onLine = { [log] line in
      switch budget.line(at: LoopClock.loop.now().milliseconds) {
      case .show: break
      case .showAfter(let dropped): log(.warning, "stderr_lines_dropped", server: name, ["count": String(dropped)])
      case .drop: return
      }
      log(.info, "stderr", server: name, ["line": line])
    }
    // Held by the tail below, not by itself.
    errors.onEnd = { [weak errors] in errors?.close() }
    errors.startReading()
    let exited = Gate()
    process.onExit = { _ in exited.open() }
    let gone = Gate()
    Task { @GatewayActor in
      await process.whenGone()
      gone.open()
    }
    return Carrier(
      way: .stream(port.output), process: process.pid,
      start: { events in
        port.onEvent = events.received
        port.onReadEnd = events.ended
        port.onWriteEnd = events.ended
        port.startReading()
      },
      setReading: { isReading in if isReading { port.startReading() } else { port.stopReading() } },
      closeSending: { port.closeWriting() },
      close: { port.close() },
      end: { urgent in
        port.closeWriting()
        process.end(urgent: urgent)
      },
      ending: { process.exit.map { "\($0)" } },
      lastWords: { errors.tail },
      exited: exited, gone: gone,
      hasStopped: { await !process.stoppedProcesses().isEmpty },
      watchStops: { report in
        process.onStopped = { _ in report(true) }
        process.onContinued = { report(false) }
      })
  }
}

extension Transport {
  /// Makes a transport of a port; the port lives as long as the transport.
  init(_ port: StreamPort) {
    self.init(
      output: port.output,
      start: { events in
        port.onEvent = events.received
        port.onReadEnd = events.readEnded
        port.onWriteEnd = events.writeEnded
        port.onWritten = events.written
        port.onCongested = { events.congested(true) }
        port.onDrained = { events.congested(false) }
        port.startReading()
      },
      setReading: { isReading in if isReading { port.startReading() } else { port.stopReading() } },
      closeWriting: { port.closeWriting() },
      close: { port.close() })
  }
}
