#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The commands that stop containers, as children of the supervisor.
struct ContainerStops {
  private struct Running {
    /// The connection whose container it is; nil for a container that others have left behind.
    let connection: UInt64?
    let identifierFile: String
  }

  private var running: [Int32: Running] = [:]

  var isEmpty: Bool { running.isEmpty }

  /// The process ids, which are also their groups', of those that a connection's end waits for.
  var processes: [Int32] { running.filter { $0.value.connection != nil }.map(\.key) }

  /// Starts the command for an order's container. False when there is nothing to wait for: no container was made, or
  /// the engine cannot be run.
  mutating func start(_ order: SpawnOrder) -> Bool {
    guard let container = order.container else { return false }
    return start(
      order.executable, container.arguments, environment: order.environment, directory: order.directory,
      file: container.identifierFile, isOurs: container.isOurs, connection: order.connection)
  }

  /// Starts the command for a container that others have left behind, if its engine is found.
  mutating func start(engine: String, file: String) {
    let base = (try? OwnProcess.workingDirectory()) ?? "/"
    if case .success(let path) = ExecutableSearch.resolve(engine, path: Environment["PATH"], base: base) {
      _ = start(
        path, [engine] + ContainerCommand.stopSubcommand, environment: Environment.all, directory: nil, file: file,
        isOurs: true, connection: nil)
    }
  }

  private mutating func start(
    _ executable: String, _ arguments: [String], environment: [String], directory: String?, file: String,
    isOurs: Bool, connection: UInt64?
  ) -> Bool {
    guard let identifier = ContainerStop.identifier(in: file) else {
      if isOurs { unlink(file) }
      return false
    }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    let raised = (0..<3).map { _ in fcntl(null, F_DUPFD_CLOEXEC, 10) }
    defer { for descriptor in raised + [null] { Descriptor.close(descriptor) } }
    let result = ProcessLauncher.launch(
      executable, arguments: arguments + [identifier], environment: environment, directory: directory,
      place: .newGroup, descriptors: raised)
    guard case .success(let process) = result else { return false }
    running[process] = Running(connection: connection, identifierFile: file)
    return true
  }

  /// Takes note of a child's end. Returns the connection whose container it has stopped; the outer nil is a child that
  /// was none of these commands.
  mutating func exited(process: Int32, _ exit: ProcessExit) -> UInt64?? {
    guard let ended = running.removeValue(forKey: process) else { return .none }
    // One that was killed has perhaps not stopped anything: the file stays for the next gateway.
    if case .code = exit { unlink(ended.identifierFile) }
    return .some(ended.connection)
  }

  /// Gives the command for a connection up.
  mutating func drop(connection: UInt64) {
    for (process, stop) in running where stop.connection == connection { kill(process, SIGKILL) }
  }
}
