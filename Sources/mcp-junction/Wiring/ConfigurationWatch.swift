import Configuration
import EventLoop
import Gateway

/// Says what is wrong with the configuration of a gateway that serves all the same, and takes the file up when it is mended.
@GatewayActor
final class ConfigurationWatch {
  /// Milliseconds between two looks at a file that is broken.
  private static let interval: UInt64 = 1_000

  private let manager: ServerManager
  private let surroundings: Surroundings
  private let log: Log
  private var timer: LoopClock.Cancellation?

  init(_ assembly: Assembly) {
    manager = assembly.manager
    surroundings = assembly.surroundings
    log = assembly.log
  }

  func start() {
    tell()
    look()
  }

  func stop() { timer?.cancel() }

  /// Logs every mistake once, and what is odd.
  private func tell() {
    let configuration = manager.configuration
    let servers = configuration.servers.filter { !$0.isDisabled }.flatMap(\.problems)
    for problem in configuration.problems + servers {
      log(.error, "configuration_wrong", server: problem.server, ["problem": "\(problem)"])
    }
    for warning in configuration.warnings {
      log(.warning, "configuration_odd", server: warning.server, ["problem": "\(warning)"])
    }
  }

  private func look() {
    guard manager.configuration.isBroken else { return }
    timer = LoopClock.loop.after(Self.interval) { [weak self] in
      guard let self else { return }
      let next = ConfigurationLoading.salvage(in: surroundings)
      if next != manager.configuration {
        manager.upstream.apply(next)
        tell()
      }
      look()
    }
  }
}
