import EventLoop
import JSONRPC
import MCP

/// What is known of a client of the modern era from the requests that it has made: each stands for itself and says in its
/// `_meta` what its client can do (2026-07-28, basic/index).
struct ModernClient {
  /// Why a request is refused before it is looked at.
  struct Refusal: Error {
    let code: ErrorCode
    let message: String
    var data: String?
  }

  /// The terms of the last request, and the capabilities as it spelled them: most clients repeat them.
  private var last: (capabilities: [UInt8], terms: RequestTerms)?
  /// Which server has asked for more before it gives out a resource, by the URI that the client asked for: what the client
  /// comes back with is for that server only.
  private(set) var inputOwners: [RawToken: UpstreamServer] = [:]

  /// The call that wants the most of each server's log messages; nil where none did when it was last looked for.
  private var logReaders: [ServerID: (call: Call?, soughtAt: Instant)] = [:]

  /// Resources whose servers have asked for something that are remembered.
  private static let inputOwnerLimit = 1_000

  /// Whether a request is one of the modern era: it says in which revision it is made.
  static func made(_ frame: Frame) -> Bool { frame.range(ReservedMeta.protocolVersion, in: .paramsMeta) != nil }

  /// Reads on what terms a request is made.
  mutating func terms(of frame: Frame, _ introduction: OwnIntroduction) -> Result<RequestTerms, Refusal> {
    guard !frame.hasDuplicate("_meta", in: .params),
      let version = frame.string(ReservedMeta.protocolVersion, in: .paramsMeta)
    else { return Self.refused("\"\(ReservedMeta.protocolVersion)\" in _meta must be a string, once.") }
    guard Revision.modern.contains(where: { $0.rawValue == version }) else {
      let supported = Revision.modern.map { JSONText.quote($0.rawValue) }.joined(separator: ",")
      return .failure(
        Refusal(
          code: .unsupportedProtocolVersion, message: "This gateway does not serve requests of revision \(version).",
          data: "{\"supported\":[\(supported)],\"requested\":\(JSONText.quote(version))}"))
    }
    guard let declared = frame.raw(ReservedMeta.clientCapabilities, in: .paramsMeta),
      declared.first == UInt8(ascii: "{")
    else { return Self.refused("_meta needs \"\(ReservedMeta.clientCapabilities)\", an object.") }
    var level: LoggingLevel?
    if let raw = frame.raw(ReservedMeta.logLevel, in: .paramsMeta) {
      level = JSONText.string(raw).flatMap { LoggingLevel(rawValue: $0) }
      guard level != nil else {
        let levels = LoggingLevel.allCases.map(\.rawValue).joined(separator: ", ")
        return Self.refused("\"\(ReservedMeta.logLevel)\" in _meta must be one of \(levels).")
      }
    }
    return .success(terms(declaring: declared, level, introduction))
  }

  private static func refused(_ message: String) -> Result<RequestTerms, Refusal> {
    .failure(Refusal(code: .invalidParams, message: message))
  }

  private mutating func terms(
    declaring declared: UnsafeRawBufferPointer, _ level: LoggingLevel?, _ introduction: OwnIntroduction
  ) -> RequestTerms {
    if let last, last.terms.logLevel == level, last.capabilities.elementsEqual(declared) { return last.terms }
    let capabilities = ClientCapabilities(json: declared, allowed: introduction.allowedExtensions)
    let terms = RequestTerms(era: .modern, stamp: introduction.stamp(for: capabilities), logLevel: level)
    last = (Array(declared), terms)
    return terms
  }

  /// Whether an open request to a server asks for its log messages of a level, as far as it has one.
  ///
  /// A server may write thousands of them while thousands of requests are open: who wants the most of them is looked for
  /// once, and once a millisecond where nobody does.
  @GatewayActor
  mutating func wantsLog(
    _ level: LoggingLevel?, from server: UpstreamServer, at now: Instant, among calls: () -> [Call]
  ) -> Bool {
    guard last != nil else { return false }
    if let known = logReaders[server.id] {
      if let call = known.call, Self.reads(call, server) { return Self.wants(level, call) }
      if known.call == nil, known.soughtAt == now { return false }
    }
    let readers = calls().filter { Self.reads($0, server) }
    let reader = readers.min { $0.terms.logLevel ?? .emergency < $1.terms.logLevel ?? .emergency }
    logReaders[server.id] = (reader, now)
    return reader.map { Self.wants(level, $0) } ?? false
  }

  /// A request may have come that asks for log messages, or has found its server.
  mutating func forgetLogReaders() { if !logReaders.isEmpty { logReaders = [:] } }

  @GatewayActor
  private static func reads(_ call: Call, _ server: UpstreamServer) -> Bool {
    call.terms.era == .modern && call.terms.logLevel != nil && call.server === server && !call.isFinished
  }

  @GatewayActor
  private static func wants(_ level: LoggingLevel?, _ call: Call) -> Bool {
    guard let wanted = call.terms.logLevel else { return false }
    return level.map { $0 >= wanted } ?? true
  }

  /// A server has asked for more before it gives out a resource.
  mutating func askedForInput(_ uri: String, by server: UpstreamServer) {
    if inputOwners.count >= Self.inputOwnerLimit { inputOwners = [:] }
    inputOwners[RawToken(uri)] = server
  }
}
