import EventLoop
import JSONRPC
import MCP

/// Answers that change on the way because client and server are not both of the legacy era.
@GatewayActor
struct AnswerBridge {
  /// What becomes of an answer.
  enum Verdict {
    /// It is passed on with the edits that were announced.
    case pass
    case failed(Failure)
    /// An error of the gateway's own stands for it.
    case refused(ErrorCode, String, data: String?)
    /// A result of the gateway's own stands for it.
    case answered(String)
    /// A modern server wants to know something from a legacy client first.
    case round
    /// A modern server wants to know something from a modern client, which is passed on with the edits that were announced.
    case questions
    /// A legacy server has refused until somebody has opened a URL, which a modern client can be asked for.
    case opensURL
    /// The server does not speak its revision any more and is asked anew, which harms nobody now.
    case stranger(data: String)
    /// The call has become a task, and is passed on with the edits that were announced.
    case task
  }

  let introduction: OwnIntroduction
  /// Whether a person has to be told which server speaks.
  let labelling: Labelling

  /// Whether an answer may be another one for this client: when one of the two is of the modern era, or when it is an error
  /// that not every legacy client knows.
  static func concerns(_ frame: Frame, _ call: Call, _ connection: ServerConnection) -> Bool {
    if connection.era.isModern || call.terms.era.isModern { return true }
    return frame.outer.error != nil && !call.terms.capabilities.elicitationURL
  }

  /// Announces the edits that an answer needs, and says what becomes of it.
  func judge(
    _ frame: Frame, to call: Call, from connection: ServerConnection, _ splicer: inout Splicer
  ) -> Verdict {
    if frame.range("error") != nil { return judgeError(frame, call, connection, &splicer) }
    let server = connection.server
    guard frame.object(.result) != nil, !frame.hasDuplicate("result") else {
      return failed("its result is not an object", server)
    }
    if connection.era == .modern, !ResultCodec.isComplete(frame) { return judgeInterim(frame, call, server, &splicer) }
    switch call.terms.era {
    case .legacy: ResultCodec.forLegacyClient(frame, call.method, &splicer)
    case .modern:
      if call.method == .tasksGet { Labels.dressQuestions(of: frame, .result, server.name, labelling, &splicer) }
      ResultCodec.forModernClient(
        frame, call.method, from: connection.era, identity: introduction.resultHead, &splicer)
    }
    return .pass
  }

  private func failed(_ reason: String, _ server: UpstreamServer) -> Verdict {
    .failed(Failure(server: server.name, phase: .call, reason: reason, outcome: .unknown))
  }

  /// An answer of a modern server that is not final.
  private func judgeInterim(
    _ frame: Frame, _ call: Call, _ server: UpstreamServer, _ splicer: inout Splicer
  ) -> Verdict {
    let type = frame.string("resultType", in: .result) ?? ""
    if type == "input_required", call.method.takesInput {
      return call.terms.era == .modern ? passQuestions(frame, call, server, &splicer) : .round
    }
    let isTask = type == "task" && call.method == .toolsCall && call.terms.capabilities.tasks
    let hasOther = call.terms.capabilities.extensions.contains {
      introduction.allowedExtensions.contains($0.identifier)
    }
    guard call.terms.era == .modern, isTask || hasOther else {
      return failed("it answered with a result of the type \"\(type)\", which is unknown", server)
    }
    ResultCodec.forModernClient(frame, call.method, from: .modern, identity: introduction.resultHead, &splicer)
    return isTask ? .task : .pass
  }

  /// Passes the questions of a modern server on to a modern client, the server's state with them as it is.
  private func passQuestions(
    _ frame: Frame, _ call: Call, _ server: UpstreamServer, _ splicer: inout Splicer
  ) -> Verdict {
    do throws(InputRounds.Fault) {
      for question in try InputRounds.questions(in: frame) {
        if call.terms.capabilities.missing(for: question.kind) != nil {
          throw InputRounds.Fault(
            reason: "it asked for \(question.kind.method.rawValue), which the client does not offer")
        }
        if let params = question.params { Labels.dress(params, of: frame, server.name, labelling, &splicer) }
      }
    } catch {
      return failed(error.reason, server)
    }
    ResultCodec.forModernClient(frame, call.method, from: .modern, identity: introduction.resultHead, &splicer)
    return .questions
  }

  // MARK: - Errors

