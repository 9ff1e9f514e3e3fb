import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The body of the supervisor: a plain program with one thread and no event loop, the parent of all servers.
///
/// It lives as long as the gateway's end of the socket on descriptor 3, and after that as long as it takes to end
/// everything below it. What it decides is decided by ``SupervisorState``.
package struct SupervisorProcess {
  /// The descriptor of its end of the socket pair.
  static let socket: Int32 = 3
  /// Milliseconds between two looks at all processes: servers that end together are looked for together.
  private static let lookInterval: UInt64 = 5
  /// Children that are reaped in one turn: some can be made as fast as they are reaped.
  private static let reapedPerTurn = 1_000

  private var state = SupervisorState()
  private var link: SupervisorSocket?
  private var belongings: [UInt64: Belongings] = [:]
  private var containerStops = ContainerStops()
  private var leftovers: Leftovers?
  /// Orders that wait until nothing is left behind by others, with their descriptors.
  private var held: [(SpawnOrder, [Int32])] = []
  /// The limit of open descriptors that servers get; ours is the one that the gateway raised for itself, since orders
  /// bring descriptors.
  private var openFiles: UInt64?
  /// Whether there may be children whose end was not taken note of yet.
  private var mayHaveEnded = false
  /// Whether some children may never end.
  private var sparesDaemons = false
  /// What got SIGTERM while everything ends.
  private var terminated: Set<Int32> = []
  /// When it was last looked what is left of connections.
  private var lookedAt: UInt64 = 0
  /// Whether a look was put off, so that it did not follow the last one too soon.
  private var owesLook = false
  /// What those outside the groups are to get, at the next look at all processes.
  private var owedToOutsiders: Ladder.Step?
  private var signalledOutsidersAt: UInt64 = 0
  /// The mask during a wait, which lets SIGCHLD through; it is blocked at all other times.
  private var waitingMask = sigset_t()

  /// Does the supervisor's work, then ends the process. `arguments` are those of the process, as
  /// ``Supervisor/start(executable:openFiles:runtimeDirectory:)`` made them.
  package static func main(arguments: [String]) -> Never {
    var process = SupervisorProcess(link: SupervisorSocket(descriptor: socket))
    process.prepare(openFiles: arguments.dropFirst(2).first.flatMap { UInt64($0) })
    while process.runTurn() {}
    exit(0)
  }

  private init(link: SupervisorSocket) { self.link = link }

  private mutating func prepare(openFiles: UInt64?) {
    _ = junction_become_subreaper()
    for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU] {
      signal(number, SIG_IGN)
    }
    signal(SIGCHLD) { _ in }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGCHLD)
    sigemptyset(&waitingMask)
    sigprocmask(SIG_BLOCK, &blocked, nil)
    self.openFiles = openFiles
  }

  /// Waits for something and deals with it; false when all is done.
  private mutating func runTurn() -> Bool {
    let ready = wait()
    if ready & JUNCTION_READABLE != 0 { receive() }
    let hasChildren = reap()
    lookForWhatIsLeft()
    perform(state.elapsed(Self.now))
    signalOutsiders()
    link?.flush()
    return !state.mayExit || hasChildren && !(sparesDaemons && outsiders().isEmpty && containerStops.isEmpty)
  }

  private func wait() -> Int32 {
    var milliseconds: Int64 = -1
    if let deadline = state.deadline { milliseconds = max(0, Int64(deadline) - Int64(Self.now)) }
    // What is left may be nobody's child of ours; then no signal tells of its end.
    if !state.leaderless.isEmpty || state.isClearing {
      let next = Int64(lookedAt + Self.lookInterval) - Int64(Self.now)
      let patience = owesLook ? max(0, next) : 20
      milliseconds = milliseconds < 0 ? patience : min(milliseconds, patience)
    }
    if owedToOutsiders != nil {
      let next = max(0, Int64(signalledOutsidersAt + Self.lookInterval) - Int64(Self.now))
      milliseconds = milliseconds < 0 ? next : min(milliseconds, next)
    }
    if mayHaveEnded { milliseconds = 0 }
    var mask = waitingMask
    return junction_wait(link?.descriptor ?? -1, link?.hasUnsent == true ? 1 : 0, milliseconds, &mask)
  }

  // MARK: - Orders

  private mutating func receive() {
    guard let link else { return }
    var arrival = link.receive()
    while arrival == .some {
      for (order, descriptors) in link.takeOrders() {
        perform(order, descriptors)
        // The gateway speaks with one server while the next is started.
        link.flush()
      }
      arrival = link.receive()
    }
    guard arrival == .end else { return }
    // The gateway is gone, however it died.
    self.link = nil
    perform(state.closed(urgent: false, at: Self.now))
  }

  private mutating func perform(_ order: SupervisorOrder, _ descriptors: [Int32]) {
    switch order {
    case .spawn(let order):
      if state.isClearing {
        held.append((order, descriptors))
        return
      }
      spawn(order, descriptors)
    case .end(let connection, let urgent):
      perform(state.endOrdered(connection: connection, urgent: urgent, at: Self.now))
    case .shutDown(let urgent): perform(state.closed(urgent: urgent, at: Self.now))
    case .clear(let gateway, let directory): clear(Leftovers(gateway: gateway, directory: directory))
    case .examine(let connection):
      let processes = belongings[connection]?.processes(in: ProcessCensus()) ?? []
      link?.send(.examined(connection: connection, stopped: processes.filter(\.isStopped).map(\.process)))
    case .ping: link?.send(.alive(connection: 0))
    }
    for descriptor in descriptors { Descriptor.close(descriptor) }
  }

  private mutating func spawn(_ order: SpawnOrder, _ descriptors: [Int32]) {
    guard !state.isClosing else {
      link?.send(.notSpawned(connection: order.connection, SpawnFailure(.supervisor, code: 0)))
      return
    }
    guard descriptors.count == SupervisorOrder.spawnDescriptorCount else {
      link?.send(.notSpawned(connection: order.connection, SpawnFailure(.descriptors, code: EMFILE)))
      return
    }
    // posix_spawn does not say which step failed.
    if let directory = order.directory, let code = Self.entering(directory) {
      link?.send(.notSpawned(connection: order.connection, SpawnFailure(.directory, code: code)))
      return
    }
    let result = ProcessLauncher.launch(
      order.executable, arguments: order.arguments, environment: order.environment, directory: order.directory,
      place: order.newSession ? .newSession : .newGroup, descriptors: descriptors, openFiles: openFiles)
    switch result {
    case .success(let process):
      belongings[order.connection] = Belongings(order, leader: process)
      if order.leavesDaemons { sparesDaemons = true }
      perform(
        state.spawned(
          connection: order.connection, process: process, hasContainer: order.container != nil,
          patience: order.patience))
    case .failure(let error):
      link?.send(.notSpawned(connection: order.connection, SpawnFailure(.execute, code: error.code)))
    }
  }

  /// Returns why a directory cannot be entered, or nil.
  private static func entering(_ directory: String) -> Int32? {
    var status = stat()
    guard stat(directory, &status) == 0 else { return errno }
    guard status.st_mode & S_IFMT == S_IFDIR else { return ENOTDIR }
    return access(directory, X_OK) == 0 ? nil : errno
  }

  private mutating func clear(_ leftovers: Leftovers) {
    self.leftovers = leftovers
    for file in leftovers.containerFiles() { containerStops.start(engine: file.engine, file: file.path) }
    if !leftovers.processes().isEmpty { perform(state.leftoversFound(at: Self.now)) }
  }

  // MARK: - Children

  /// Takes note of everything that happened to children; false when there are none.
  private mutating func reap() -> Bool {
    mayHaveEnded = false
    for _ in 0..<Self.reapedPerTurn {
      var status: Int32 = 0
      let process = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)
      if process == 0 { return true }
      guard process > 0 else { return errno != ECHILD }
      if junction_has_exited(status) != 0 {
        exited(process, .code(junction_exit_code(status)))
      } else if junction_was_signaled(status) != 0 {
        exited(process, .signal(junction_ending_signal(status)))
      } else if junction_is_stopped(status) != 0 {
        perform(state.stopped(process: process, signal: junction_stopping_signal(status)))
      } else if junction_is_continued(status) != 0 {
        perform(state.continued(process: process))
      }
    }
    mayHaveEnded = true
    return true
  }

  private mutating func exited(_ process: Int32, _ exit: ProcessExit) {
    if let stopped = containerStops.exited(process: process, exit) {
      if let connection = stopped { perform(state.containerStopped(connection: connection)) }
    } else {
      perform(state.exited(process: process, exit, at: Self.now))
    }
  }

  /// Finds out which connections have nothing left, and whether others have.
  private mutating func lookForWhatIsLeft() {
    let candidates = state.leaderless.filter { connection in
      guard let own = belongings[connection] else { return false }
      return kill(-own.leader, 0) != 0 && errno == ESRCH
    }
    owesLook = !candidates.isEmpty && Self.now < lookedAt + Self.lookInterval
    if !candidates.isEmpty, !owesLook {
      let census = ProcessCensus()
      lookedAt = Self.now
      for connection in candidates where belongings[connection]?.processes(in: census).isEmpty == true {
        perform(state.emptied(connection: connection, at: Self.now))
      }
    }
    if state.isClearing, leftovers?.processes().isEmpty != false { perform(state.leftoversGone()) }
  }

  // MARK: - Actions

  private mutating func perform(_ actions: [SupervisorState.Action]) {
    signalGroups(actions)
    for action in actions {
      switch action {
      case .report(let report):
        if case .gone(let connection, _) = report { belongings[connection] = nil }
        link?.send(report)
      case .signalGroup: break
      case .signalOutsiders(let step): if owedToOutsiders != .kill { owedToOutsiders = step }
      case .signalLeftovers(let step): for entry in leftovers?.processes() ?? [] { send(entry.process, step) }
      case .admitSpawns: admitSpawns()
      case .stopContainer(let connection):
        if let order = belongings[connection]?.container, containerStops.start(order) { continue }
        perform(state.containerStopped(connection: connection))
      case .dropContainer(let connection): containerStops.drop(connection: connection)
      case .abandon(let connection):
        let remaining = belongings.removeValue(forKey: connection)?.processes(in: ProcessCensus()) ?? []
        link?.send(.gone(connection: connection, remaining: remaining.map(\.process)))
      }
    }
  }

  private mutating func admitSpawns() {
    let orders = held
    held = []
    for (order, descriptors) in orders {
      spawn(order, descriptors)
      for descriptor in descriptors { Descriptor.close(descriptor) }
    }
  }

  private mutating func signalGroups(_ actions: [SupervisorState.Action]) {
    var signaled: [(own: Belongings, step: Ladder.Step)] = []
    for case .signalGroup(let connection, let step) in actions {
      if let own = belongings[connection] { signaled.append((own, step)) }
    }
    guard !signaled.isEmpty else { return }
    // The groups first, each in one call: nobody in them can fork its way out of the list that is read next.
    for (own, step) in signaled { send(-own.leader, step) }
    let census = ProcessCensus()
    for (own, step) in signaled {
      for entry in own.processes(in: census) where entry.group != own.leader { send(entry.process, step) }
    }
  }

  /// Sends those outside the groups what they are to get: once for all deaths of a turn, for each look reads everything
  /// there is.
  private mutating func signalOutsiders() {
    guard let step = owedToOutsiders, Self.now >= signalledOutsidersAt + Self.lookInterval else { return }
    owedToOutsiders = nil
    for entry in outsiders() { send(entry.process, step) }
    signalledOutsidersAt = Self.now
  }

  /// The descendants that have to end and belong to no group.
  private func outsiders() -> [ProcessTable.Entry] {
    guard Self.hasChildren else { return [] }
    let groups = Set(state.leaders + containerStops.processes)
    return ProcessTable.descendants(of: getpid(), in: ProcessTable.all()).filter { entry in
      guard !entry.isZombie, !groups.contains(entry.group) else { return false }
      guard sparesDaemons, let value = MarkedProcesses.value(of: entry.process) else { return true }
      return ProcessMarker.chain(value).last?.spares(entry) != true
    }
  }

  private static var hasChildren: Bool {
    var info = siginfo_t()
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0
  }

  /// Signals a process, or a group where the number is negative. While everything ends, one that belongs to a connection
  /// and is an outsider as well gets SIGTERM once: some programs take the second one for impatience.
  private mutating func send(_ target: Int32, _ step: Ladder.Step) {
    switch step {
    case .terminate:
      if state.isClosing, !terminated.insert(target).inserted { return }
      kill(target, SIGTERM)
      kill(target, SIGCONT)
    case .kill: kill(target, SIGKILL)
    case .giveUp: break
    }
  }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }
}
