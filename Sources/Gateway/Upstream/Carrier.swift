package import Configuration
package import EventLoop

/// Starts server processes: the seam between the gateway, which decides, and the platform, which acts.
package struct ProcessSpawner: Sendable {
  /// Starts one process. `connection` is a number that no other start of this gateway has.
  package var spawn:
    @GatewayActor @Sendable (
      _ server: ServerConfiguration, _ launch: ProcessLaunch, _ connection: UInt64
    ) async -> Result<ServerProcess, LaunchFailure>

  package init(
    spawn:
      @escaping @GatewayActor @Sendable (ServerConfiguration, ProcessLaunch, UInt64) async -> Result<
        ServerProcess, LaunchFailure
      >
  ) {
    self.spawn = spawn
  }
}

/// A running server process.
@GatewayActor
package struct ServerProcess {
  package let pid: Int32
  package let transport: Transport
  /// The last bytes of what it wrote to its standard error.
  package let standardErrorTail: @GatewayActor () -> String
  /// How it ended, as a phrase such as `exit code 3` or `SIGKILL`; nil while it runs.
  package let exit: @GatewayActor () -> String?
  /// Whether it, or a process that it started, is stopped.
  let hasStopped: @GatewayActor () async -> Bool
  /// Calls back when it is stopped, and when it goes on.
  let watchStops: @GatewayActor (@escaping @GatewayActor (_ isStopped: Bool) -> Void) -> Void
  /// Closes its standard input and ends it, and all of its group, by the ladder; urgent skips the first wait.
  package let end: @GatewayActor (_ urgent: Bool) -> Void
  /// Open when the process itself has ended.
  package let exited: Gate
  /// Open when nothing of its group is left.
  package let gone: Gate

  package init(
    pid: Int32, transport: Transport,
    standardErrorTail: @escaping @GatewayActor () -> String,
    exit: @escaping @GatewayActor () -> String?,
    end: @escaping @GatewayActor (_ urgent: Bool) -> Void,
    exited: Gate, gone: Gate,
    hasStopped: @escaping @GatewayActor () async -> Bool = { false },
    watchStops: @escaping @GatewayActor (@escaping @GatewayActor (Bool) -> Void) -> Void = { _ in }
  ) {
    self.pid = pid
    self.transport = transport
    self.standardErrorTail = standardErrorTail
    self.exit = exit
    self.end = end
    self.exited = exited
    self.gone = gone
    self.hasStopped = hasStopped
    self.watchStops = watchStops
  }
}

/// Why a process could not be started, and what to do about it.
package struct LaunchFailure: Error, Equatable, Sendable {
  package let reason: String
  package let cure: String?

  package init(reason: String, cure: String? = nil) {
    self.reason = reason
    self.cure = cure
  }
}
