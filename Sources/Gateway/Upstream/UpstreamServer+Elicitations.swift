import JSONRPC
import MCP

/// Elicitations by URL that a server has asked for: when one is over it says so by its id, and of no other server's
/// (2025-11-25, client/elicitation).
extension UpstreamServer {
  /// Takes down the id that a question of the server's gives.
  func noteElicitation(_ question: Frame) {
    if let id = question.string("elicitationId", in: .params) { elicitations.note(id, true) }
  }

  /// Takes down the ids that a refusal gives, which says what has to be opened first.
  func noteElicitations(in refusal: Frame) {
    guard let data = refusal.range("data", in: .error),
      let list = JSONWalk.member("elicitations", of: refusal.bytes, in: data)
    else { return }
    var left = Self.mostInRefusal
    JSONWalk.elements(of: refusal.bytes, in: list) { element in
      if let id = JSONWalk.member("elicitationId", of: refusal.bytes, in: element),
        let text = JSONText.string(refusal[id])
      {
        elicitations.note(text, true)
      }
      left -= 1
      return left > 0
    }
  }

  /// Elicitations of one refusal beyond which none are looked at.
  private static let mostInRefusal = 100
}
