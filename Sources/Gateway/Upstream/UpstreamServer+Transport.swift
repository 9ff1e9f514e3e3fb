import Configuration
import EventLoop
import MCP

/// That a server speaks the transport of 2024-11-05 is found out by a request that it refuses. It is remembered, and found out
/// again after a while: servers are upgraded.
extension UpstreamServer {
  /// Returns how an endpoint is reached, by what is known of it.
  func launch(of endpoint: Endpoint) -> Launch {
    guard isFoundOut(endpoint), speaksOlderTransport, case .remote(let launch) = endpoint.launch else {
      return endpoint.launch
    }
    return .remote(launch.speaking(.sse))
  }

  /// Takes down by which transport a connection was agreed on.
  func noteTransport(of connection: ServerConnection) {
    guard isFoundOut(connection.lane.endpoint) else { return }
    guard connection.carrier.place()?.transport == .sse else { return forgetTransport() }
    if !speaksOlderTransport { olderTransportAt = WallClock.milliseconds }
  }

  /// Whether a connection has failed that was opened by what is remembered, and not because the server was not reached.
  func isWrongAboutTransport(of connection: ServerConnection) -> Bool {
    isFoundOut(connection.lane.endpoint) && speaksOlderTransport
      && connection.carrier.loss()?.isUnavailability == false
  }

  func forgetTransport() { olderTransportAt = nil }

  private var speaksOlderTransport: Bool {
    let now = WallClock.milliseconds
    // A date of the future is none: the clock was set back.
    return olderTransportAt.map { $0 <= now && now - $0 < EraVerdicts.lifetimeOfNo } ?? false
  }

  /// Whether the transport of an endpoint is the one that is remembered, and not configured.
  private func isFoundOut(_ endpoint: Endpoint) -> Bool {
    guard case .remote(let launch) = endpoint.launch else { return false }
    return launch.transport == nil && endpoint.launch == configuration.launch
  }
}
