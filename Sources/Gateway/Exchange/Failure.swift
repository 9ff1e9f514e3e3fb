import EventLoop
import JSONRPC
import MCP

/// A failure of the gateway's own, as it is told to a client: which server, in which phase, why, and whether the request
/// may have been carried out.
package struct Failure: Error, Equatable, Sendable {
  package enum Outcome: String, Sendable {
    /// The server never saw the request.
    case notSent
    /// The server has refused it without carrying it out.
    case refused
    /// The server may have carried it out.
    case unknown
  }

  package enum Phase: String, Sendable {
    case configuration, launch, handshake, listing, waiting, call, shutdown
  }

  package let server: String?
  package let phase: Phase
  package let reason: String
  package let cure: String?
  package let outcome: Outcome
  /// Milliseconds until the next attempt to reach the server.
  package let retryIn: UInt64?

  package init(
    server: String?, phase: Phase, reason: String, cure: String? = nil, outcome: Outcome = .notSent,
    retryIn: UInt64? = nil
  ) {
    self.server = server
    self.phase = phase
    self.reason = reason
    self.cure = cure
    self.outcome = outcome
    self.retryIn = retryIn
  }

  /// Returns the same failure with the time until the next attempt.
  func retrying(in milliseconds: UInt64) -> Failure {
    Failure(server: server, phase: phase, reason: reason, cure: cure, outcome: .notSent, retryIn: milliseconds)
  }

  /// The same failure of a request that may have been carried out.
  var withUnknownOutcome: Failure {
    Failure(server: server, phase: phase, reason: reason, cure: cure, outcome: .unknown, retryIn: retryIn)
  }

  /// Sentences for a person or a model.
  package var message: String {
    var text = server.map { "Server \"\($0)\": \(reason)." } ?? "\(reason)."
    switch outcome {
    case .notSent: text += " The request was not sent to it."
    case .refused: text += " The request was not carried out."
    case .unknown: text += " The request had been sent: whether it was carried out is unknown, so it was not repeated."
    }
    if let retryIn { text += " Next attempt in \(Self.seconds(retryIn))." }
    if let cure { text += " \(cure)" }
    return text
  }

  /// The object under `mcp-junction/failure`, for programs.
  ///
  /// - Parameter now: wall-clock time in milliseconds since 1970.
  package func json(now: UInt64) -> String {
    var members: [String] = []
    if let server { members.append("\"server\":\(JSONText.quote(server))") }
    members.append("\"phase\":\"\(phase.rawValue)\"")
    members.append("\"reason\":\(JSONText.quote(reason))")
    members.append("\"outcome\":\"\(outcome.rawValue)\"")
    if let retryIn { members.append("\"retryAt\":\(now + retryIn)") }
    return "{\(members.joined(separator: ","))}"
  }

  private static func seconds(_ milliseconds: UInt64) -> String {
    milliseconds < 1000 ? "\(milliseconds) ms" : "\((milliseconds + 500) / 1000) s"
  }

  /// Appends the answer to a request that failed this way: of `tools/call` a result that a model can read, of anything
  /// else an error.
  ///
  /// `head` says who answers a modern client; nil for a legacy one.
  func answer(
    _ method: Method?, head: ResultHead? = nil, id: RawToken, now: UInt64, redaction: (String) -> String,
    to output: OutputBuffer
  ) {
    let text = redaction(message)
    let object = Failure(
      server: server, phase: phase, reason: redaction(reason), outcome: outcome, retryIn: retryIn
    ).json(now: now)
    if method == .toolsCall {
      let content = "[{\"type\":\"text\",\"text\":\(JSONText.quote(text))}]"
      let type = head.map { _ in "\"resultType\":\"complete\"," } ?? ""
      let meta = head.map { $0.metaMember + "," } ?? ""
      Reply.result(
        "{\(type)\"content\":\(content),\"isError\":true,\"_meta\":{\(meta)\"mcp-junction/failure\":\(object)}}",
        id: id,
        to: output)
    } else {
      Reply.error(.internal, text, data: object, id: id, revision: nil, to: output)
    }
  }
}
