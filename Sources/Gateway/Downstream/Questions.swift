import Configuration
import EventLoop
import JSONRPC
import MCP

/// What servers ask one client: each question under an id given out here, until the client has answered or the server has
/// taken it back.
@GatewayActor
final class Questions {
  /// A question that the client has not answered.
  private struct Asked {
    enum Origin {
      /// A legacy server's own request.
      case server(ServerConnection, RawToken)
      /// What a modern server wants to know within a call.
      case round(Call)
    }

    let origin: Origin
    let progressToken: RawToken?

    /// Whether it is a request of this connection, of the given id if there is one.
    @GatewayActor
    func isOf(_ connection: ServerConnection, _ id: RawToken? = nil) -> Bool {
      guard case .server(let asker, let itsID) = origin else { return false }
      return asker === connection && (id == nil || itsID == id)
    }
  }

  /// What the client answered.
  enum Answer {
    /// To a question of a round, for this call.
    case round(Call)
    /// It has been passed on, or nobody waits for it.
    case dealtWith
  }

  /// Questions that one connection may have open, and that are kept for a client that is not ready.
  private static let limit = 1000

  private let upstream: ServerSet
  private let port: ClientPort
  private var splicer = Splicer()
  private var asked: [UInt64: Asked] = [:]
  /// How many questions of servers' own each connection has open.
  private var counts: [ObjectIdentifier: Int] = [:]
  /// Questions of servers that wait for the client to be ready.
  private var kept: [ServerQuestion] = []
  private var lastID: UInt64 = 0

  init(to port: ClientPort, from upstream: ServerSet) {
    self.port = port
    self.upstream = upstream
  }

  // MARK: - Asking

  /// Asks the client what a server wants to know, or keeps the question until the client is ready, or refuses it as the
  /// client would have refused what it never said it can do.
  func ask(_ question: ServerQuestion, _ capabilities: ClientCapabilities, isReady: Bool) {
    let connection = question.connection
    func refuse(_ code: ErrorCode, _ message: String) { connection.refuse(question.id, code, message) }
    guard !port.inputEnded.isOpen else { return refuse(.internal, "The client has closed its input.") }
    if let refusal = Self.refusal(of: question.kind, capabilities) { return refuse(refusal.code, refusal.message) }
    let open = counts[ObjectIdentifier(connection)] ?? 0
    guard open + kept.count(where: { $0.connection === connection }) < Self.limit else {
      return refuse(.internal, "\(Self.limit) questions wait for the client already.")
    }
    guard isReady else {
      let waiting = kept.reduce(question.frame.bytes.count) { $0 + $1.frame.bytes.count }
      guard waiting <= upstream.configuration.settings.maxQueuedBytes else {
        return refuse(.internal, "Too much waits for the client already.")
      }
      kept.append(question)
      return
    }
    put(question)
  }

  private func put(_ question: ServerQuestion) {
    let frame = question.frame
    guard let idRange = frame.range("id") else { return }
    let minted = mintID()
    splicer.reset()
    splicer.replace(idRange, with: minted)
    var progressToken: RawToken?
    if let token = frame.range("progressToken", in: .paramsMeta) {
      progressToken = RawToken(identifier: frame[token])
      splicer.replace(token, with: minted)
    }
    let server = question.connection.server
    if question.kind == .elicitationURL { server.noteElicitation(frame) }
    if let params = frame.object(.params) {
      Labels.dress(params.range, of: frame, server.name, upstream.labelling, &splicer)
    }
    TaskIDs.wrapRelated(frame, in: .paramsMeta, server.taskKey, &splicer)
    add(Asked(origin: .server(question.connection, question.id), progressToken: progressToken), as: minted)
    splicer.write(frame, to: port.output)
  }

  /// The client is ready: asks what was kept.
  func clientIsReady() {
    let questions = kept
    kept = []
    for question in questions where !question.connection.closed.isOpen { put(question) }
  }

  /// Takes up a question of a round, which the caller writes with the id that this returns.
  func askRound(of call: Call) -> UInt64 {
    let minted = mintID()
    add(Asked(origin: .round(call), progressToken: nil), as: minted)
    return minted
  }

  /// Why a client that can do this is not asked; nil when it can be.
  private static func refusal(
    of kind: InputQuestion, _ capabilities: ClientCapabilities
  ) -> (code: ErrorCode, message: String)? {
    switch kind {
    case .roots: return capabilities.roots ? nil : (.methodNotFound, "The client has no roots.")
    case .sampling(let usesTools):
      if !capabilities.sampling { return (.methodNotFound, "The client does not offer sampling.") }
      return usesTools && !capabilities.samplingTools
        ? (.invalidParams, "The client does not offer sampling with tools.") : nil
    case .elicitationForm, .elicitationURL:
      if !capabilities.elicitationForm, !capabilities.elicitationURL {
        return (.methodNotFound, "The client does not offer elicitation.")
      }
      let isURL = kind == .elicitationURL
      return (isURL ? capabilities.elicitationURL : capabilities.elicitationForm)
        ? nil : (.invalidParams, "The client does not offer elicitation in \(isURL ? "URL" : "form") mode.")
    }
  }

