package import ConnectionPooling

/// What has happened at one endpoint since the gateway was started.
package struct EndpointTally: Equatable, Sendable {
  /// Why a request was not sent by this endpoint.
  package enum Refusal: String, CaseIterable, Sendable {
    /// The breaker is open, or the endpoint was given up.
    case unavailable
    /// As many requests wait as may.
    case queueFull
    /// As many bytes wait, for all servers together, as may.
    case bytesFull
    /// The endpoint did not come back in time.
    case timedOut
    /// It is being shut down.
    case closed
  }

  package struct Loss: Equatable, Sendable {
    /// Milliseconds of the gateway's clock.
    package let at: UInt64
    package let failure: EndpointFailure
  }

  /// Requests that were sent.
  package var leases: UInt64 = 0
  /// Choices of the balancer.
  package var picks: UInt64 = 0
  package var probesSent: UInt64 = 0
  package var probesAnswered: UInt64 = 0
  /// Looks at a probe that was still not answered when it should have been.
  package var probesMissed: UInt64 = 0
  /// Answers that nobody waited for.
  package var strayAnswers: UInt64 = 0
  /// Answers that were mended before they were passed on.
  package var mendedAnswers: UInt64 = 0
  /// Lines that were no messages.
  package var skippedLines: UInt64 = 0
  private var refusals: [Refusal: UInt64] = [:]

  private var changes: [EndpointStage: UInt64] = [:]
  private var losses: [EndpointFailure.Kind: UInt64] = [:]
  package private(set) var stage = EndpointStage.disconnected
  /// Connections that became ready after one was lost.
  package private(set) var reconnects: UInt64 = 0
  package private(set) var breakerOpenings: UInt64 = 0
  package private(set) var lastLoss: Loss?

  package init() {}

  package mutating func refused(_ refusal: Refusal) { refusals[refusal, default: 0] += 1 }

  /// The endpoint's condition has changed.
  mutating func changed(to state: EndpointState, at now: UInt64) {
    let next = state.condition.stage
    changes[next, default: 0] += 1
    switch state.condition {
    case .ready: if stage == .reconnecting { reconnects += 1 }
    case .backingOff(_, _, let why), .failed(let why):
      losses[why.kind, default: 0] += 1
      lastLoss = Loss(at: now, failure: why)
      if case .open = state.breaker { breakerOpenings += 1 }
    case .idle, .starting, .degraded, .trial, .closed: break
    }
    stage = next
  }

  package func refusals(_ refusal: Refusal) -> UInt64 { refusals[refusal] ?? 0 }

  /// How often the endpoint changed into a stage, or within it.
  package func changes(to stage: EndpointStage) -> UInt64 { changes[stage] ?? 0 }

  package func losses(_ kind: EndpointFailure.Kind) -> UInt64 { losses[kind] ?? 0 }
}
