import EventLoop
import JSONRPC
import MCP

/// One request of a client, from its arrival to its answer.
@GatewayActor
final class ClientRequest {
  enum State {
    /// Waits for something of the gateway's own: lists, a name, a server, a place in a queue.
    case waiting
    case sent(UpstreamClient, id: UInt64)
    /// Its legacy client is being asked what a modern server wants to know.
    case asking
    case finished
  }

  /// What has to be done to the answer, besides giving it its id back.
  enum Purpose {
    case plain
    /// Subscribing to a URI, which stands from the answer on; `original` is the server's form of it.
    case subscribe(publicURI: String, original: String)
    case unsubscribe(publicURI: String)
    /// Reading what some session is subscribed to.
    case readWatched(original: String)
    /// A call whose answer is a task, or a request about one.
    case task
  }

  /// Bytes that take the place of a member of the request on its way to the server.
  struct Edit {
    let range: Range<Int>
    let bytes: [UInt8]
  }

  unowned let session: ClientSession
  let id: RawToken
  let method: Method
  let terms: RequestTerms
  var state = State.waiting
  /// The server it is meant for, once that is known.
  var server: UpstreamServer?
  /// The only endpoint that can know what it is about; nil when any of its server's can.
  var home: Endpoint?
  /// The endpoint that has it.
  var endpoint: Endpoint?
  /// Its place in that endpoint's queue.
  var waiter: UInt64?
  /// Whether sending it twice does no harm, by what the tool says and the configuration allows.
  var isRepeatable = false
  /// Whether it calls a tool that runs as a task only, while its client waits for the result.
  var requiresTask = false
  /// The id of that task, raw, once there is one.
  var task: [UInt8]?
  private(set) var resends = 0
  /// The array that its answer belongs to.
  var batch: BatchReply?
  var purpose = Purpose.plain
  /// The original name of the tool that it calls, raw.
  var tool: [UInt8]?
  /// Where its end is counted; nil while no server is known.
  var meter: CallMeter?
  var edit: Edit?
  /// The URI that a client wants to read, as it knows it.
  var publicURI: String?
  /// The same as the server knows it that is asked first.
  var originalURI: String?
  /// Servers to try next when one does not know the URI.
  var candidates: [UpstreamServer] = []
  /// The request itself, while it may have to be sent again.
  var retry: Frame?
  /// Whether its answer may be given out again: it brings no answers to questions.
  var isCacheable = false
  /// The request itself, while its client may be asked something in the middle of it.
  var original: Frame?
  /// The call that waits at a legacy server, while questions for this request are gathered.
  var parking: ParkedCall?
  /// How often the client was asked something for the same call before.
  var timesParked = 0
  /// Whether it brings what an earlier request of the client was asked for.
  var isResumed = false
  /// The rounds of questions that a modern server has asked a legacy client within this call.
  var rounds: InputRounds?
  private var progress = -Double.infinity
  /// The first refusal of a server, which is the answer when all candidates refuse.
  var firstError: (frame: Frame, client: UpstreamClient)?
  /// The first failure to ask one, which is the answer when none of them said anything.
  var firstFailure: Failure?
  /// The client's own token, while the server uses the gateway's.
  var progressToken: RawToken?
  /// The request's bytes, while it waits.
  var frame: Frame?
  /// When it began to wait or was sent, whichever came first: its time counts from then on.
  private(set) var arrivedAt: Instant?
  var sentAt = Instant(milliseconds: 0)
  /// When the server last said something about this request.
  var heardAt = Instant(milliseconds: 0)
  /// Ends the wait for a name or a server.
  var patience: LoopClock.Cancellation?

  init(session: ClientSession, id: RawToken, method: Method, terms: RequestTerms) {
    self.session = session
    self.id = id
    self.method = method
    self.terms = terms
  }

  /// Whether a progress notification tells of more than all before it, as it must, over all times that it is sent.
  func advances(_ frame: Frame) -> Bool {
    guard let next = frame.raw("progress", in: .params).flatMap({ JSONText.number($0) }) else { return true }
    guard next > progress else { return false }
    progress = next
    return true
  }

  /// Whether its client, a modern one, can be asked this while the call goes on.
  func canBeAsked(_ question: InputQuestion) -> Bool {
    terms.era == .modern && method.takesInput && terms.capabilities.missing(for: question) == nil
  }

  var isFinished: Bool {
    if case .finished = state { true } else { false }
  }

  /// Says that it is waiting, or is being sent, now.
  func arrived(at now: Instant) { if arrivedAt == nil { arrivedAt = now } }

  /// Counts that it goes out a second time.
  func sendAgain() {
    resends += 1
    task = nil
    state = .waiting
  }

  /// Leaves it with the server that has it, whatever that says.
  func forgetCandidates() {
    candidates = []
    firstError = nil
    firstFailure = nil
  }

  func stopWaiting() {
    patience?.cancel()
    patience = nil
  }
}