  // MARK: - Answers

  /// Passes the client's answer to the server that asked.
  func answered(_ frame: Frame) -> Answer {
    guard let range = frame.range("id"), let id = JSONText.minted(frame[range]), let entry = remove(id) else {
      upstream.log(.debug, "client_answer_dropped")
      return .dealtWith
    }
    switch entry.origin {
    case .round(let call): return .round(call)
    case .server(let connection, let id):
      guard !connection.closed.isOpen else { return .dealtWith }
      splicer.reset()
      splicer.replace(range, with: id)
      TaskIDs.unwrapRelated(frame, &splicer)
      connection.answer(frame, splicer)
      return .dealtWith
    }
  }

  /// The client's answer to a question was no valid JSON. Returns the call whose round it was; nil for a server's own
  /// question, which is answered; false when nobody has asked.
  func answerIsMalformed(_ id: UInt64) -> (wasAsked: Bool, round: Call?) {
    guard let entry = remove(id) else { return (false, nil) }
    switch entry.origin {
    case .server(let connection, let id): connection.refuse(id, .internal, Self.malformed)
    case .round(let call): return (true, call)
    }
    return (true, nil)
  }

  static let malformed = "The client's answer was not valid JSON."

  /// Passes on what the client says of its progress with a question.
  func progressed(_ frame: Frame) {
    guard let range = frame.range("progressToken", in: .params), let id = JSONText.minted(frame[range]),
      let entry = asked[id], case .server(let connection, _) = entry.origin, let token = entry.progressToken
    else { return }
    connection.notify(.progress, frame, replacing: range, with: token)
  }

  /// Whether the client has a question of this connection open.
  func isAsking(for connection: ServerConnection) -> Bool { counts[ObjectIdentifier(connection)] != nil }

  // MARK: - The end of questions

  /// Tells every server that waits for an answer of the client that there will be none.
  func refuseAll(_ reason: String) {
    let open = asked.compactMap { id, entry -> (UInt64, ServerConnection, RawToken)? in
      if case .server(let connection, let itsID) = entry.origin { (id, connection, itsID) } else { nil }
    }
    let unasked = kept
    kept = []
    for (minted, connection, id) in open {
      _ = remove(minted)
      if !connection.closed.isOpen { connection.refuse(id, .internal, reason) }
    }
    for question in unasked where !question.connection.closed.isOpen {
      question.connection.refuse(question.id, .internal, reason)
    }
  }

  /// A server takes its own request back.
  func withdrawn(_ id: RawToken, by connection: ServerConnection, _ frame: Frame) {
    kept.removeAll { $0.connection === connection && $0.id == id }
    guard isAsking(for: connection), let (minted, _) = asked.first(where: { $0.value.isOf(connection, id) }),
      let range = frame.range("requestId", in: .params)
    else { return }
    _ = remove(minted)
    splicer.reset()
    splicer.replace(range, with: minted)
    splicer.write(frame, to: port.output)
  }

  /// Takes back what a lost server had asked.
  func connectionClosed(_ connection: ServerConnection) {
    kept.removeAll { $0.connection === connection }
    guard isAsking(for: connection) else { return }
    for (minted, entry) in asked where entry.isOf(connection) {
      _ = remove(minted)
      tellWithdrawn(minted, "Server \"\(connection.server.name)\" is gone.")
    }
  }

  /// Takes back a question of a round whose call is over.
  func withdrawRound(_ minted: UInt64) {
    guard remove(minted) != nil else { return }
    tellWithdrawn(minted, "The call is over.")
  }

  private func tellWithdrawn(_ minted: UInt64, _ reason: String) {
    Reply.notification(
      .cancelled, params: "{\"requestId\":\(minted),\"reason\":\(JSONText.quote(reason))}", to: port.output)
  }

  // MARK: - The table

  private func mintID() -> UInt64 {
    lastID += 1
    return lastID
  }

  private func add(_ entry: Asked, as id: UInt64) {
    asked[id] = entry
    if case .server(let connection, _) = entry.origin { counts[ObjectIdentifier(connection), default: 0] += 1 }
  }

  private func remove(_ id: UInt64) -> Asked? {
    guard let entry = asked.removeValue(forKey: id) else { return nil }
    if case .server(let connection, _) = entry.origin {
      let key = ObjectIdentifier(connection)
      counts[key, default: 1] -= 1
      if counts[key] == 0 { counts[key] = nil }
    }
    return entry
  }
}
