package import JSONRPC

/// What a modern server wants to know within one call of a legacy client: round after round of questions, which the client
/// is asked one at a time (2026-07-28, basic/patterns, multi round-trip requests).
package struct InputRounds {
  package struct Question {
    /// The key in `inputRequests`, without quotes, as it is spelled in the server's answer.
    package let key: Range<Int>
    package let kind: InputQuestion
    package let params: Range<Int>?
  }

  /// Why an interim answer cannot be dealt with.
  package struct Fault: Error {
    package let reason: String

    package init(reason: String) { self.reason = reason }
  }

  /// Rounds so far, this one included.
  package private(set) var count = 0
  /// The server's answer that asks.
  package private(set) var answer: StoredFrame
  package private(set) var questions: [Question]
  /// What the client has been asked and not answered yet: the id given out for it.
  package var open: UInt64?
  /// Ids that the client knows questions about URLs by.
  package var elicitations: [String] = []
  private var responses: [String] = []
  private var state: String?
  /// The members of the retry, until the next round.
  package private(set) var retry: String?

  package init() {
    answer = StoredFrame.empty
    questions = []
  }

  /// Takes up the next interim answer.
  package mutating func begin(_ frame: Frame, for capabilities: ClientCapabilities) throws(Fault) {
    count += 1
    answer = frame.copy()
    responses = []
    retry = nil
    state = frame.raw("requestState", in: .result).map { String(decoding: $0, as: UTF8.self) }
    questions = try Self.questions(in: answer)
    if questions.isEmpty, state == nil { throw Fault(reason: "it asked for input without saying for what") }
    for question in questions where capabilities.missing(for: question.kind) != nil {
      throw Fault(reason: "it asked for \(question.kind.method.rawValue), which the client does not offer")
    }
  }

  /// Reads the `inputRequests` of an interim answer.
  package static func questions(in answer: Frame) throws(Fault) -> [Question] {
    var found: [Question] = []
    var fault: String?
    if let requests = answer.range("inputRequests", in: .result) {
      JSONWalk.members(of: answer.bytes, in: requests) { key, value in
        let params = JSONWalk.member("params", of: answer.bytes, in: value)
        if let params, answer[params].first != UInt8(ascii: "{") {
          fault = "it asked for something with params that are no object"
          return false
        }
        let method = JSONWalk.member("method", of: answer.bytes, in: value).flatMap { Method(raw: answer[$0]) }
        guard let kind = InputQuestion(method, params: params.map { answer[$0] }) else {
          fault = "it asked for something that the protocol does not know"
          return false
        }
        found.append(Question(key: key, kind: kind, params: params))
        return found.count < limit
      }
    }
    if let fault { throw Fault(reason: fault) }
    return found
  }

  /// The question to ask next; nil when all are answered.
  package var next: Question? { responses.count < questions.count ? questions[responses.count] : nil }

  /// - Parameter response: a bare result, JSON text.
  package mutating func answered(with response: String) {
    guard let question = next else { return }
    responses.append("\"\(String(decoding: answer[question.key], as: UTF8.self))\":\(response)")
  }

  /// Prepares the members of the retry.
  package mutating func finish() {
    var members: [String] = []
    if !responses.isEmpty { members.append("\"inputResponses\":{\(responses.joined(separator: ","))}") }
    if let state { members.append("\"requestState\":\(state)") }
    retry = members.joined(separator: ",")
  }

  /// Questions of one round beyond which no more are read.
  private static let limit = 100
}
