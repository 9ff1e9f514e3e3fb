import Configuration
import EventLoop
import MCP

/// The limits of a call's time.
extension ServerConnection {
  /// Looks at all pending calls from time to time: often enough for the shortest limit, and not at all when idle.
  func scheduleSweep() {
    let configuration = server.configuration
    let shortest = min(configuration.callTimeout, configuration.progressTimeout ?? .max)
    sweep = clock.after(min(max(shortest / 20, 20), 60_000)) { self.sweepDeadlines() }
  }

  func sweepDeadlines() {
    sweep = nil
    let expired = expiredRequests()
    if !expired.isEmpty {
      // An answer that is already in the pipe is read first.
      _ = clock.after(1) { [self] in
        for (id, limit) in expiredRequests() { expire(id, limit) }
      }
    }
    if inFlight > 0 { scheduleSweep() }
  }

  func expiredRequests() -> [(id: UInt64, limit: String)] {
    let now = clock.now()
    let configuration = server.configuration
    var expired: [(UInt64, String)] = []
    for (id, call) in pending.entries {
      guard call.origin == .client else { continue }
      if now.since(call.arrivedAt ?? call.sentAt) >= configuration.callTimeout {
        expired.append((id, "no answer within \(Duration.spelled(configuration.callTimeout))"))
      } else if let limit = configuration.progressTimeout, call.method != .tasksResult, call.task == nil {
        // A person who is being asked something is not a server that makes no progress.
        if call.caller.isAsking(for: self) { call.heardAt = now }
        if now.since(call.heardAt) >= limit {
          expired.append((id, "no progress within \(Duration.spelled(limit))"))
        }
      }
    }
    return expired
  }

  func expire(_ id: UInt64, _ limit: String) {
    guard let call = pending[id], call.origin == .client else { return }
    cancel(id, reason: limit)
    call.caller.failed(
      call,
      Failure(
        server: server.name, phase: .call, reason: limit, cure: Self.timeoutCure, outcome: .unknown),
      as: .expired)
  }

  /// What to do about a call that was over its time.
  static let timeoutCure = "The limit is \"timeout\" in the server's entry of the configuration."
}
