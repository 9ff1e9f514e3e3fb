import ConnectionPooling
import EventLoop

/// The processes of a server whose sessions do not share them: each has its own, from the first need to its end.
extension UpstreamServer {
  /// Returns the endpoints that may take a session's calls, and makes some for it where it must have its own.
  func endpoints(for session: ClientSession) -> [Endpoint] {
    guard !isShared else { return endpoints }
    let own = endpoints.filter { $0.owner === session }
    guard own.isEmpty else { return own }
    if claimFree(for: session) { return endpoints(for: session) }
    let added = manager.addEndpoints(to: self)
    for endpoint in added { endpoint.owner = session }
    return added
  }

  /// Gives a session the endpoints that no other has. Returns whether there are any.
  @discardableResult
  func claimFree(for session: ClientSession) -> Bool {
    guard !isShared else { return false }
    let free = endpoints.filter { $0.owner == nil }
    for endpoint in free { endpoint.owner = session }
    return !free.isEmpty
  }

  /// Ends the processes of a session that has ended. Those that are the last of their server rest until another session
  /// needs them, so that its lists stay.
  func giveUpEndpoints(of session: ClientSession) {
    let own = endpoints.filter { $0.owner === session }
    let areLast = own.count == endpoints.count
    for endpoint in own {
      endpoint.owner = nil
      if areLast { manager.update(endpoint.id) { $0.retire(at: $1) } } else { manager.dismiss(endpoint) }
    }
  }

  /// Ends what a session's processes know of it; they begin anew with its next need.
  func sessionStartedOver(_ session: ClientSession) {
    for endpoint in endpoints where endpoint.owner === session {
      manager.update(endpoint.id) { $0.retire(at: $1) }
    }
  }
}
