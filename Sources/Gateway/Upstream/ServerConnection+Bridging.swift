import EventLoop
import JSONRPC
import MCP

/// Requests that change on the way because client and server are not both of the legacy era.
extension ServerConnection {
  /// Answers what this server's era has no request for. Returns whether that was the case.
  func isDealtWith(_ call: Call, _ frame: Frame) -> Bool {
    // It took the server no time, as far as anybody counts.
    call.sentAt = clock.now()
    switch (call.terms.era, call.method) {
    case (.legacy, .resourcesSubscribe), (.legacy, .resourcesUnsubscribe):
      lane.returned(call, answered: true)
      call.caller.subscribe(call, at: lane)
    case (_, .tasksGet), (_, .tasksResult), (_, .tasksCancel), (_, .tasksUpdate):
      guard era != call.terms.era else { return false }
      lane.returned(call, answered: true)
      call.caller.refused(call, .invalidParams, "Unknown task.")
    case (.modern, _) where era == .legacy && !call.isResumed && frame.range("requestState", in: .params) != nil:
      lane.returned(call, answered: true)
      call.caller.refused(call, .invalidParams, "Server \"\(server.name)\" never gave out this requestState.")
    case (.legacy, _) where era == .legacy && call.rounds != nil:
      lane.returned(call, answered: true)
      call.caller.failed(
        call,
        Failure(
          server: server.name, phase: .call, reason: "it came back in another era while the client was being asked",
          outcome: .unknown), as: nil)
    default: return false
    }
    return true
  }

  /// Announces the edits of `_meta` and of what belongs to rounds of questions.
  func bridge(_ call: Call, _ frame: Frame, _ id: UInt64, _ splicer: inout Splicer) {
    let terms = call.terms
    // What a server wants to know in the middle of a call is asked in another way in the client's era.
    if era != terms.era, call.method.takesInput, call.original == nil,
      era == .modern || terms.capabilities.answersQuestions
    {
      call.original = call.frame ?? frame.copy()
    }
    if era == .legacy, let level = terms.logLevel, level < attention.toldLogLevel ?? .emergency,
      negotiated?.capabilities.logging == true
    {
      setLogLevel(level)
    }
    let changes = RequestCodec.Changes(
      stamp: era == .modern ? terms.stamp : nil, logLevel: terms.logLevel,
      token: call.progressToken == nil ? nil : id, retry: call.rounds?.retry,
      crossesEras: era != terms.era)
    RequestCodec.apply(changes, to: frame, &splicer)
  }
}
