import Configuration
package import EventLoop
import MCP

/// How a running gateway and its servers are: for a person, or for a program.
package struct StatusReport: Sendable {
  struct Client: Sendable {
    let session: UInt64
    /// Nil before it has introduced itself.
    let name: String?
    let version: String?
    let revision: String?
    let unanswered: Int
  }

  let identity: Identity
  /// The gateway's process id.
  let process: Int32
  /// Milliseconds since it was started.
  let uptime: UInt64
  package let configurationPath: String
  /// What is wrong with the configuration file.
  let problems: [String]
  let clients: [Client]
  let servers: [ServerStatus]
  /// Milliseconds since 1970 at which all this was so.
  let takenAt: UInt64

  /// Takes down how things stand now. `process` is the gateway's process id.
  @GatewayActor
  package init(of manager: ServerManager, process: Int32) {
    identity = manager.identity
    self.process = process
    uptime = manager.clock.now().since(manager.metrics.startedAt)
    configurationPath = manager.configuration.path
    problems = manager.configuration.problems.map { manager.log.redacted("\($0)") }
    clients = manager.audience.members.map {
      Client(
        session: $0.number, name: $0.introduction?.name, version: $0.introduction?.version,
        revision: $0.handshake.revision?.rawValue,
        unanswered: $0.unanswered)
    }
    servers = manager.configuration.servers.map { configuration in
      guard !configuration.isDisabled, let server = manager.upstream.server(named: configuration.name) else {
        return ServerStatus(disabled: configuration.name)
      }
      return ServerStatus(of: server, in: manager.upstream)
    }
    takenAt = WallClock.milliseconds
  }

  /// Whether nothing is wrong with the file, nor with any server that is in use.
  package var isHealthy: Bool { problems.isEmpty && servers.allSatisfy(\.isWell) }
}
