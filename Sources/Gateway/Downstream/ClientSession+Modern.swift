import Configuration
import EventLoop
import JSONRPC
import MCP

/// Requests of the modern era. They may come on the same pipe as a legacy session, before, between or without its requests.
extension ClientSession {
  /// A modern request has come: it says what its client can do, and who it is.
  func meet(_ terms: RequestTerms, _ frame: Frame, isDiscovery: Bool) {
    if introduction == nil { introduced(frame.raw(ReservedMeta.clientInfo, in: .paramsMeta)) }
    if role == .client { upstream.declare(terms.capabilities, by: .modern, isDiscovery: isDiscovery) }
  }

  func takeModern(_ call: Call, _ frame: Frame) {
    modern.forgetLogReaders()
    switch call.method {
    case .discover: discover(call)
    case .toolsList: list(.tools, call, frame)
    case .promptsList: list(.prompts, call, frame)
    case .resourcesList: list(.resources, call, frame)
    case .resourceTemplatesList: list(.resourceTemplates, call, frame)
    case .toolsCall, .promptsGet, .resourcesRead, .completionComplete, .custom: route(call, frame)
    case .subscriptionsListen: listen(call, frame)
    case .tasksGet, .tasksUpdate, .tasksCancel:
      guard call.terms.capabilities.tasks else { return refuseWithoutTasks(call) }
      route(call, frame)
    default:
      respond(
        .methodNotFound, "\(call.method.rawValue) does not exist in revision \(Revision.newestModern.rawValue).",
        to: call)
    }
  }

  /// Refuses what needs the extension for tasks to be declared on the request itself.
  private func refuseWithoutTasks(_ call: Call) {
    let missing = ClientCapabilities.onlyTasks.json(for: .newestModern)
    respond(
      .missingClientCapability, "\(call.method.rawValue) needs the extension for tasks on the request itself.",
      data: "{\"requiredCapabilities\":\(missing)}", to: call)
  }

  /// Says what the gateway can do; the instructions of servers that nobody knows yet are waited for a little.
  private func discover(_ call: Call) {
    guard !upstream.knowsAllInstructions else { return tellDiscovery(call) }
    Task { @GatewayActor in
      await upstream.settle(within: manager.configuration.settings.initializeWait)
      tellDiscovery(call)
    }
  }

  private func tellDiscovery(_ call: Call) {
    let own = view.own
    let versions = Revision.modern.map { JSONText.quote($0.rawValue) }.joined(separator: ",")
    let capabilities = ServerCapabilities.ofGateway(for: .newestModern, extensions: own.extensions)
    let instructions = own.instructions.map { ",\"instructions\":\(JSONText.quote($0))" } ?? ""
    let isLasting = upstream.settled.isOpen
    respond(
      "{\"supportedVersions\":[\(versions)],\"capabilities\":\(capabilities)\(instructions)}",
      hints: CacheHints(timeToLive: isLasting ? Self.discoveryLifetime : 0, scope: .private), to: call)
  }

  /// Milliseconds for which a client may keep what it has discovered, once all servers are there.
  private static let discoveryLifetime: UInt64 = 60_000

  /// Opens a listen.
  private func listen(_ call: Call, _ frame: Frame) {
    guard let filter = ListenFilter(frame) else {
      return respond(.invalidParams, "\"notifications\" must be an object that says what to listen for.", to: call)
    }
    guard listens.haveRoom(for: filter) else {
      return respond(
        .internal, "\(listens.count) listens of this client are open, with \(listens.size) bytes: end some of them.",
        to: call)
    }
    guard filter.tasks.isEmpty || call.terms.capabilities.tasks else { return refuseWithoutTasks(call) }
    finish(call)
    listens.open(call.id, filter, call.terms.profile) { legacy.tasks[$0] }
  }
}
