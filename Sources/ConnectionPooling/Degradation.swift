/// What is not right with an endpoint that still works.
package enum Degradation: Hashable, Sendable {
  /// The last probe was answered, but late.
  case slow(milliseconds: UInt64)
  /// Calls take this many times as long as usual.
  case sluggish(factor: Int)
  /// Probes are missed.
  case silent(misses: Int)
  /// Probes are missed while calls are in flight: many servers run a tool on their only thread.
  case busy
  /// A process of the server is stopped, and will be ended if it does not go on soon.
  case stopped
}
