/// How calls are spread over the replicas of one server.
package enum BalancingPolicy: String, CaseIterable, Sendable {
  case roundRobin, leastInFlight, healthWeighted
}
