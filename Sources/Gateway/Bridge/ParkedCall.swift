import EventLoop
import JSONRPC
import MCP

/// A modern client's call at a legacy server that has asked the client something: its client has been told so in the
/// answer, and comes back with what it said, while the call itself goes on waiting at the server.
@GatewayActor
final class ParkedCall {
  struct Question {
    let key: String
    let kind: InputQuestion
    /// The server's message, and where the params of the question lie in it.
    let frame: StoredFrame
    let params: Range<Int>?
    /// The id by which the server waits for the answer; nil when it does not wait.
    let id: RawToken?
  }

  let client: ServerConnection
  /// The id of the call at the server; nil when the server has refused the call until somebody has opened a URL.
  let id: UInt64?
  /// The request that waits for the call, or that waited last.
  var request: Call
  private(set) var questions: [Question] = []
  /// The state that the client was given.
  var token: ParkingToken?
  /// How the call ended meanwhile.
  private(set) var outcome: Result<StoredFrame, Failure>?
  var deadline: LoopClock.Cancellation?
  private let original: StoredFrame
  private var lastKey = 0

  init?(client: ServerConnection, id: UInt64?, request: Call) {
    guard let original = request.original else { return nil }
    self.client = client
    self.id = id
    self.request = request
    self.original = original
  }

  func add(_ kind: InputQuestion, _ frame: StoredFrame, params: Range<Int>?, id: RawToken?) {
    lastKey += 1
    questions.append(Question(key: "q\(lastKey)", kind: kind, frame: frame, params: params, id: id))
  }

  func remove(_ id: RawToken) { questions.removeAll { $0.id == id } }

  func settled(_ keys: Set<String>) { questions.removeAll { keys.contains($0.key) } }

  func ended(_ outcome: Result<StoredFrame, Failure>) { self.outcome = outcome }

  /// Whether a request is the same call again: nobody gets at a call with the state of another one.
  func isRepeated(by frame: Frame, _ method: Method) -> Bool {
    func same(_ name: StaticString) -> Bool {
      switch (original.raw(name, in: .params), frame.raw(name, in: .params)) {
      case (nil, nil): true
      case (let left?, let right?): left.elementsEqual(right)
      default: false
      }
    }
    return method == request.method && same("name") && same("uri") && same("arguments")
  }

  /// The call is over, and may not have been the one that its questions were asked for: they are put to another one.
  func putQuestionsAnew() {
    let open = questions
    questions = []
    guard !client.closed.isOpen else { return }
    for question in open where question.id != nil { client.asked(question.frame) }
  }

  /// Answers the server that nobody will answer.
  func dismiss() {
    guard !client.closed.isOpen else { return }
    for question in questions {
      guard let id = question.id else { continue }
      switch question.kind {
      case .elicitationForm, .elicitationURL: Reply.result("{\"action\":\"cancel\"}", id: id, to: client.output)
      case .sampling, .roots:
        Reply.error(.internal, "The client did not come back with an answer.", id: id, revision: nil, to: client.output)
      }
    }
    questions = []
  }
}
