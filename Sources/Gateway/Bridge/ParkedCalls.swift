import EventLoop
import JSONRPC
import MCP

/// Calls of one modern client at legacy servers that have asked the client something. It cannot be asked in the middle of a
/// call, so the call is answered with what is asked first, and goes on when the client makes it again with the answer. The
/// server never sees it twice.
///
/// ```
/// (call) ── asked ──► gathering ── a moment later ──► presented ── client is back ──► (call goes on)
///                         │                            ▲     │                              │
///                 call ends: asked of another          └─────┼────── asked once more ◄──────┘
///                                                            └── dropped: nobody comes back
/// ```
@GatewayActor
struct ParkedCalls {
  struct Question {
    let key: String
    let kind: InputQuestion
    /// The server's message, and where the params of the question lie in it.
    let frame: StoredFrame
    let params: Range<Int>?
    /// The id by which the server waits for the answer; nil when it does not wait.
    let id: RawToken?
  }

  enum Stage: Equatable {
    /// More questions may come in a moment.
    case gathering
    /// The client has been given the questions, and this state to come back with.
    case presented(ParkingToken)
    /// The client is back; what is asked from now on is gathered anew.
    case resumed
  }

  struct Entry {
    let call: Call
    let connection: ServerConnection
    /// The id of the call at the server; nil when the server has refused the call until somebody has opened a URL.
    let id: UInt64?
    /// The request as it was made first.
    let original: StoredFrame
    fileprivate(set) var questions: [Question] = []
    fileprivate(set) var stage: Stage
    /// How the call ended meanwhile.
    fileprivate(set) var outcome: Result<StoredFrame, Failure>?
    fileprivate var lastKey = 0

    fileprivate mutating func add(_ kind: InputQuestion, _ frame: StoredFrame, params: Range<Int>?, id: RawToken?) {
      lastKey += 1
      questions.append(Question(key: "q\(lastKey)", kind: kind, frame: frame, params: params, id: id))
    }

    /// Whether a request is the same call again: nobody gets at a call with the state of another one.
    fileprivate func isRepeated(by frame: Frame, _ method: Method) -> Bool {
      func same(_ name: StaticString) -> Bool {
        switch (original.raw(name, in: .params), frame.raw(name, in: .params)) {
        case (nil, nil): true
        case (let left?, let right?): left.elementsEqual(right)
        default: false
        }
      }
      return method == call.method && same("name") && same("uri") && same("arguments")
    }
  }

  struct Limits {
    /// Times that the client is asked within one call.
    let rounds: Int
    /// Calls that are parked at a time.
    let calls: Int
  }

  enum Asking: Equatable {
    /// The question is refused, with these words.
    case refused(String)
    /// The first of a call's: the client gets it with those that come in the next moment.
    case gathering
    case added
  }

  enum Resumption {
    /// Nothing is known of the state, and this is why.
    case refused(String)
    case resumed(Entry)
  }

  /// What follows when the client has answered some of a call's questions.
  enum Step {
    /// The server has all it wanted.
    case goesOn
    case asksAgain
    case ended(Result<StoredFrame, Failure>)
  }

  /// Questions that one call may have open.
  private static let questionLimit = 100

  private var entries: [ObjectIdentifier: Entry] = [:]

  var isEmpty: Bool { entries.isEmpty }

  subscript(call: Call) -> Entry? { entries[ObjectIdentifier(call)] }

  // MARK: - Questions

  /// A legacy server asks something for a call, which has the id `id` there.
  mutating func asked(_ question: ServerQuestion, during call: Call, id: UInt64, _ limits: Limits) -> Asking {
    let key = ObjectIdentifier(call)
    let copy = question.frame
    if var entry = entries[key] {
      guard entry.questions.count < Self.questionLimit else {
        return .refused("\(Self.questionLimit) questions wait for the client already.")
      }
      entry.add(question.kind, copy, params: copy.object(.params)?.range, id: question.id)
      let isFirst = entry.stage == .resumed
      if isFirst { entry.stage = .gathering }
      entries[key] = entry
      return isFirst ? .gathering : .added
    }
    guard call.timesParked < limits.rounds else {
      return .refused("The client has been asked \(limits.rounds) times within one call.")
    }
    guard entries.count < limits.calls, let original = call.original else {
      return .refused("\(limits.calls) calls of the client wait for its answers already.")
    }
    var entry = Entry(call: call, connection: question.connection, id: id, original: original, stage: .gathering)
    entry.add(question.kind, copy, params: copy.object(.params)?.range, id: question.id)
    entries[key] = entry
    return .gathering
  }

