import Configuration
import EventLoop
import JSONRPC
import MCP

/// Opens connections of one server until it is known which era to speak, and has that era's opening done.
///
/// It carries out what an `EraDetection` orders; a process that cannot be asked again is left to whoever owns it.
@GatewayActor
final class EraProbe {
  enum Outcome {
    case agreed
    /// The process is of no use any more: go on with ``open(_:)`` on a new one.
    case restart
    case failed(Failure)
  }

  /// What the attempts before have come to.
  struct Past {
    fileprivate var attempts = EraAttempts()
    /// Why each era failed last: an attempt that asks in one only may not be the one to tell.
    fileprivate var failures: [Era: Failure] = [:]
  }

  private let server: UpstreamServer
  private(set) var past: Past
  private var detection: EraDetection
  /// What to do first on the next connection.
  private var action: EraDetection.Action
  /// Whose answers have come, in their order: the first good one decides.
  private var arrivals: ArraySlice<(era: Era, question: OwnRequest)> = []
  /// When the time of the handshake is over; it runs from the first frame sent.
  private var deadline: Instant?

  /// `preferred` is the era of the client that the server is opened for.
  init(_ server: UpstreamServer, preferred: Era, after past: Past) {
    self.server = server
    self.past = past
    detection = past.attempts.next(preferred: preferred, known: server.eras, at: WallClock.milliseconds)
    action = detection.begin()
  }

  /// What is known of the server's eras by now.
  var verdicts: EraVerdicts { detection.verdicts(at: WallClock.milliseconds) }

  /// Finds the era on a connection.
  func open(_ connection: ServerConnection) async -> Outcome {
    let clock = server.upstream.clock
    let limit = server.configuration.handshakeTimeout
    if deadline == nil { deadline = clock.now().advanced(by: limit) }
    var questions: [Era: OwnRequest] = [:]
    let silence = Gate()
    var timer: LoopClock.Cancellation?
    let tooLate = Gate()
    let left = deadline!.since(clock.now())
    let end = clock.after(left) {
      // An answer that is already in the pipe is read first: this process may have been stopped for a while.
      _ = clock.after(1) { tooLate.open() }
    }
    defer {
      timer?.cancel()
      end.cancel()
    }
    while true {
      switch action {
      case .ask(let era):
        let question = ask(era, connection)
        questions[era] = question
        question.gate.whenOpen { [self] in arrivals.append((era, question)) }
        if era == .modern { timer = clock.after(detection.patience) { silence.open() } }
        action = .wait
      case .wait:
        let answers = questions.values.map(\.gate)
        await Gate.any(answers + [connection.closed, tooLate] + (silence.isOpen ? [] : [silence])).wait()
        action = next(connection, &questions, silence, tooLate)
      case .settle:
        past = Past()
        return .agreed
      case .restart(let era):
        action = .ask(era)
        return .restart
      case .fail(let era):
        past.attempts.failed(detection)
        return .failed(past.failures[era] ?? past.failures[era.other] ?? connection.lossFailure(.handshake))
      }
    }
  }

  private func ask(_ era: Era, _ connection: ServerConnection) -> OwnRequest {
    switch era {
    case .legacy:
      let capabilities = connection.lane.capabilities
      connection.opening.declared = capabilities
      connection.opening.wasInitialized = true
      let revision = Revision.newestLegacy
      return connection.begin(
        .initialize,
        params: "{\"protocolVersion\":\"\(revision.rawValue)\",\"capabilities\":\(capabilities.json(for: revision)),"
          + "\"clientInfo\":\(server.upstream.introduction.identity.json)}", timeout: nil, phase: .handshake)
    case .modern: return connection.begin(.discover, params: nil, timeout: nil, phase: .handshake)
    }
  }

