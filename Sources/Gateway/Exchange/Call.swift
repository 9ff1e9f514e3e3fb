import EventLoop
import JSONRPC
import MCP

/// One request of a client, from its arrival to its answer.
@GatewayActor
final class Call {
  enum State {
    /// Waits for something of the gateway's own: lists, a name, a server, a place in a queue.
    case waiting
    case sent(ServerConnection, id: UInt64)
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

  /// Let go of when the request is finished, by the session itself.
  let session: ClientSession
  let id: RawToken
  let method: Method
  let terms: RequestTerms
  /// Whether sending it twice does no harm, by what the tool says and the configuration allows.
  var isRepeatable = false
  /// Whether it calls a tool that runs as a task only, while its client waits for the result.
  var requiresTask = false
  var state = State.waiting
  /// The server it is meant for, once that is known.
  var server: UpstreamServer?
  /// The endpoint that has it.
  var endpoint: Endpoint?
  /// Its place in that endpoint's queue.
  var waiter: UInt64?
  /// The tool that it calls.
  var tool: Catalog.Target?
  /// Where its end is counted; nil while no server is known.
  var meter: CallMeter?
  var edit: Edit?
  /// The array that its answer belongs to.
  var batch: BatchReply?
  /// The client's own token, while the server uses the gateway's.
  var progressToken: RawToken?
  /// The request's bytes, while it waits.
  var frame: StoredFrame?
  /// When it began to wait or was sent, whichever came first: its time counts from then on.
  private(set) var arrivedAt: Instant?
  var sentAt = Instant(milliseconds: 0)
  /// When the server last said something about this request.
  var heardAt = Instant(milliseconds: 0)
  /// Ends the wait for a name or a server.
  var patience: LoopClock.Cancellation?
  /// What few requests need; nil while this one needs none of it.
  private var particulars: Particulars?

  init(session: ClientSession, id: RawToken, method: Method, terms: RequestTerms) {
    self.session = session
    self.id = id
    self.method = method
    self.terms = terms
  }

  /// Whether a progress notification tells of more than all before it, as it must, over all times that it is sent.
  func advances(_ frame: Frame) -> Bool {
    guard let next = frame.raw("progress", in: .params).flatMap({ JSONText.number($0) }) else { return true }
    guard next > particulars?.progress ?? -.infinity else { return false }
    needed.progress = next
    return true
  }

  /// Whether its client, a modern one, can be asked this while the call goes on.
  func canBeAsked(_ question: InputQuestion) -> Bool {
    terms.era == .modern && method.takesInput && terms.capabilities.missing(for: question) == nil
  }

  var isFinished: Bool {
    if case .finished = state { true } else { false }
  }

  /// Says that it is waiting, or is being sent, now. Returns when it first was.
  func arrived(at now: Instant) -> Instant {
    if let arrivedAt { return arrivedAt }
    arrivedAt = now
    return now
  }

  /// Counts that it goes out a second time.
  func sendAgain() {
    needed.resends += 1
    task = nil
    state = .waiting
  }

  /// Leaves it with the server that has it, whatever that says.
  func forgetCandidates() {
    particulars?.candidates = []
    particulars?.firstError = nil
    particulars?.firstFailure = nil
  }

  func stopWaiting() {
    guard let patience else { return }
    patience.cancel()
    self.patience = nil
  }
}

/// What only those requests need that are not just sent and answered. It lies apart, so that the others stay small.
extension Call {
  private final class Particulars {
    var home: Endpoint?
    var task: [UInt8]?
    var resends = 0
    var purpose = Purpose.plain
    var publicURI: String?
    var originalURI: String?
    var candidates: [UpstreamServer] = []
    var retry: StoredFrame?
    var isCacheable = false
    var original: StoredFrame?
    var parking: ParkedCall?
    var timesParked = 0
    var isResumed = false
    var rounds: InputRounds?
    var progress = -Double.infinity
    var firstError: (frame: StoredFrame, client: ServerConnection)?
    var firstFailure: Failure?
  }

  private var needed: Particulars {
    if let particulars { return particulars }
    let particulars = Particulars()
    self.particulars = particulars
    return particulars
  }

  /// The only endpoint that can know what it is about; nil when any of its server's can.
  var home: Endpoint? {
    get { particulars?.home }
    set { needed.home = newValue }
  }
  /// The raw id of the task that it has become, while its client waits for the result.
  var task: [UInt8]? {
    get { particulars?.task }
    set { needed.task = newValue }
  }
  var resends: Int { particulars?.resends ?? 0 }
  var purpose: Purpose {
    get { particulars?.purpose ?? .plain }
    set { needed.purpose = newValue }
  }
  /// The URI that a client wants to read, as it knows it.
  var publicURI: String? {
    get { particulars?.publicURI }
    set { needed.publicURI = newValue }
  }
  /// The same as the server knows it that is asked first.
  var originalURI: String? {
    get { particulars?.originalURI }
    set { needed.originalURI = newValue }
  }
  /// Servers to try next when one does not know the URI.
  var candidates: [UpstreamServer] {
    get { particulars?.candidates ?? [] }
    set { needed.candidates = newValue }
  }
  /// The request itself, while it may have to be sent again.
  var retry: StoredFrame? {
    get { particulars?.retry }
    set { needed.retry = newValue }
  }
  /// Whether its answer may be given out again: it brings no answers to questions.
  var isCacheable: Bool {
    get { particulars?.isCacheable ?? false }
    set { needed.isCacheable = newValue }
  }
  /// The request itself, while its client may be asked something in the middle of it.
  var original: StoredFrame? {
    get { particulars?.original }
    set { needed.original = newValue }
  }
  /// The call that waits at a legacy server, while questions for this request are gathered.
  var parking: ParkedCall? {
    get { particulars?.parking }
    set { needed.parking = newValue }
  }
  /// How often the client was asked something for the same call before.
  var timesParked: Int {
    get { particulars?.timesParked ?? 0 }
    set { needed.timesParked = newValue }
  }
  /// Whether it brings what an earlier request of the client was asked for.
  var isResumed: Bool {
    get { particulars?.isResumed ?? false }
    set { needed.isResumed = newValue }
  }
  /// The rounds of questions that a modern server has asked a legacy client within this call.
  var rounds: InputRounds? {
    get { particulars?.rounds }
    set { needed.rounds = newValue }
  }
  /// The first refusal of a server, which is the answer when all candidates refuse.
  var firstError: (frame: StoredFrame, client: ServerConnection)? {
    get { particulars?.firstError }
    set { needed.firstError = newValue }
  }
  /// The first failure to ask one, which is the answer when none of them said anything.
  var firstFailure: Failure? {
    get { particulars?.firstFailure }
    set { needed.firstFailure = newValue }
  }

  /// Gives up the call that questions were gathered for. Returns it, if there was one.
  func takeParking() -> ParkedCall? {
    guard let parking = particulars?.parking else { return nil }
    particulars?.parking = nil
    return parking
  }
}
