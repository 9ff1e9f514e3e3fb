import EventLoop

/// The connection that a lane is opening, and what is left of those before.
@GatewayActor
struct LaneOpening {
  /// The connection that is being opened.
  var connection: ServerConnection?
  var task: Task<Void, Never>?
  /// What carries the latest connection, or is still ending after it.
  var carrier: Carrier?
  /// What looking for its server's era has come to since it was found last.
  var pastProbes = EraProbe.Past()
  /// Open when the first opening has come to an end, well or not.
  let firstEnd = Gate()
}
