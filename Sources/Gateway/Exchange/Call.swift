import EventLoop
import JSONRPC
import MCP

/// One request for a server, from its arrival to its answer: a client's, or the gateway's own.
@GatewayActor
final class Call {
  enum Origin {
    case client
    case gateway
    /// The gateway asks for a sign of life.
    case probe
  }

  enum State {
    /// Waits for something of the gateway's own: lists, a name, a server, a place in a queue.
    case waiting
    case sent(ServerConnection, id: UInt64)
    /// Goes on at its server while its modern client is asked what a legacy server wants to know.
    case parked(ServerConnection, id: UInt64)
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

    var isPlain: Bool { if case .plain = self { true } else { false } }
  }

  /// Bytes that take the place of a member of the request on its way to the server.
  struct Edit {
    let range: Range<Int>
    let bytes: [UInt8]
  }

  let origin: Origin
  /// The number of the session that it is made for; 0 for none.
  let session: UInt64
  let method: Method
  // What the caller is to the gateway. A call that goes on while its client is asked something changes hands.
  private(set) var caller: any Caller
  /// The caller's own id.
  private(set) var id: RawToken
  private(set) var terms: RequestTerms
  /// Where its answer goes; nil for where all answers to the caller go.
  private(set) var reply: ReplyTarget?
  /// Whether sending it twice does no harm, by what the tool says and the configuration allows.
  var isRepeatable = false
  /// Whether it calls a tool that runs as a task only, while its client waits for the result.
  var requiresTask = false
  var state = State.waiting
  /// The server it is meant for, once that is known.
  var server: UpstreamServer?
  /// The lane that has it.
  var lane: Lane?
  /// Its place in that lane's queue.
  var waiter: UInt64?
  /// The tool that it calls.
  var tool: Catalog.Target?
  /// Where its end is counted; nil while no server is known.
  var meter: CallMeter?
  var edit: Edit?
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

  init(
    _ method: Method, by caller: any Caller, id: RawToken, terms: RequestTerms,
    session: UInt64 = 0, origin: Origin = .client
  ) {
    self.origin = origin
    self.session = session
    self.method = method
    self.caller = caller
    self.id = id
    self.terms = terms
  }

  /// Its answer belongs to a batch.
  func isAnswered(in batch: ReplyTarget) {
    reply = batch
    batch.expect()
  }

  /// Somebody else waits for it from now on.
  func changesHands(to caller: any Caller) { self.caller = caller }

  /// The client has come back with another request for the same call, which takes its answer from now on.
  func continues(for request: Call) {
    caller = request.caller
    id = request.id
    terms = request.terms
    reply = request.reply
    isResumed = true
    timesParked += 1
  }

  /// Whether nothing is to be done to it or to its answer but to give names and ids back.
  var isPlain: Bool { particulars == nil }

  /// Whether a progress notification tells of more than all before it, as it must, over all times that it is sent.
  func advances(_ frame: Frame) -> Bool {
    guard let next = frame.raw("progress", in: .params).flatMap({ JSONText.number($0) }) else { return true }
    guard next > particulars?.progress ?? -.infinity else { return false }
    needed.progress = next
    return true
  }

  /// The id that it has at the server; nil when it is not there.
  var idAtServer: UInt64? {
    switch state {
    case .sent(_, let id), .parked(_, let id): id
    case .waiting, .asking, .finished: nil
    }
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

  /// It goes out once more, which counts when it may have arrived before.
  func sendAgain(mayHaveArrived: Bool) {
    if mayHaveArrived { needed.resends += 1 }
    task = nil
    state = .waiting
  }

  /// Counts that it went down with its connection although it was not carried out. Returns whether that may go on: a
  /// server that opens a session and then knows nothing of it is not tried for ever.
  func mayBeLostUnsent() -> Bool {
    needed.unsentLosses += 1
    return needed.unsentLosses <= Self.unsentLossLimit
  }

  private static let unsentLossLimit = 3

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
    var home: Lane?
    var task: [UInt8]?
    var resends = 0
    var unsentLosses = 0
    var hasNewHeaders = false
    var purpose = Purpose.plain
    var publicURI: String?
    var originalURI: String?
    var candidates: [UpstreamServer] = []
    var retry: StoredFrame?
    var isCacheable = false
    var original: StoredFrame?
    var timesParked = 0
    var isResumed = false
    var rounds: InputRounds?
    var progress = -Double.infinity
    var firstError: (frame: StoredFrame, connection: ServerConnection)?
    var firstFailure: Failure?
    var auditedArguments: String?
  }

  private var needed: Particulars {
    if let particulars { return particulars }
    let particulars = Particulars()
    self.particulars = particulars
    return particulars
  }

  /// The only lane that can know what it is about; nil when any of its server's can.
  var home: Lane? {
    get { particulars?.home }
    set { needed.home = newValue }
  }
  /// The raw id of the task that it has become, while its client waits for the result.
  var task: [UInt8]? {
    get { particulars?.task }
    set { needed.task = newValue }
  }
  var resends: Int { particulars?.resends ?? 0 }
  /// Whether it went out once more because its header fields were not as its server wants them.
  var hasNewHeaders: Bool {
    get { particulars?.hasNewHeaders ?? false }
    set { needed.hasNewHeaders = newValue }
  }
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
  var firstError: (frame: StoredFrame, connection: ServerConnection)? {
    get { particulars?.firstError }
    set { needed.firstError = newValue }
  }
  /// The first failure to ask one, which is the answer when none of them said anything.
  var firstFailure: Failure? {
    get { particulars?.firstFailure }
    set { needed.firstFailure = newValue }
  }
  /// What its tool is called with, while somebody wants to be told of that.
  var auditedArguments: String? {
    get { particulars?.auditedArguments }
    set { needed.auditedArguments = newValue }
  }
}