  /// Errors that exist in one era only become what the other one says in their place.
  private func judgeError(
    _ frame: Frame, _ call: Call, _ connection: ServerConnection, _ splicer: inout Splicer
  ) -> Verdict {
    let server = connection.server
    guard let range = frame.range("code", in: .error),
      let code = JSONText.number(frame[range]).flatMap({ Int(exactly: $0) })
    else { return .pass }
    switch (code, call.terms.era) {
    case (ErrorCode.resourceNotFound.rawValue, .modern):
      splicer.replace(range, with: "\(ErrorCode.invalidParams.rawValue)")
      if let uri = call.publicURI { Self.nameMissing(uri, in: frame, &splicer) }
      return .pass
    case (ErrorCode.urlElicitationRequired.rawValue, .modern)
    where connection.era == .legacy && Self.elicitations(of: frame) != nil:
      guard let missing = call.terms.capabilities.missing(for: .elicitationURL) else { return .opensURL }
      return .refused(
        .missingClientCapability, "Server \"\(server.name)\" needs a client that can have a person open a URL.",
        data: "{\"requiredCapabilities\":\(missing)}")
    case (ErrorCode.urlElicitationRequired.rawValue, .legacy) where !call.terms.capabilities.elicitationURL:
      return Self.urls(in: frame, call, server)
    case (ErrorCode.missingClientCapability.rawValue, .modern)
    where connection.era == .modern && isMissing(frame, call):
      return .pass
    case (ErrorCode.missingClientCapability.rawValue, .legacy) where connection.era == .modern:
      return Self.refusalForCapabilities(frame, call, server)
    case (ErrorCode.unsupportedProtocolVersion.rawValue, _) where connection.era == .modern && connection.inFlight == 0:
      return .stranger(data: Self.error(in: frame))
    case (-32_099 ... -32_020, _) where connection.era == .modern || call.terms.era == .modern:
      return .refused(
        .internal,
        "Server \"\(server.name)\" answered with an error that is not for its client: "
          + server.upstream.log.quoted(frame.string("message", in: .error) ?? "") + " (\(code)).",
        data: Self.error(in: frame))
    default: return .pass
    }
  }

  static func error(in frame: Frame) -> String { String(decoding: frame.raw("error") ?? frame.bytes, as: UTF8.self) }

  /// Says in an error what it is that was not found, where the server did not and there is room to say it.
  private static func nameMissing(_ uri: String, in frame: Frame, _ splicer: inout Splicer) {
    let name = "\"uri\":\(JSONText.quote(uri))"
    if let data = frame.range("data", in: .error) {
      guard let object = JSONObject(data, of: frame.bytes),
        JSONWalk.member("uri", of: frame.bytes, in: data) == nil
      else { return }
      splicer.insert(members: name, into: object, of: frame.bytes)
    } else if let error = frame.object(.error) {
      splicer.insert(members: "\"data\":{\(name)}", into: error, of: frame.bytes)
    }
  }

  /// Whether an error names capabilities that the client has not declared: else it is not for the client to mend.
  private func isMissing(_ frame: Frame, _ call: Call) -> Bool {
    guard let data = frame.range("data", in: .error),
      let needed = JSONWalk.member("requiredCapabilities", of: frame.bytes, in: data),
      frame[needed].first == UInt8(ascii: "{")
    else { return false }
    return !call.terms.capabilities.cover(
      ClientCapabilities(json: frame[needed], allowed: introduction.allowedExtensions))
  }

  /// Where an error lists the elicitations that it is about; nil for one that only has their code.
  private static func elicitations(of frame: Frame) -> Range<Int>? {
    frame.range("data", in: .error).flatMap { JSONWalk.member("elicitations", of: frame.bytes, in: $0) }
      .flatMap { frame.bytes[$0.lowerBound] == UInt8(ascii: "[") ? $0 : nil }
  }

  /// Tells a client that cannot have URLs opened which ones they are, in words.
  private static func urls(in frame: Frame, _ call: Call, _ server: UpstreamServer) -> Verdict {
    guard call.method == .toolsCall, let elicitations = elicitations(of: frame) else { return .pass }
    var lines = ["Server \"\(server.name)\" needs somebody to open a URL first, and then the call again."]
    JSONWalk.elements(of: frame.bytes, in: elicitations) { element in
      let parts = ["message", "url"].compactMap { (name: StaticString) in
        JSONWalk.member(name, of: frame.bytes, in: element).flatMap { JSONText.string(frame[$0]) }
      }
      lines.append(parts.joined(separator: " "))
      return lines.count < 20
    }
    return .answered(toolError(lines.joined(separator: "\n"), server))
  }

  /// A legacy session has settled its capabilities long ago: the error of a modern server about them is told in words.
  private static func refusalForCapabilities(_ frame: Frame, _ call: Call, _ server: UpstreamServer) -> Verdict {
    let needed = frame.range("data", in: .error).flatMap {
      JSONWalk.member("requiredCapabilities", of: frame.bytes, in: $0)
    }.map { String(decoding: frame[$0], as: UTF8.self) }
    let text =
      "Server \"\(server.name)\" needs something that this client does not offer: "
      + server.upstream.log.quoted(needed ?? frame.string("message", in: .error) ?? "") + "."
    guard call.method == .toolsCall else {
      return .refused(.internal, text, data: needed.map { "{\"requiredCapabilities\":\($0)}" })
    }
    return .answered(toolError(text, server))
  }

  /// A result that says in words what went wrong with a tool.
  private static func toolError(_ text: String, _ server: UpstreamServer) -> String {
    "{\"content\":[{\"type\":\"text\",\"text\":\(JSONText.quote(server.upstream.log.redacted(text)))}],\"isError\":true}"
  }
}
