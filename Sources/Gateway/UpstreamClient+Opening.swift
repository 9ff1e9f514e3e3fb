import Configuration
import EventLoop
import JSONRPC
import MCP

/// The steps that make a connection ready: handshake, negotiation, lists.
extension UpstreamClient {
  /// Opens the session with `initialize` (2025-11-25, basic/lifecycle).
  func handshake(declaring capabilities: ClientCapabilities) async -> Failure? {
    let revision = Revision.newestLegacy
    declared = capabilities
    let params =
      "{\"protocolVersion\":\"\(revision.rawValue)\",\"capabilities\":\(capabilities.json(for: revision)),"
      + "\"clientInfo\":\(server.manager.identity.json)}"
    let answer: Frame
    switch await request(.initialize, params: params, timeout: server.configuration.handshakeTimeout, phase: .handshake)
    {
    case .failure(let failure): return failure
    case .success(let frame): answer = frame
    }
    if let error = answer.string("message", in: .error) {
      return Failure(server: server.name, phase: .handshake, reason: "it refused to initialize: \(error)")
    }
    let version = answer.string("protocolVersion", in: .result) ?? ""
    guard let agreed = Revision(rawValue: version) ?? (version < "2024-11-05" && version > "2024" ? .november2024 : nil)
    else {
      return Failure(
        server: server.name, phase: .handshake,
        reason: "it speaks revision \"\(version)\", which this gateway does not")
    }
    let capabilities = answer.raw("capabilities", in: .result).map { ServerCapabilities(json: $0, revision: agreed) }
    negotiated = Negotiated(
      revision: agreed, capabilities: capabilities ?? ServerCapabilities(),
      serverInfo: answer.raw("serverInfo", in: .result).map { String(decoding: $0, as: UTF8.self) } ?? "{}",
      instructions: answer.string("instructions", in: .result) ?? "")
    Reply.notification(.initialized, to: output)
    return nil
  }

  /// Reads all lists that the server offers.
  func readOffer() async -> Result<ServerOffer, Failure> {
    guard let capabilities = negotiated?.capabilities else { return .success(ServerOffer()) }
    var offer = ServerOffer()
    let kinds = ListKind.allCases.filter { $0.isOffered(by: capabilities) }
    // All at once: a server that answers slowly answers them side by side.
    async let tools = kinds.contains(.tools) ? readList(.tools) : nil
    async let prompts = kinds.contains(.prompts) ? readList(.prompts) : nil
    async let resources = kinds.contains(.resources) ? readList(.resources) : nil
    async let templates = kinds.contains(.resourceTemplates) ? readList(.resourceTemplates) : nil
    for (kind, result) in await [
      (ListKind.tools, tools), (.prompts, prompts), (.resources, resources), (.resourceTemplates, templates),
    ] {
      switch result {
      case nil: continue
      case .success(let list)?:
        offer.items[kind] = list.items
        offer.quarantined += list.quarantined
      case .failure(let failure)?:
        if closed.isOpen { return .failure(failure) }
        // Many servers declare resources and know no templates; a list that fails hides no other one.
        server.log(.warning, "list_failed", ["kind": kind.itemName, "reason": failure.reason])
      }
    }
    return .success(offer)
  }

  /// Reads one list, all of its pages.
  func readList(_ kind: ListKind) async -> Result<ListReading, Failure> {
    var reading = ListReading(kind: kind, limits: server.configuration.settings)
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
          let message = frame.string("message", in: .error) ?? ""
          return .failure(
            Failure(
              server: server.name, phase: .listing,
              reason: "it answered \(kind.method.rawValue) with an error: \(message)"))
        }
        if reading.add(frame) { continue }
        if let reason = reading.stoppedEarly {
          server.log(.warning, "list_cut_short", ["kind": kind.itemName, "reason": reason])
        }
        return .success(reading)
      }
    }
  }
}

extension UpstreamClient {
  /// Asks the server for log messages from a level on; a refusal is the server's own affair.
  func setLogLevel(_ level: LoggingLevel) {
    _ = begin(
      .loggingSetLevel, params: "{\"level\":\"\(level.rawValue)\"}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
  }

  /// Reads a resource in the gateway's own name and says whether it may be another one than what was delivered last.
  /// A server that is gone again is asked by whoever follows it.
  func mayHaveChanged(_ uri: String) async -> Bool {
    guard !closed.isOpen else { return false }
    guard let known = endpoint.readings[uri] else { return true }
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

  /// Ends a subscription that no session needs any more.
  func unsubscribe(_ uri: String) {
    _ = begin(
      .resourcesUnsubscribe, params: "{\"uri\":\(JSONText.quote(uri))}",
      timeout: server.configuration.handshakeTimeout, phase: .call)
  }

  /// Subscribes again to a URI that sessions are subscribed to.
  func subscribe(_ uri: String) -> OwnRequest {
    begin(
      .resourcesSubscribe, params: "{\"uri\":\(JSONText.quote(uri))}", timeout: server.configuration.handshakeTimeout,
      phase: .call)
  }
}
