import Configuration
import EventLoop
import JSONRPC
import MCP

/// Requests of the modern era: each stands for itself and says in its `_meta` what its client can do (2026-07-28,
/// basic/index). They may come on the same pipe as a legacy session, before, between or without its requests.
extension ClientSession {
  /// Why a modern request is refused before it is looked at.
  struct Refusal: Error {
    let code: ErrorCode
    let message: String
    var data: String?
  }

  /// Whether a request is one of the modern era: it says in which revision it is made.
  static func isModern(_ frame: Frame) -> Bool {
    frame.range(ReservedMeta.protocolVersion, in: .paramsMeta) != nil
  }

  /// Reads on what terms a modern request is made.
  func modernTerms(_ frame: Frame) -> Result<RequestTerms, Refusal> {
    guard !frame.hasDuplicate("_meta", in: .params),
      let version = frame.string(ReservedMeta.protocolVersion, in: .paramsMeta)
    else {
      return .failure(
        Refusal(code: .invalidParams, message: "\"\(ReservedMeta.protocolVersion)\" in _meta must be a string, once."))
    }
    guard Revision.modern.contains(where: { $0.rawValue == version }) else {
      let supported = Revision.modern.map { JSONText.quote($0.rawValue) }.joined(separator: ",")
      return .failure(
        Refusal(
          code: .unsupportedProtocolVersion, message: "This gateway does not serve requests of revision \(version).",
          data: "{\"supported\":[\(supported)],\"requested\":\(JSONText.quote(version))}"))
    }
    guard let declared = frame.raw(ReservedMeta.clientCapabilities, in: .paramsMeta),
      declared.first == UInt8(ascii: "{")
    else {
      return .failure(
        Refusal(
          code: .invalidParams, message: "_meta needs \"\(ReservedMeta.clientCapabilities)\", an object."))
    }
    var level: LoggingLevel?
    if let raw = frame.raw(ReservedMeta.logLevel, in: .paramsMeta) {
      level = JSONText.string(raw).flatMap { LoggingLevel(rawValue: $0) }
      guard level != nil else {
        let levels = LoggingLevel.allCases.map(\.rawValue).joined(separator: ", ")
        return .failure(
          Refusal(
            code: .invalidParams, message: "\"\(ReservedMeta.logLevel)\" in _meta must be one of \(levels)."))
      }
    }
    return .success(terms(declaring: declared, level, frame))
  }

  private func terms(
    declaring declared: UnsafeRawBufferPointer, _ level: LoggingLevel?, _ frame: Frame
  ) -> RequestTerms {
    if let last = lastTerms, last.terms.logLevel == level, last.capabilities.elementsEqual(declared) {
      return last.terms
    }
    let capabilities = ClientCapabilities(json: declared, allowed: manager.allowedExtensions)
    let terms = RequestTerms(era: .modern, stamp: manager.stamp(for: capabilities), logLevel: level)
    lastTerms = (Array(declared), terms)
    if introduction == nil {
      introduction = frame.raw(ReservedMeta.clientInfo, in: .paramsMeta).flatMap { ClientIntroduction(json: $0) }
    }
    return terms
  }

  func handleModern(_ request: Call, _ frame: Frame) {
    switch request.method {
    case .discover: discover(request)
    case .toolsList: list(.tools, request, frame)
    case .promptsList: list(.prompts, request, frame)
    case .resourcesList: list(.resources, request, frame)
    case .resourceTemplatesList: list(.resourceTemplates, request, frame)
    case .toolsCall, .promptsGet, .resourcesRead, .completionComplete: route(request, frame)
    case .subscriptionsListen: listen(request, frame)
    case .tasksGet, .tasksUpdate, .tasksCancel:
      guard request.terms.capabilities.tasks else { return refuseWithoutTasks(request) }
      route(request, frame)
    default:
      respond(
        .methodNotFound, "\(request.method.rawValue) does not exist in revision \(Revision.newestModern.rawValue).",
        to: request)
    }
  }

  /// Refuses what needs the extension for tasks to be declared on the request itself.
  func refuseWithoutTasks(_ request: Call) {
    let missing = ClientCapabilities.onlyTasks.json(for: .newestModern)
    respond(
      .missingClientCapability, "\(request.method.rawValue) needs the extension for tasks on the request itself.",
      data: "{\"requiredCapabilities\":\(missing)}", to: request)
  }

  /// Says what the gateway can do; the instructions of servers that nobody knows yet are waited for a little.
  private func discover(_ request: Call) {
    guard !manager.knowsAllInstructions else { return present(request) }
    Task { @GatewayActor in
      await manager.settle(within: manager.configuration.settings.initializeWait)
      present(request)
    }
  }

  private func present(_ request: Call) {
    let versions = Revision.modern.map { JSONText.quote($0.rawValue) }.joined(separator: ",")
    let capabilities = ServerCapabilities.ofGateway(for: .newestModern, extensions: manager.offeredExtensions)
    let instructions = manager.instructions().map { ",\"instructions\":\(JSONText.quote($0))" } ?? ""
    let isLasting = manager.settled.isOpen
    respond(
      "{\"supportedVersions\":[\(versions)],\"capabilities\":\(capabilities)\(instructions)}",
      hints: CacheHints(timeToLive: isLasting ? Self.discoveryLifetime : 0, scope: .private), to: request)
  }

  /// Milliseconds for which a client may keep what it has discovered, once all servers are there.
  private static let discoveryLifetime: UInt64 = 60_000
}
