/// How far a connection has come that is being opened.
package enum StartPhase: String, Comparable, CaseIterable, Sendable {
  case transportSetup, handshake, capabilityNegotiation, listing

  package static func < (left: StartPhase, right: StartPhase) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .transportSetup: 0
    case .handshake: 1
    case .capabilityNegotiation: 2
    case .listing: 3
    }
  }
}
