import JSONRPC
import MCP

extension Session {
  /// Answers a request that needs no time.
  func result(of method: Method, _ params: JSON) throws(ProtocolError) -> JSON {
    switch method {
    case .initialize: return try initialize(params)
    case .ping: return [:]
    default: break
    }
    let client = try greeted()
    switch method {
    case .loggingSetLevel: return try setLevel(params)
    case .toolsList:
      return try page(
        "tools", offers.tools.filter { $0.since <= client.revision }.map { $0.json(client.revision) }, params)
    case .resourcesList: return try page("resources", offers.resources.map { $0.json(client.revision) }, params)
    case .resourceTemplatesList: return try page("resourceTemplates", [ItemTemplate.json(client.revision)], params)
    case .resourcesRead: return try read(params)
    case .resourcesSubscribe:
      self.client?.subscriptions.insert(try existingResource(params))
      return [:]
    case .resourcesUnsubscribe:
      self.client?.subscriptions.remove(try uri(params))
      return [:]
    case .promptsList: return try page("prompts", offers.prompts.map { $0.json(client.revision) }, params)
    case .promptsGet: return try prompt(params)
    case .completionComplete: return try Completion.result(params, offers)
    case .tasksList where client.revision >= .november2025: return try page("tasks", tasks.list, params)
    case .tasksGet where client.revision >= .november2025: return try task(params).json
    case .tasksCancel where client.revision >= .november2025: return try cancelTask(params)
    default: throw .methodNotFound(method.rawValue)
    }
  }

  /// Returns what is known of the client, once it has introduced itself.
  func greeted() throws(ProtocolError) -> ClientState {
    guard let client else { throw ProtocolError(.invalidRequest, "The first request must be initialize") }
    return client
  }

  // MARK: - The handshake

  /// Agrees on a revision and on what each side can do (2025-11-25, basic/lifecycle).
  private func initialize(_ params: JSON) throws(ProtocolError) -> JSON {
    guard let requested = params["protocolVersion"]?.string else {
      throw .invalidParams("\"protocolVersion\" must be a string")
    }
    var capabilities = (params["capabilities"] ?? [:]).text
    let revision = Revision.negotiated(requested: requested)
    client = ClientState(
      revision: revision,
      capabilities: capabilities.withUTF8 { ClientCapabilities(json: UnsafeRawBufferPointer($0)) })
    return [
      "protocolVersion": .string(revision.rawValue),
      "capabilities": Introduction.capabilities(revision),
      "serverInfo": Introduction.serverInfo(revision),
      "instructions": .string(Introduction.instructions),
    ]
  }

  private func setLevel(_ params: JSON) throws(ProtocolError) -> JSON {
    guard let level = params["level"]?.string.flatMap({ LoggingLevel(rawValue: $0) }) else {
      let names = LoggingLevel.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalidParams("\"level\" must be one of \(names)")
    }
    client?.logLevel = level
    return [:]
  }

  // MARK: - Lists, resources and prompts

  private func page(_ name: String, _ items: [JSON], _ params: JSON) throws(ProtocolError) -> JSON {
    try Page(of: items, cursor: params["cursor"], size: pageSize).result(name)
  }

  private func uri(_ params: JSON) throws(ProtocolError) -> String {
    guard let uri = params["uri"]?.string else { throw .invalidParams("\"uri\" must be a string") }
    return uri
  }

  private func existingResource(_ params: JSON) throws(ProtocolError) -> String {
    let uri = try uri(params)
    guard offers.contents(of: uri) != nil else { throw .resourceNotFound(uri) }
    return uri
  }

  private func read(_ params: JSON) throws(ProtocolError) -> JSON {
    let uri = try uri(params)
    guard let contents = offers.contents(of: uri) else { throw .resourceNotFound(uri) }
    return ["contents": [contents]]
  }

  private func prompt(_ params: JSON) throws(ProtocolError) -> JSON {
    guard let name = params["name"]?.string else { throw .invalidParams("\"name\" must be a string") }
    guard let prompt = offers.prompt(name) else { throw .invalidParams("Unknown prompt: \(name)") }
    return try prompt.result(params["arguments"] ?? [:])
  }
}
