import Configuration
import ConnectionPooling
import EventLoop

/// One replica of a server as it is configured, and its lanes, each for those who may share it.
@GatewayActor
final class Endpoint {
  let launch: ProcessLaunch
  /// Endpoints of a lower number are used first.
  let priority: Int
  /// Whether the server can do without it while there is little to do.
  let isExtra: Bool
  private(set) var lanes: [Lane] = []

  init(launch: ProcessLaunch, priority: Int, isExtra: Bool) {
    self.launch = launch
    self.priority = priority
    self.isExtra = isExtra
  }

  func add(_ lane: Lane) { lanes.append(lane) }

  func remove(_ lane: Lane) { lanes.removeAll { $0 === lane } }
}
