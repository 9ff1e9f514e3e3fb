import Configuration
import EventLoop
import JSONRPC
import MCP

/// What the gateway reads of a server.
extension ServerConnection {
  /// Reads one list, all of its pages.
  func readList(_ kind: ListKind) async -> Result<ListReading, Failure> {
    var reading = ListReading(
      kind: kind, era: era, wantsHeaders: repeatsInHeaders, limits: server.configuration.settings)
    while true {
      let params = reading.cursor.map { "{\"cursor\":\($0)}" }
      switch await request(
        kind.method, params: params, timeout: server.configuration.handshakeTimeout, phase: .listing)
      {
      case .failure(let failure): return .failure(failure)
      case .success(let frame):
        if frame.range("error") != nil {
          let isUnknown = frame.raw("code", in: .error).flatMap { JSONText.number($0) } == -32601
          if isUnknown { return .success(reading) }
          let message = server.upstream.log.quoted(frame.string("message", in: .error) ?? "")
          return .failure(
            Failure(
              server: server.name, phase: .listing,
              reason: "it answered \(kind.method.rawValue) with an error: \(message)"))
        }
        if await reading.add(frame) { continue }
        if let reason = reading.stoppedEarly {
          server.log(.warning, "list_cut_short", ["kind": kind.itemName, "reason": reason])
        }
        return .success(reading)
      }
    }
  }
}

extension ServerConnection {
  /// Asks the server for log messages from a level on; a refusal is the server's own affair.
  func setLogLevel(_ level: LoggingLevel) {
    attention.toldLogLevel = level
    _ = begin(
      .loggingSetLevel, params: "{\"level\":\"\(level.rawValue)\"}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
  }

  /// Reads a resource in the gateway's own name and says whether it may be another one than what was delivered last.
  /// A server that is gone again is asked by whoever follows it.
  func mayHaveChanged(_ uri: String) async -> Bool {
    guard !closed.isOpen else { return false }
    guard let known = lane.readings[uri] else { return true }
    let read = await request(
      .resourcesRead, params: "{\"uri\":\(JSONText.quote(uri))}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
    guard !closed.isOpen else { return false }
    guard case .success(let answer) = read, let result = answer.raw("result") else { return true }
    return Self.digest(of: result) != known
  }

  /// What stands for a result in comparisons within this process.
  static func digest(of result: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: result)
    return hasher.finalize()
  }

  /// Subscribes again to a URI that sessions are subscribed to.
  func subscribe(_ uri: String) -> OwnRequest {
    let request = begin(
      .resourcesSubscribe, params: "{\"uri\":\(JSONText.quote(uri))}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
    attention.subscribed[RawToken(uri)] = request
    return request
  }

  /// Subscribes to a URI unless that has been done.
  func subscribeOnce(_ uri: String) { if attention.subscribed[RawToken(uri)] == nil { _ = subscribe(uri) } }

  /// Returns whether the server has agreed to a subscription.
  func isSubscribed(to uri: String) async -> Bool {
    guard let request = attention.subscribed[RawToken(uri)] else { return false }
    if case .success(let answer) = await request.answer(), answer.range("error") == nil { return true }
    if attention.subscribed[RawToken(uri)] === request { attention.subscribed[RawToken(uri)] = nil }
    return false
  }

  /// Ends the subscription to a URI that nobody wants to hear of any more.
  func unsubscribe(_ uri: String) {
    attention.subscribed[RawToken(uri)] = nil
    _ = begin(
      .resourcesUnsubscribe, params: "{\"uri\":\(JSONText.quote(uri))}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
  }

  /// A client itself ends the subscription to a URI.
  func forgetSubscription(_ call: Call, _ frame: Frame) {
    let uri =
      call.edit.map { edit in edit.bytes.withUnsafeBytes { JSONText.string($0) } }
      ?? frame.string("uri", in: .params)
    if let uri { attention.subscribed[RawToken(uri)] = nil }
  }
}
