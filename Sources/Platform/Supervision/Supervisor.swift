import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The gateway's side of its supervisor: starts it, has it start processes, and passes on what it reports.
@GatewayActor
package final class Supervisor {
  /// The first argument that makes the binary a supervisor; see ``SupervisorProcess``.
  package nonisolated static let roleArgument = "--supervisor-role"
  /// How long ``shutDown(urgent:)`` waits, in milliseconds.
  package nonisolated static let shutDownLimit: UInt64 = 3000

  private struct PendingSpawn {
    let descriptors: (input: Int32, output: Int32, error: Int32)
    let continuation: CheckedContinuation<Result<SpawnedProcess, SpawnFailure>, Never>
  }

  private struct Running {
    let pid: Int32
    let link: SupervisorLink
    var isReaped = false
    var hasLinkEnded = false
  }

  /// Called when the supervisor died without being told to: nothing that it had started has an owner any more.
  package var onLost: @GatewayActor () -> Void = {}
  private var running: Running?
  private var isShuttingDown = false
  private var exitGate = Gate()
  private var childSignals: SignalSource?
  private var pending: [UInt64: PendingSpawn] = [:]
  private var processes: [UInt64: SpawnedProcess] = [:]

  package init() {}

  /// The supervisor's process id, while it runs.
  package var pid: Int32? { running?.pid }

  /// Starts the supervisor: `executable` in its own session, tied to us by a socket pair. Servers will be allowed
  /// `openFiles` open descriptors, by default as many as we.
  package func start(executable: String, openFiles: UInt64 = ResourceLimits.openFiles) throws(PlatformError) {
    precondition(running == nil, "the supervisor runs already")
    let (ours, theirs) = try Descriptor.socketPair()
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    // Above the numbers that they get in the new process.
    let raised = [null, null, 2, theirs].map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    defer { for descriptor in raised + [null, theirs] where descriptor >= 0 { Descriptor.close(descriptor) } }
    let result = ProcessLauncher.launch(
      executable, arguments: [executable, Self.roleArgument, String(openFiles)], environment: Environment.all,
      directory: nil, place: .newSession, descriptors: raised)
    switch result {
    case .failure(let error):
      Descriptor.close(ours)
      throw PlatformError("start the supervisor", path: error.path, code: error.code)
    case .success(let pid):
      let link: SupervisorLink
      do {
        link = try SupervisorLink(taking: ours)
      } catch {
        Descriptor.close(ours)
        throw error
      }
      link.onReport = { [weak self] in self?.receive($0) }
      link.onEnd = { [weak self] in self?.linkEnded() }
      exitGate = Gate()
      running = Running(pid: pid, link: link)
      childSignals = SignalSource(SIGCHLD) { [weak self] in self?.reap() }
    }
  }

  /// Starts a process. Its group ends with the ladder when ``SpawnedProcess/end(urgent:)`` is called, when the process
  /// ends, or when the gateway does.
  package func spawn(_ order: SpawnOrder) async -> Result<SpawnedProcess, SpawnFailure> {
    guard let link = running?.link, !isShuttingDown else { return .failure(SpawnFailure(.supervisor, code: 0)) }
    precondition(
      pending[order.connection] == nil && processes[order.connection] == nil, "a connection number was used twice")
    let pipes: [(reading: Int32, writing: Int32)]
    do {
      pipes = try Self.threePipes()
    } catch {
      return .failure(SpawnFailure(.descriptors, code: error.code))
    }
    let ours = (input: pipes[0].writing, output: pipes[1].reading, error: pipes[2].reading)
    for descriptor in [ours.input, ours.output, ours.error] { Descriptor.setNonblocking(descriptor) }
    return await withCheckedContinuation { continuation in
      pending[order.connection] = PendingSpawn(descriptors: ours, continuation: continuation)
      link.send(.spawn(order), descriptors: [pipes[0].reading, pipes[1].writing, pipes[2].writing])
    }
  }

  /// Runs the ladder on everything and returns when the supervisor has exited, or after ``shutDownLimit``; then with
  /// the processes that it could not end.
  @discardableResult
  package func shutDown(urgent: Bool) async -> [Int32] {
    guard let running else { return [] }
    isShuttingDown = true
    running.link.send(.shutDown(urgent: urgent))
    let timer = LoopTimer()
    let gate = exitGate
    timer.start(after: Self.shutDownLimit) {
      // What came while the loop was busy is read first: the next timer is due after one more poll.
      timer.start(after: 0) { gate.open() }
    }
    await gate.wait()
    timer.stop()
    guard self.running?.pid == running.pid else { return [] }
    return ProcessTable.descendants(of: running.pid, in: ProcessTable.all()).map(\.process) + [running.pid]
  }

  private static func threePipes() throws(PlatformError) -> [(reading: Int32, writing: Int32)] {
    var pipes: [(reading: Int32, writing: Int32)] = []
    for _ in 0..<3 {
      do {
        pipes.append(try Descriptor.pipe())
      } catch {
        for pipe in pipes {
          Descriptor.close(pipe.reading)
          Descriptor.close(pipe.writing)
        }
        throw error
      }
    }
    return pipes
  }

  // MARK: - Reports

  private func receive(_ report: SupervisorReport) {
    switch report {
    case .spawned(let connection, let pid):
      guard let spawn = pending.removeValue(forKey: connection) else { return }
      let process = SpawnedProcess(connection: connection, pid: pid, descriptors: spawn.descriptors) {
        [weak self] urgent in
        self?.running?.link.send(.end(connection: connection, urgent: urgent))
      }
      processes[connection] = process
      spawn.continuation.resume(returning: .success(process))
    case .notSpawned(let connection, let failure):
      pending.removeValue(forKey: connection).map { Self.fail($0, failure) }
    case .exited(let connection, let exit): processes[connection]?.exited(exit)
    case .stopped(let connection, let signal): processes[connection]?.stopped(signal)
    case .continued(let connection): processes[connection]?.continued()
    case .gone(let connection, let remaining):
      processes.removeValue(forKey: connection)?.gone(remaining: remaining)
    }
  }

  private static func fail(_ spawn: PendingSpawn, _ failure: SpawnFailure) {
    for descriptor in [spawn.descriptors.input, spawn.descriptors.output, spawn.descriptors.error] {
      Descriptor.close(descriptor)
    }
    spawn.continuation.resume(returning: .failure(failure))
  }

  // MARK: - The supervisor's own end

  private func linkEnded() {
    running?.hasLinkEnded = true
    endIfOver()
  }

  private func reap() {
    guard let pid = running?.pid, running?.isReaped == false else { return }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return }
    running?.isReaped = true
    endIfOver()
  }

  /// Its last reports may be read after its exit was told: the end is when both have come.
  private func endIfOver() {
    guard let running, running.isReaped, running.hasLinkEnded else { return }
    self.running = nil
    childSignals = nil
    let unanswered = pending
    let orphaned = processes
    pending = [:]
    processes = [:]
    for spawn in unanswered.values { Self.fail(spawn, SpawnFailure(.supervisor, code: 0)) }
    for process in orphaned.values { process.gone(remaining: []) }
    exitGate.open()
    if !isShuttingDown { onLost() }
  }
}