  /// A legacy server has refused a call until somebody has opened URLs, which become questions (2025-11-25,
  /// client/elicitation, URL elicitation required). Returns false when it names none, or too many calls wait already.
  mutating func refused(_ call: Call, _ error: Frame, by connection: ServerConnection, _ limits: Limits) -> Bool {
    guard let data = error.range("data", in: .error),
      let elicitations = JSONWalk.member("elicitations", of: error.bytes, in: data),
      entries.count < limits.calls, let original = call.original
    else { return false }
    let copy = error.copy()
    var entry = Entry(call: call, connection: connection, id: nil, original: original, stage: .gathering)
    JSONWalk.elements(of: copy.bytes, in: elicitations) { element in
      if copy[element].first == UInt8(ascii: "{") { entry.add(.elicitationURL, copy, params: element, id: nil) }
      return entry.questions.count < Self.questionLimit
    }
    guard !entry.questions.isEmpty else { return false }
    entries[ObjectIdentifier(call)] = entry
    return true
  }

  /// A server takes its own question back.
  mutating func withdrawn(_ id: RawToken, by connection: ServerConnection) {
    for key in entries.keys where entries[key]?.connection === connection {
      entries[key]?.questions.removeAll { $0.id == id }
    }
  }

  // MARK: - The client

  /// The moment for gathering is over. Returns what the client is to be asked; nil when that is nothing any more.
  mutating func gathered(_ call: Call) -> Entry? {
    let key = ObjectIdentifier(call)
    guard let entry = entries[key], entry.stage == .gathering else { return nil }
    guard !entry.questions.isEmpty, !entry.connection.closed.isOpen else {
      entries[key] = nil
      return nil
    }
    return entry
  }

  /// The client has been given the questions.
  mutating func presented(_ call: Call, _ token: ParkingToken) {
    entries[ObjectIdentifier(call)]?.stage = .presented(token)
  }

  /// The client has come back.
  mutating func resumed(with token: ParkingToken, run: UInt64, _ frame: Frame, _ method: Method) -> Resumption {
    guard token.isOf(run: run) else {
      return .refused("This requestState is of an earlier run of the gateway: make the request anew, without it.")
    }
    guard let (key, entry) = entries.first(where: { $0.value.stage == .presented(token) }) else {
      return .refused("This requestState was used before or has expired: make the request anew, without it.")
    }
    guard entry.isRepeated(by: frame, method) else {
      return .refused("This requestState belongs to another request.")
    }
    entries[key]?.stage = .resumed
    return .resumed(entry)
  }

  /// Some of a call's questions are answered. Says what follows.
  mutating func answered(_ call: Call, _ keys: Set<String>) -> Step {
    let key = ObjectIdentifier(call)
    entries[key]?.questions.removeAll { keys.contains($0.key) }
    guard let entry = entries[key] else { return .goesOn }
    if let outcome = entry.outcome { return .ended(outcome) }
    guard entry.questions.isEmpty else { return .asksAgain }
    entries[key] = nil
    return .goesOn
  }

  // MARK: - Ends

  /// A call has ended while its client is being asked.
  mutating func ended(_ call: Call, _ outcome: Result<StoredFrame, Failure>) {
    entries[ObjectIdentifier(call)]?.outcome = outcome
  }

  /// Forgets a call. Returns it with the questions that are open: a call that is over may not have been the one that they
  /// were asked for.
  mutating func remove(_ call: Call) -> Entry? { entries.removeValue(forKey: ObjectIdentifier(call)) }

  /// Forgets a call that nobody has come back for with this state. Returns nil when somebody has.
  mutating func expired(_ token: ParkingToken) -> Entry? {
    guard let (key, entry) = entries.first(where: { $0.value.stage == .presented(token) }) else { return nil }
    entries[key] = nil
    return entry
  }

  mutating func removePresented() -> [Entry] {
    let presented = entries.filter { if case .presented = $0.value.stage { true } else { false } }
    for key in presented.keys { entries[key] = nil }
    return Array(presented.values)
  }
}
