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

  private var state = SupervisorState()
  private var link: SupervisorSocket?
  /// The mask during a wait, which lets SIGCHLD through; it is blocked at all other times.
  private var waitingMask = sigset_t()

  /// Does the supervisor's work, then ends the process. `arguments` are those of the process, as
  /// ``Supervisor/start(executable:)`` made them.
  package static func main(arguments: [String]) -> Never {
    var process = SupervisorProcess(link: SupervisorSocket(descriptor: socket))
    process.prepare(openFiles: arguments.dropFirst(2).first.flatMap { UInt64($0) })
    while process.runTurn() {}
    exit(0)
  }

  private init(link: SupervisorSocket) { self.link = link }

  private mutating func prepare(openFiles: UInt64?) {
    _ = junction_become_subreaper()
    for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU] {
      signal(number, SIG_IGN)
    }
    signal(SIGCHLD) { _ in }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGCHLD)
    sigemptyset(&waitingMask)
    sigprocmask(SIG_BLOCK, &blocked, nil)
    // The gateway has raised its limit; servers get what it was started with.
    if let openFiles { ResourceLimits.setOpenFiles(openFiles) }
  }

  /// Waits for something and deals with it; false when all is done.
  private mutating func runTurn() -> Bool {
    let ready = wait()
    var actions: [SupervisorState.Action] = []
    if ready & JUNCTION_READABLE != 0 { receive() }
    let hasChildren = reap()
    for leader in state.leaderless where kill(-leader, 0) != 0 && errno == ESRCH {
      actions += state.groupEmptied(leader: leader)
    }
    actions += state.elapsed(Self.now)
    if !hasChildren { actions += state.childless() }
    let goesOn = perform(actions)
    link?.flush()
    return goesOn
  }

  private func wait() -> Int32 {
    var milliseconds: Int64 = -1
    if let deadline = state.deadline { milliseconds = Int64(deadline) - Int64(Self.now) }
    // What is left of a group may be nobody's child of ours; then no signal tells of its end.
    if !state.leaderless.isEmpty { milliseconds = milliseconds < 0 ? 20 : min(milliseconds, 20) }
    if state.deadline != nil { milliseconds = max(0, milliseconds) }
    var mask = waitingMask
    return junction_wait(link?.descriptor ?? -1, link?.hasUnsent == true ? 1 : 0, milliseconds, &mask)
  }

  // MARK: - Orders

  private mutating func receive() {
    guard let link else { return }
    let isOpen = link.receive()
    while let (order, descriptors) = link.nextOrder() {
      perform(order, descriptors)
    }
    guard !isOpen else { return }
    // The gateway is gone, however it died.
    self.link = nil
    _ = perform(state.closed(urgent: false, at: Self.now))
  }

  private mutating func perform(_ order: SupervisorOrder, _ descriptors: [Int32]) {
    switch order {
    case .spawn(let order): spawn(order, descriptors)
    case .end(let connection, let urgent):
      _ = perform(state.endOrdered(connection: connection, urgent: urgent, at: Self.now))
    case .shutDown(let urgent): _ = perform(state.closed(urgent: urgent, at: Self.now))
    }
    for descriptor in descriptors { Descriptor.close(descriptor) }
  }

  private mutating func spawn(_ order: SpawnOrder, _ descriptors: [Int32]) {
    guard !state.isClosing else {
      link?.send(.notSpawned(connection: order.connection, SpawnFailure(.supervisor, code: 0)))
      return
    }
    // posix_spawn does not say which step failed.
    if let directory = order.directory, let code = Self.entering(directory) {
      link?.send(.notSpawned(connection: order.connection, SpawnFailure(.directory, code: code)))
      return
    }
    let result = ProcessLauncher.launch(
      order.executable, arguments: order.arguments, environment: order.environment, directory: order.directory,
      place: order.newSession ? .newSession : .newGroup, descriptors: descriptors)
    switch result {
    case .success(let process):
      _ = perform(state.spawned(connection: order.connection, process: process))
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

  // MARK: - Children

  /// Takes note of everything that happened to children; false when there are none.
  private mutating func reap() -> Bool {
    while true {
      var status: Int32 = 0
      let process = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)
      if process == 0 { return true }
      guard process > 0 else { return errno != ECHILD }
      if junction_has_exited(status) != 0 {
        _ = perform(state.exited(process: process, .code(junction_exit_code(status)), at: Self.now))
      } else if junction_was_signaled(status) != 0 {
        _ = perform(state.exited(process: process, .signal(junction_ending_signal(status)), at: Self.now))
      } else if junction_is_stopped(status) != 0 {
        _ = perform(state.stopped(process: process, signal: junction_stopping_signal(status)))
      } else if junction_is_continued(status) != 0 {
        _ = perform(state.continued(process: process))
      }
    }
  }

  private static var hasChildren: Bool {
    var info = siginfo_t()
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0
  }

  // MARK: - Actions

  /// Does what the state says; false when it says that all is done.
  private func perform(_ actions: [SupervisorState.Action]) -> Bool {
    var goesOn = true
    for action in actions {
      switch action {
      case .report(let report): link?.send(report)
      case .signalGroup(let leader, let step): Self.send(-leader, step)
      case .signalOutsiders(let step): signalOutsiders(step)
      case .abandon(let connection, let leader):
        let remaining = ProcessTable.all().filter { $0.group == leader && $0.state != UInt8(ascii: "Z") }
        link?.send(.gone(connection: connection, remaining: remaining.map(\.process)))
      case .exit: goesOn = false
      }
    }
    return goesOn
  }

  private func signalOutsiders(_ step: Ladder.Step) {
    guard Self.hasChildren else { return }
    let groups = state.leaders
    for entry in ProcessTable.descendants(of: getpid(), in: ProcessTable.all()) where !groups.contains(entry.group) {
      Self.send(entry.process, step)
    }
  }

  /// Signals a process, or a group where the number is negative.
  private static func send(_ target: Int32, _ step: Ladder.Step) {
    switch step {
    case .terminate:
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
