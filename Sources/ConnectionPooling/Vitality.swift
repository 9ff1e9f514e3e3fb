/// What probing says of one connection.
package enum Vitality: Hashable, Sendable {
  case healthy
  case degraded(Degradation)
  /// It must be ended and replaced.
  case dead(EndpointFailure)
}
