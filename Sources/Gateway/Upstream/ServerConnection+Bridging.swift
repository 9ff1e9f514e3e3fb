import EventLoop
import JSONRPC
import MCP

/// Requests that change on the way because client and server are not both of the legacy era.
extension ServerConnection {
  /// Answers what this server's era has no request for. Returns whether that was the case.
  func isDealtWith(_ request: Call, _ frame: Frame) -> Bool {
    // It took the server no time, as far as anybody counts.
    request.sentAt = clock.now()
    switch (request.terms.era, request.method) {
    case (.legacy, .resourcesSubscribe), (.legacy, .resourcesUnsubscribe):
      endpoint.returned(request, answered: true)
      request.session.subscribe(request, at: endpoint)
    case (_, .tasksGet), (_, .tasksResult), (_, .tasksCancel), (_, .tasksUpdate):
      guard era != request.terms.era else { return false }
      endpoint.returned(request, answered: true)
      request.session.respond(.invalidParams, "Unknown task.", to: request)
    case (.modern, _) where era == .legacy && !request.isResumed && frame.range("requestState", in: .params) != nil:
      endpoint.returned(request, answered: true)
      request.session.respond(
        .invalidParams, "Server \"\(server.name)\" never gave out this requestState.", to: request)
    case (.legacy, _) where era == .legacy && request.rounds != nil:
      endpoint.returned(request, answered: true)
      request.session.fail(
        request,
        Failure(
          server: server.name, phase: .call, reason: "it came back in another era while the client was being asked",
          outcome: .unknown))
    default: return false
    }
    return true
  }

  /// Announces the edits of `_meta` and of what belongs to rounds of questions.
  func bridge(_ request: Call, _ frame: Frame, _ id: UInt64, _ splicer: inout Splicer) {
    let terms = request.terms
    // What a server wants to know in the middle of a call is asked in another way in the client's era.
    if era != terms.era, request.method.takesInput, request.original == nil,
      era == .modern || terms.capabilities.answersQuestions
    {
      request.original = request.frame ?? frame.copy()
    }
    if era == .legacy, let level = terms.logLevel, level < toldLogLevel ?? .emergency,
      negotiated?.capabilities.logging == true
    {
      setLogLevel(level)
    }
    let changes = RequestCodec.Changes(
      stamp: era == .modern ? terms.stamp : nil, logLevel: terms.logLevel,
      token: request.progressToken == nil ? nil : id, retry: request.rounds?.retry,
      crossesEras: era != terms.era)
    RequestCodec.apply(changes, to: frame, &splicer)
  }
}
