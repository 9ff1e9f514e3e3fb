import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The gateway's side of its supervisor: starts it, has it start processes, passes on what it reports, and puts another
/// in its place when it is lost.
@GatewayActor
package final class Supervisor {
  /// The first argument that makes the binary a supervisor; see ``SupervisorProcess``.
  package nonisolated static let roleArgument = "--supervisor-role"
  /// How long ``shutDown(urgent:)`` waits, in milliseconds, where no process may take longer to end than usual.
  package nonisolated static let shutDownLimit: UInt64 = 3000
  /// A supervisor that dies sooner than this after its start is replaced only after ``replacementDelay``.
  package nonisolated static let soundLifetime: UInt64 = 10_000
  package nonisolated static let replacementDelay: UInt64 = 1000

  private struct PendingSpawn {
    let descriptors: (input: Int32, output: Int32, error: Int32)
    let continuation: CheckedContinuation<Result<SpawnedProcess, SpawnFailure>, Never>
  }

  /// Called when the supervisor died without being told to. Its processes are reported as ended and then, once they
  /// have been, as gone; a new supervisor is started.
  package var onLost: @GatewayActor () -> Void = {}
  /// Called when a new supervisor is in place, with what was left by the old one and could not be ended.
  package var onReplaced: @GatewayActor (_ remaining: [Int32]) -> Void = { _ in }
  /// Called when no new supervisor can be started: no process is from then on.
  package var onUnreplaceable: @GatewayActor (PlatformError) -> Void = { _ in }
  private let clock: LoopClock
  private let identity = GatewayIdentity.own
  private var executable = ""
  private var openFiles: UInt64 = 0
  private var runtimeDirectory: String?
  private var child: SupervisorChild?
  /// What ran below us before.
  private var foreign: [Int32: UInt64] = [:]
  /// Milliseconds that the most patient of the orders gives its process.
  private var longestPatience = Ladder.patience
  private var isShuttingDown = false
  /// Open unless a lost supervisor is being replaced.
  private var replaced = Gate()
  private var ended = Gate()
  private var pending: [UInt64: PendingSpawn] = [:]
  private var processes: [UInt64: SpawnedProcess] = [:]
  private var examinations: [UInt64: [CheckedContinuation<[Int32], Never>]] = [:]

  package init(clock: LoopClock = .loop) {
    self.clock = clock
    replaced.open()
  }

  /// The supervisor's process id, while it runs.
  package var pid: Int32? { child?.pid }

  /// Starts the supervisor: `executable` in its own session, tied to us by a socket pair. Servers will be allowed
  /// `openFiles` open descriptors, by default as many as we. It first ends what gateways that are gone have left behind.
  ///
  /// `runtimeDirectory` is the user's `XDG_RUNTIME_DIR`; nil when there is none.
  package func start(
    executable: String, openFiles: UInt64 = ResourceLimits.openFiles, runtimeDirectory: String? = nil
  ) throws(PlatformError) {
    precondition(child == nil, "the supervisor runs already")
    self.executable = executable
    self.openFiles = openFiles
    self.runtimeDirectory = runtimeDirectory
    foreign = OrphanEnding.processesBelow()
    _ = junction_become_subreaper()
    try startChild()
  }

  private func startChild() throws(PlatformError) {
    let child = try SupervisorChild(executable: executable, openFiles: openFiles)
    child.onReport = { [weak self] in self?.receive($0) }
    child.onEnd = { [weak self] in self?.childEnded() }
    self.child = child
    ended = Gate()
    child.send(.clear(gateway: identity, directory: try? RuntimeDirectory.path(below: runtimeDirectory)))
  }

  // MARK: - Orders

  /// Starts a process. Everything that carries its marker ends with the ladder when ``SpawnedProcess/end(urgent:)`` is
  /// called, when the process ends, or when the gateway does. While a lost supervisor is being replaced this waits.
  package func spawn(_ order: SpawnOrder) async -> Result<SpawnedProcess, SpawnFailure> {
    await replaced.wait()
    guard let child, !isShuttingDown else { return .failure(SpawnFailure(.supervisor, code: 0)) }
    longestPatience = max(longestPatience, order.patience)
    let connection = order.connection
    precondition(pending[connection] == nil && processes[connection] == nil, "a connection number was used twice")
    let pipes: [(reading: Int32, writing: Int32)]
    do {
      pipes = try Self.threePipes()
    } catch {
      return .failure(SpawnFailure(.descriptors, code: error.code))
    }
    let ours = (input: pipes[0].writing, output: pipes[1].reading, error: pipes[2].reading)
    for descriptor in [ours.input, ours.output, ours.error] { Descriptor.setNonblocking(descriptor) }
    return await withCheckedContinuation { continuation in
      pending[connection] = PendingSpawn(descriptors: ours, continuation: continuation)
      child.send(
        .spawn(prepare(order, below: child.pid)),
        descriptors: [pipes[0].reading, pipes[1].writing, pipes[2].writing])
    }
  }

  /// Adds the marker, and the file for the container's id where the command runs a container.
  private func prepare(_ order: SpawnOrder, below supervisor: Int32) -> SpawnOrder {
    var order = order
    let marker = ProcessMarker(
      gateway: identity, supervisor: supervisor, configuration: order.configuration, server: order.server,
      connection: order.connection, leavesDaemons: order.leavesDaemons)
    order.marker = marker.token
    order.environment = ProcessMarker.adding(order.marker, to: order.environment)
    guard let command = ContainerCommand(executable: order.executable, arguments: order.arguments) else { return order }
    let own = ContainerFile(
      gateway: identity, supervisor: supervisor, connection: order.connection, engine: command.engine)
    if let named = command.ownFile {
      order.container = ContainerStop(named: named, in: order.directory, arguments: command.stopArguments)
      return order
    }
    guard
      let file = (try? RuntimeDirectory.path(below: runtimeDirectory)).map({ $0 + "/" + own.name })
    else {
      return order
    }
    order.arguments = command.arguments(writingIdentifierTo: file)
    order.container = ContainerStop(identifierFile: file, isOurs: true, arguments: command.stopArguments)
    return order
  }

  private func examine(_ connection: UInt64) async -> [Int32] {
    guard let child, processes[connection] != nil else { return [] }
    return await withCheckedContinuation { continuation in
      examinations[connection, default: []].append(continuation)
      child.send(.examine(connection: connection))
    }
  }

  /// Runs the ladder on everything and returns when the supervisor has exited, or after ``shutDownLimit``; then with
  /// the processes that it could not end. Called again with `urgent`, it hurries.
  @discardableResult
  package func shutDown(urgent: Bool) async -> [Int32] {
    isShuttingDown = true
    await replaced.wait()
    guard let child else { return [] }
    child.send(.shutDown(urgent: urgent))
    let gate = Gate()
    let timer = LoopTimer()
    let patience = urgent ? Ladder.patience : longestPatience
    timer.start(after: Self.shutDownLimit + patience - Ladder.patience) {
      // What came while the loop was busy is read first: the next timer is due after one more poll.
      timer.start(after: 0) { gate.open() }
    }
    await Gate.any(ended, gate).wait()
    timer.stop()
    guard self.child === child else { return [] }
    return ProcessTable.descendants(of: child.pid, in: ProcessTable.all()).filter { !$0.isZombie }.map(\.process)
      + [child.pid]
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
      let process = SpawnedProcess(
        connection: connection, pid: pid, descriptors: spawn.descriptors,
        sendEnd: { [weak self] urgent in self?.child?.send(.end(connection: connection, urgent: urgent)) },
        examine: { [weak self] in await self?.examine(connection) ?? [] })
      processes[connection] = process
      spawn.continuation.resume(returning: .success(process))
    case .notSpawned(let connection, let failure):
      pending.removeValue(forKey: connection).map { Self.fail($0, failure) }
    case .exited(let connection, let exit): processes[connection]?.exited(exit)
    case .stopped(let connection, let signal): processes[connection]?.stopped(signal)
    case .continued(let connection): processes[connection]?.continued()
    case .gone(let connection, let remaining):
      processes.removeValue(forKey: connection)?.gone(remaining: remaining)
    case .examined(let connection, let stopped):
      guard var waiting = examinations.removeValue(forKey: connection) else { return }
      waiting.removeFirst().resume(returning: stopped)
      if !waiting.isEmpty { examinations[connection] = waiting }
    case .alive: break
    }
  }

  private static func fail(_ spawn: PendingSpawn, _ failure: SpawnFailure) {
    for descriptor in [spawn.descriptors.input, spawn.descriptors.output, spawn.descriptors.error] {
      Descriptor.close(descriptor)
    }
    spawn.continuation.resume(returning: .failure(failure))
  }

  // MARK: - The supervisor's own end

  private func childEnded() {
    guard let lost = child else { return }
    child = nil
    let unanswered = (pending.values, examinations.values)
    pending = [:]
    examinations = [:]
    for spawn in unanswered.0 { Self.fail(spawn, SpawnFailure(.supervisor, code: 0)) }
    for continuation in unanswered.1.joined() { continuation.resume(returning: []) }
    if isShuttingDown, lost.hasFinished {
      for process in takeProcesses() { process.gone(remaining: []) }
      ended.open()
      return
    }
    for process in processes.values { process.exited(.unknown) }
    if !isShuttingDown { onLost() }
    replaced = Gate()
    let isSound = clock.now().since(lost.startTime) >= Self.soundLifetime
    Task { await replace(after: isSound ? 0 : Self.replacementDelay) }
  }

  /// Ends what the lost supervisor has left, then starts another one, unless there is no more need for it.
  private func replace(after delay: UInt64) async {
    let over = ended
    var ending = OrphanEnding(clock: clock, sparing: foreign)
    let remaining = await ending.run()
    for process in takeProcesses() { process.gone(remaining: remaining.filter { $0 == process.pid }) }
    if delay > 0, !isShuttingDown { await clock.sleep(milliseconds: delay) }
    if !isShuttingDown {
      do {
        try startChild()
        onReplaced(remaining)
      } catch {
        onUnreplaceable(error)
      }
    }
    over.open()
    replaced.open()
  }

  private func takeProcesses() -> [SpawnedProcess] {
    let taken = Array(processes.values)
    processes = [:]
    return taken
  }
}
