import CLibUV
import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One supervisor process from its start to its end, as the gateway's child.
///
/// One that is stopped gets SIGCONT at once, and SIGKILL when it says nothing for two seconds after that.
@GatewayActor
final class SupervisorChild {
  /// How long a supervisor that was stopped may stay silent, in milliseconds.
  static let silenceLimit: UInt64 = 2000
  /// The supervisors of this process that run.
  private(set) static var living: Set<Int32> = []

  let pid: Int32
  /// When it was started.
  let startTime: Instant
  var onReport: @GatewayActor (SupervisorReport) -> Void = { _ in }
  /// Called once, when it has exited and its last report was read.
  var onEnd: @GatewayActor () -> Void = {}
  private let link: SupervisorLink
  private let silence = LoopTimer()
  private var childSignals: SignalSource?
  /// Whether it ended by itself, after all that it had started.
  private(set) var hasFinished = false
  private var isReaped = false
  private var hasLinkEnded = false

  /// Starts `executable` in the supervisor's role, in its own session, tied to us by a socket pair.
  init(executable: String, openFiles: UInt64) throws(PlatformError) {
    let (ours, theirs) = try Descriptor.socketPair()
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    // Above the numbers that they get in the new process.
    let raised = [null, null, 2, theirs].map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    defer { for descriptor in raised + [null, theirs] where descriptor >= 0 { Descriptor.close(descriptor) } }
    let result = ProcessLauncher.launch(
      executable, arguments: [executable, Supervisor.roleArgument, String(openFiles)], environment: Environment.all,
      directory: nil, place: .newSession, descriptors: raised)
    switch result {
    case .failure(let error):
      Descriptor.close(ours)
      throw PlatformError("start the supervisor", path: error.path, code: error.code)
    case .success(let process): pid = process
    }
    do {
      link = try SupervisorLink(taking: ours)
    } catch {
      // Its end of the socket is the last one: it exits.
      Descriptor.close(ours)
      throw error
    }
    startTime = LoopClock.loop.now()
    Self.living.insert(pid)
    link.onReport = { [weak self] report in
      self?.silence.stop()
      self?.onReport(report)
    }
    link.onEnd = { [weak self] in self?.linkEnded() }
    childSignals = SignalSource(SIGCHLD) { [weak self] in self?.reap() }
  }

  /// Sends an order, and the descriptors with it, which are closed here in any case.
  func send(_ order: SupervisorOrder, descriptors: [Int32] = []) { link.send(order, descriptors: descriptors) }

  private func reap() {
    var status: Int32 = 0
    while !isReaped, waitpid(pid, &status, WNOHANG | WUNTRACED) == pid {
      if junction_is_stopped(status) != 0 {
        wake()
      } else {
        isReaped = true
        hasFinished = junction_has_exited(status) != 0 && junction_exit_code(status) == 0
        Self.living.remove(pid)
      }
    }
    endIfOver()
  }

  private func wake() {
    kill(pid, SIGCONT)
    send(.ping)
    silence.start(after: Self.silenceLimit) { [weak self] in
      // An answer that is there already is read first: the next timer is due after one more poll.
      self?.silence.start(after: 0) { [weak self] in
        if let self, !isReaped { kill(pid, SIGKILL) }
      }
    }
  }

  private func linkEnded() {
    hasLinkEnded = true
    endIfOver()
  }

  /// Its last reports may be read after its exit was told: the end is when both have come.
  private func endIfOver() {
    guard isReaped, hasLinkEnded, childSignals != nil else { return }
    childSignals = nil
    silence.stop()
    onEnd()
  }
}