  /// Says what happened to the detection, one thing at a time.
  private func next(
    _ connection: ServerConnection, _ questions: inout [Era: OwnRequest], _ silence: Gate, _ tooLate: Gate
  ) -> EraDetection.Action {
    while !connection.closed.isOpen, let arrival = arrivals.popFirst() {
      let era = arrival.era
      guard questions[era] === arrival.question, let result = arrival.question.result else { continue }
      questions[era] = nil
      switch result {
      case .success(let answer):
        return era == .legacy ? judgeInitialize(answer, connection) : judgeDiscovery(answer, connection)
      case .failure(let failure):
        // The answer is none that means anything, and there will be no other.
        past.failures[era] = Failure(
          server: server.name, phase: .handshake, reason: failure.reason, cure: failure.cure)
        return detection.refused(era)
      }
    }
    if connection.closed.isOpen, connection.carrier.loss()?.isUnavailability == true {
      past.failures = [.legacy: connection.lossFailure(.handshake)]
      return .fail(.legacy)
    }
    if connection.closed.isOpen {
      for era in questions.keys { past.failures[era] = connection.lossFailure(.handshake) }
      return detection.exited()
    }
    if tooLate.isOpen {
      let asked = questions.keys.contains(.legacy) ? Method.initialize : .discover
      let limit = Duration.spelled(server.configuration.handshakeTimeout)
      let failure = Failure(
        server: server.name, phase: .handshake,
        reason: "no answer to \(asked.rawValue) within \(limit)" + connection.lastWordsNote)
      past.failures = [.legacy: failure]
      return .fail(.legacy)
    }
    return silence.isOpen ? detection.silent() : .wait
  }

  // MARK: - Answers

  private func judgeInitialize(_ answer: Frame, _ connection: ServerConnection) -> EraDetection.Action {
    if answer.range("error") != nil {
      let error = server.upstream.log.quoted(answer.string("message", in: .error) ?? "it gave no reason")
      past.failures[.legacy] = failure("it refused to initialize: \(error)")
      return detection.refused(.legacy)
    }
    let version = answer.string("protocolVersion", in: .result) ?? ""
    let isOlder = version < "2024-11-05" && version > "2024"
    guard let agreed = Revision(rawValue: version) ?? (isOlder ? .november2024 : nil), agreed.era == .legacy else {
      past.failures[.legacy] = failure(
        "it speaks revision \"\(server.upstream.log.quoted(version, limit: 64))\", which this gateway does not")
      return detection.refused(.legacy)
    }
    let action = detection.accepted(.legacy)
    guard action == .settle(.legacy) else { return action }
    connection.negotiated = ServerConnection.Negotiated(
      revision: agreed, capabilities: capabilities(of: answer, agreed),
      serverInfo: answer.raw("serverInfo", in: .result).map { String(decoding: $0, as: UTF8.self) } ?? "{}",
      instructions: answer.string("instructions", in: .result) ?? "")
    connection.notify(.initialized)
    return action
  }

  private func judgeDiscovery(_ answer: Frame, _ connection: ServerConnection) -> EraDetection.Action {
    switch DiscoverAnswer(answer) {
    case .legacy:
      past.failures[.modern] = failure("it has no answer to \(Method.discover.rawValue)")
      return detection.refused(.modern)
    case .unsupported(let versions):
      past.failures[.modern] = failure(
        "it speaks \(server.upstream.log.quoted(versions.joined(separator: ", "))), and this gateway of its era only "
          + Revision.modern.map(\.rawValue).joined(separator: ", "))
      return detection.refused(.modern, isFinal: true)
    case .demanding(let needed):
      past.failures[.modern] = failure(
        "it says nothing about itself to a client without \(server.upstream.log.quoted(needed))")
      return detection.refused(.modern, isFinal: true)
    case .modern(let revision):
      let action = detection.accepted(.modern)
      guard action == .settle(.modern) else { return action }
      // Early servers of this revision put it where the handshake had it.
      let info = answer.raw(ReservedMeta.serverInfo, in: .resultMeta) ?? answer.raw("serverInfo", in: .result)
      connection.negotiated = ServerConnection.Negotiated(
        revision: revision, capabilities: capabilities(of: answer, revision),
        serverInfo: info.map { String(decoding: $0, as: UTF8.self) } ?? "{}",
        instructions: answer.string("instructions", in: .result) ?? "")
      return action
    }
  }

  private func capabilities(of answer: Frame, _ revision: Revision) -> ServerCapabilities {
    answer.raw("capabilities", in: .result).map {
      ServerCapabilities(json: $0, revision: revision, allowed: server.upstream.introduction.allowedExtensions)
    } ?? ServerCapabilities()
  }

  private func failure(_ reason: String) -> Failure {
    Failure(server: server.name, phase: .handshake, reason: reason)
  }
}
