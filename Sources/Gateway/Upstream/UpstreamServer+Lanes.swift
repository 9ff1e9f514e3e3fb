import ConnectionPooling
import EventLoop

/// Who shares which of a server's lanes: all sessions all of them, or each session those of its own, from its first need
/// to its end.
extension UpstreamServer {
  /// Returns the lanes that may take a session's calls, and makes some for it where it must have its own.
  func lanes(for session: UInt64) -> [Lane] {
    guard !isShared else { return lanes }
    let key = LaneKey.session(session)
    let own = lanes.filter { $0.key == key }
    guard own.isEmpty else { return own }
    if claimSpare(for: session) { return lanes(for: session) }
    return addLanes(for: key)
  }

  /// Gives a session the lanes that no other has. Returns whether there are any.
  @discardableResult
  func claimSpare(for session: UInt64) -> Bool {
    let spare = lanes.filter { $0.key == .spare }
    for lane in spare { lane.key = .session(session) }
    return !spare.isEmpty
  }

  /// Ends the lanes of a session that has ended. Those that are the last of their server rest until another session needs
  /// them, so that its lists stay.
  func giveUpLanes(of session: UInt64) {
    let own = lanes.filter { $0.key == .session(session) }
    let areLast = own.count == lanes.count
    for lane in own {
      if areLast {
        lane.key = .spare
        lane.update { $0.retire(at: $1) }
      } else {
        dismiss(lane)
      }
    }
  }

  /// Ends what a session's processes know of it; they begin anew with its next need.
  func sessionStartedOver(_ session: UInt64) {
    for lane in lanes where lane.key == .session(session) { lane.update { $0.retire(at: $1) } }
  }

  /// Adds one lane to each endpoint.
  @discardableResult
  func addLanes(for key: LaneKey) -> [Lane] {
    endpoints.map { endpoint in
      let lane = Lane(LaneID(server: name, number: nextLaneNumber()), of: endpoint, at: self, for: key)
      add(lane)
      return lane
    }
  }

  /// Ends a lane that nobody needs any more.
  private func dismiss(_ lane: Lane) {
    lane.update { $0.shutDown(at: $1) }
    remove(lane)
  }
}
