import JSONRPC

/// What an upstream server declared in its answer to `initialize` or `server/discover`.
package struct ServerCapabilities: Equatable, Sendable {
  package var tools = false
  package var prompts = false
  package var resources = false
  package var resourcesSubscribe = false
  package var logging = false
  package var completions = false
  /// Which lists the server announces changes of.
  package var listChanged: Set<ListKind> = []
  /// Extensions that the server offers, of those that are let through; raw settings by identifier.
  package var extensions: [ProtocolExtension] = []
  package var tasksList = false
  package var tasksCancel = false
  package var tasksToolsCall = false

  package init() {}

  /// Whether the extension for long-running calls is offered (2026-07-28).
  package var offersTasks: Bool { extensions.contains { $0.identifier == ProtocolExtension.tasks } }

  /// Reads what a server declares. `allowed` are identifiers of extensions that are let through besides those that the
  /// gateway understands.
  package init(json: UnsafeRawBufferPointer, revision: Revision, allowed: Set<String> = []) {
    tools = JSONWalk.member("tools", of: json) != nil
    prompts = JSONWalk.member("prompts", of: json) != nil
    if let resources = JSONWalk.member("resources", of: json) {
      self.resources = true
      resourcesSubscribe = ClientCapabilities.isTrue(JSONWalk.member("subscribe", of: resources))
    }
    logging = JSONWalk.member("logging", of: json) != nil
    // A server of 2024-11-05 may complete arguments and has no way to say so.
    completions = JSONWalk.member("completions", of: json) != nil || revision == .november2024
    func announces(_ name: StaticString) -> Bool {
      JSONWalk.member(name, of: json).map {
        ClientCapabilities.isTrue(JSONWalk.member("listChanged", of: $0))
      } ?? false
    }
    if announces("tools") { listChanged.insert(.tools) }
    if announces("prompts") { listChanged.insert(.prompts) }
    if announces("resources") { listChanged.formUnion([.resources, .resourceTemplates]) }
    extensions = ProtocolExtension.read(from: json, allowed: allowed)
    if let tasks = JSONWalk.member("tasks", of: json) {
      tasksList = JSONWalk.member("list", of: tasks) != nil
      tasksCancel = JSONWalk.member("cancel", of: tasks) != nil
      let tools = JSONWalk.member("requests", of: tasks).flatMap { JSONWalk.member("tools", of: $0) }
      tasksToolsCall = tools.flatMap { JSONWalk.member("call", of: $0) } != nil
    }
  }

  /// The gateway's own capabilities toward a client: constant, because servers come at any time and a capability that is
  /// missing in the handshake cannot be repaired later.
  ///
  /// `extensions` are members of the object of that name, for modern clients.
  package static func ofGateway(for revision: Revision, extensions: [String] = []) -> String {
    let base =
      #""logging":{},"prompts":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"tools":{"listChanged":true}"#
    switch revision {
    case .november2024: return "{\(base)}"
    case .march2025, .june2025: return "{\(base),\"completions\":{}}"
    case .july2026:
      let extensions = extensions.isEmpty ? "" : ",\"extensions\":{\(extensions.joined(separator: ","))}"
      return "{\(base),\"completions\":{}\(extensions)}"
    case .november2025:
      return "{\(base),\"completions\":{},\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}}"
    }
  }
}
