import Configuration
import EventLoop
import Gateway
import Platform

/// Keeps a serving gateway to what its configuration says: takes the file up when it, or an `envFile` that it names, changes,
/// and says what is wrong with it.
@GatewayActor
final class ConfigurationWatch {
  /// Milliseconds in which a file is let alone after a change, since many are written in several steps.
  private static let settlingTime: UInt64 = 100
  /// Milliseconds between two looks where changes are not told, or where something is to be mended that may be no file of the
  /// configuration, such as a program that is not installed yet.
  private static let interval: UInt64 = 2_000

  private let manager: ServerManager
  private let surroundings: Surroundings
  private let log: Log
  private let values: ValueSources
  private let secrets: KnownSecrets
  private var sources: SourceFiles
  private var files: FileWatch?
  private var reloadSignal: SignalSource?
  private var timer: LoopClock.Cancellation?
  private var isLookingUp = false
  private var isStopped = false

  init(_ assembly: Assembly) {
    manager = assembly.manager
    surroundings = assembly.surroundings
    log = assembly.log
    sources = assembly.sources
    values = assembly.values
    secrets = assembly.secrets
  }

  func start() {
    tell()
    reloadSignal = SignalSource(SignalSource.reload) { [weak self] in self?.reloadAnew() }
    watch()
    lookUp()
  }

  func stop() {
    isStopped = true
    timer?.cancel()
    files = nil
    reloadSignal = nil
  }

  /// Reads the file again, and has commands run and secrets looked up again, which is taken up when it is known. Returns what
  /// is wrong with the file.
  @discardableResult
  func reloadAnew() -> [ConfigurationProblem] {
    values.renew()
    return reload()
  }

  /// Reads the file again and takes up what is new in it. Returns what is wrong with it.
  @discardableResult
  private func reload() -> [ConfigurationProblem] {
    sources = SourceFiles(following: sources)
    let next = ConfigurationLoading.salvage(in: surroundings, values, noting: sources).keeping(
      manager.configuration)
    if next != manager.configuration {
      secrets.add(next)
      manager.upstream.apply(next)
      tell()
    }
    // Directories may be others by now, and links may lead elsewhere.
    files = nil
    watch()
    lookUp()
    return problems
  }

  /// Has looked up what the file has asked for, and takes it up.
  private func lookUp() {
    guard values.hasQuestions, !isLookingUp else { return }
    isLookingUp = true
    Task { @GatewayActor [weak self, values] in
      let isNews = await values.answer()
      guard let self, !isStopped else { return }
      isLookingUp = false
      if isNews { reload() } else { lookUp() }
    }
  }

  private var problems: [ConfigurationProblem] {
    let configuration = manager.configuration
    return configuration.problems + configuration.servers.filter { !$0.isDisabled }.flatMap(\.problems)
  }

  /// Logs every mistake once, and what is odd.
  private func tell() {
    for problem in problems {
      log(.error, "configuration_wrong", server: problem.server, ["problem": "\(problem)"])
    }
    for warning in manager.configuration.warnings {
      log(.warning, "configuration_odd", server: warning.server, ["problem": "\(warning)"])
    }
  }

  // MARK: - Changes

  private func watch() {
    timer?.cancel()
    if files?.isComplete != true {
      files = FileWatch(sources.paths) { [weak self] in self?.lookSoon() }
      // What has happened before the watch was there is told by nobody.
      if sources.haveChanged { return lookSoon() }
    }
    guard files?.isComplete == false || manager.configuration.isBroken else { return }
    timer = LoopClock.loop.after(Self.interval) { [weak self] in self?.reload() }
  }

  private func lookSoon() {
    timer?.cancel()
    timer = LoopClock.loop.after(Self.settlingTime) { [weak self] in self?.look() }
  }

  private func look() {
    if sources.haveChanged { reload() } else { watch() }
  }
}
