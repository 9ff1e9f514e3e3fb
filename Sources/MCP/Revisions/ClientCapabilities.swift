import JSONRPC

/// What a downstream client declared that it can do for servers.
///
/// `tasks` of the client side are left out on purpose: a client's task list would show one server the tasks of all.
package struct ClientCapabilities: Equatable, Sendable {
  package var roots = false
  package var rootsListChanged = false
  package var sampling = false
  package var samplingTools = false
  package var samplingContext = false
  package var elicitationForm = false
  package var elicitationURL = false
  /// Extensions that are let through. Others, and `experimental`, are not passed on: the gateway cannot tell what they
  /// promise.
  package var extensions: [ProtocolExtension] = []
  package static let none = ClientCapabilities()
  package static let onlyTasks: ClientCapabilities = {
    var capabilities = ClientCapabilities()
    capabilities.extensions = [ProtocolExtension(identifier: ProtocolExtension.tasks, settings: "{}")]
    return capabilities
  }()

  /// All that the gateway can pass on to some client.
  package static let bridgeable: ClientCapabilities = {
    var capabilities = ClientCapabilities()
    capabilities.roots = true
    capabilities.rootsListChanged = true
    capabilities.sampling = true
    capabilities.samplingTools = true
    capabilities.elicitationForm = true
    capabilities.elicitationURL = true
    return capabilities
  }()

  package init() {}

  /// Reads the capabilities that an `initialize`, or a modern request, declares.
  ///
  /// `allowed` are identifiers of extensions that are let through besides those that the gateway understands.
  package init(json: UnsafeRawBufferPointer, allowed: Set<String> = []) {
    extensions = ProtocolExtension.read(from: json, allowed: allowed)
    if let roots = Self.object("roots", in: json) {
      self.roots = true
      rootsListChanged = Self.isTrue(JSONWalk.member("listChanged", of: roots))
    }
    if let sampling = Self.object("sampling", in: json) {
      self.sampling = true
      samplingTools = Self.object("tools", in: sampling) != nil
      samplingContext = Self.object("context", in: sampling) != nil
    }
    if let elicitation = Self.object("elicitation", in: json) {
      elicitationURL = Self.object("url", in: elicitation) != nil
      // An empty object is form mode (2025-11-25, client/elicitation, backwards compatibility).
      elicitationForm = Self.object("form", in: elicitation) != nil || !elicitationURL
    }
  }

  /// Returns the object that declares them to a server, in the shape of that revision.
  ///
  /// `sampling.context` is never declared: behind a gateway "this server" would mean all of them.
  package func json(for revision: Revision) -> String {
    var members: [String] = []
    let tellsRootChanges = rootsListChanged && revision.era == .legacy
    if roots { members.append(tellsRootChanges ? #""roots":{"listChanged":true}"# : #""roots":{}"#) }
    if sampling {
      members.append(samplingTools && revision >= .november2025 ? #""sampling":{"tools":{}}"# : #""sampling":{}"#)
    }
    if revision >= .november2025 {
      let modes = [elicitationForm ? #""form":{}"# : nil, elicitationURL ? #""url":{}"# : nil].compactMap { $0 }
      if !modes.isEmpty { members.append("\"elicitation\":{\(modes.joined(separator: ","))}") }
    } else if revision >= .june2025, elicitationForm {
      members.append(#""elicitation":{}"#)
    }
    let extensions = extensions.filter { $0.exists(in: revision.era) }.map(\.member)
    if !extensions.isEmpty { members.append("\"extensions\":{\(extensions.joined(separator: ","))}") }
    return "{\(members.joined(separator: ","))}"
  }

  /// Whether MCP Apps are shown.
  package var showsApps: Bool { extensions.contains { $0.identifier == ProtocolExtension.apps } }

  /// Whether the extension for long-running calls was declared (2026-07-28).
  package var tasks: Bool { extensions.contains { $0.identifier == ProtocolExtension.tasks } }

  /// What of them a revision knows: what a client declares beyond it means nothing.
  package func limited(to revision: Revision) -> ClientCapabilities {
    var limited = self
    if revision < .june2025 { limited.elicitationForm = false }
    if revision < .november2025 {
      limited.elicitationURL = false
      limited.samplingTools = false
      limited.samplingContext = false
    }
    return limited
  }

  /// Whether all of other ones are among these.
  package func cover(_ other: ClientCapabilities) -> Bool {
    (roots || !other.roots) && (sampling || !other.sampling) && (samplingTools || !other.samplingTools)
      && (samplingContext || !other.samplingContext) && (elicitationForm || !other.elicitationForm)
      && (elicitationURL || !other.elicitationURL)
      && other.extensions.allSatisfy { needed in extensions.contains { $0.identifier == needed.identifier } }
  }

  /// Whether the client can be asked anything at all.
  package var answersQuestions: Bool { roots || sampling || elicitationForm || elicitationURL }

  /// Whether the client can be asked this. Nil when it can, else what is missing, as a `ClientCapabilities` object.
  package func missing(for question: InputQuestion) -> String? {
    switch question {
    case .roots: return roots ? nil : #"{"roots":{}}"#
    case .sampling(let usesTools):
      if !sampling { return #"{"sampling":{}}"# }
      return usesTools && !samplingTools ? #"{"sampling":{"tools":{}}}"# : nil
    case .elicitationForm: return elicitationForm ? nil : #"{"elicitation":{"form":{}}}"#
    case .elicitationURL: return elicitationURL ? nil : #"{"elicitation":{"url":{}}}"#
    }
  }

  static func object(_ name: StaticString, in json: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    JSONWalk.member(name, of: json).flatMap { $0.first == UInt8(ascii: "{") ? $0 : nil }
  }

  static func isTrue(_ json: UnsafeRawBufferPointer?) -> Bool { json?.first == UInt8(ascii: "t") }
}
