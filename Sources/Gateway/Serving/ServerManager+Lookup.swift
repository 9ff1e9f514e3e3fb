import Configuration
import ConnectionPooling
import EventLoop
import JSONRPC
import MCP

/// Who has what: the questions that sessions ask about all servers together.
extension ServerManager {
  /// A server and the form in which it knows a URI.
  struct Owner {
    let server: UpstreamServer
    let original: String
  }

  func payload(_ kind: ListKind, for profile: ListProfile) -> ByteBuffer {
    if isStale { rebuild() }
    return merged.payload(kind, for: profile)
  }

  /// For how long the merged list may be kept: as long as the shortest-lived part of it. What is not complete yet may
  /// not, and neither may a list with parts of legacy servers, which say nothing about it.
  func cacheHints(_ kind: ListKind) -> CacheHints {
    guard settled.isOpen else { return .none }
    let parts = servers.filter { $0.negotiated.map { kind.isOffered(by: $0.capabilities) } ?? false }.map {
      $0.cacheHints(kind)
    }
    guard let first = parts.first else { return .none }
    return parts.dropFirst().reduce(first) { $0.merged(with: $1) }
  }

  /// Whether a list of some modern server is older than it said it would be good for, and it does not tell of changes.
  func hasExpired(_ kind: ListKind) -> Bool { servers.contains { $0.hasExpired(kind) } }

  /// Reads such lists again, within a while; what does not come in time is served as it was.
  func freshen(_ kind: ListKind) async {
    let expired = servers.filter { $0.hasExpired(kind) }
    guard !expired.isEmpty else { return }
    let enough = Gate()
    let timer = clock.after(Self.freshenWait) { enough.open() }
    let reading = Task { @GatewayActor in
      let readings = expired.map { server in Task { @GatewayActor in await server.read(kind) } }
      for reading in readings { await reading.value }
      enough.open()
    }
    await enough.wait()
    timer.cancel()
    reading.cancel()
  }

  /// Entries of the `extensions` that the gateway offers to modern clients: those of its servers.
  var offeredExtensions: [String] {
    var seen: Set<String> = []
    let all = servers.compactMap(\.negotiated).flatMap { negotiated in
      negotiated.capabilities.extensions.filter { $0.exists(in: negotiated.revision.era) }
    }
    return all.filter { seen.insert($0.identifier).inserted }.map(\.member)
  }

  func tool(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    if isStale { rebuild() }
    return merged.tools.target(quoted: raw)
  }

  func prompt(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    if isStale { rebuild() }
    return merged.prompts.target(quoted: raw)
  }

  // MARK: - Resources

  /// Returns the servers that may have a URI: whose it is, or all that might.
  func owners(of uri: String) -> [Owner] { owner(of: uri).map { [$0] } ?? guesses(at: uri) }

  /// Returns whose a URI is, when a list, a mention or a template names it.
  func owner(of uri: String) -> Owner? {
    if isStale { rebuild() }
    let resources = merged.resources
    if let target = resources.owner(of: uri) { return owner(target) }
    // A scheme such as git+https looks like a prefix; it is one only of a server whose URIs are given out with it.
    if mentions[uri] == nil, let target = resources.prefixedOwner(of: uri), resources.renames(of: target.server) {
      return owner(target)
    }
    return (mentions[uri] ?? resources.templateOwner(of: uri)).flatMap { server($0) }.map {
      Owner(server: $0, original: uri)
    }
  }

  private func owner(_ target: ResourceTable.Target) -> Owner? {
    server(target.server).map { Owner(server: $0, original: target.original) }
  }

  /// Returns the servers that may have a URI that nothing names.
  func guesses(at uri: String) -> [Owner] {
    let candidates = servers.filter { $0.negotiated?.capabilities.resources == true }
    return candidates.map { Owner(server: $0, original: uri) }
  }

  /// Returns whose a listed template is.
  func templateOwner(of form: String) -> Owner? {
    if isStale { rebuild() }
    return merged.resources.owner(ofTemplate: form).flatMap { owner($0) }
  }

  func learn(_ uri: String, from server: UpstreamServer) { mentions.note(uri, server.id) }

  func renames(of server: UpstreamServer) -> Bool { server.isRenamed }

  func publicForm(of uri: String, server: UpstreamServer) -> String? {
    merged.resources.publicForm(of: uri, server: server.id)
  }

  // MARK: - Tasks

  /// What wrapped task ids of a server begin with: stable between runs.
  func taskKey(of server: UpstreamServer) -> String {
    let prefix = server.configuration.prefix
    return prefix.isEmpty ? "s" + PublicName.hash(server.name, "", digits: 8) : prefix
  }

  func server(taskKey: String) -> UpstreamServer? { servers.first { self.taskKey(of: $0) == taskKey } }

  /// Returns a session's own tasks of all servers that list them, as raw objects with wrapped ids.
  func tasks(of session: ClientSession) async -> [String] {
    var tasks: [String] = []
    for client in servers.flatMap(\.clients)
    where client.negotiated?.capabilities.tasksList == true && client.endpoint.serves(session) {
      tasks += await client.readTasks(key: taskKey(of: client.server)) { session.tasks[$0] != nil }
    }
    return tasks
  }

  // MARK: - Servers that sleep until they are needed

  /// Starts servers that nobody has needed yet, because one of them may have what is asked for. Returns whether any is
  /// on its way.
  @discardableResult
  package func wakeSleepers() -> Bool {
    var isAnyComing = false
    for server in servers where server.configuration.settings.lazy && server.negotiated == nil {
      for endpoint in server.endpoints where !endpoint.firstStart.isOpen {
        update(endpoint.id) { $0.wake(at: $1) }
        isAnyComing = true
      }
    }
    return isAnyComing
  }

  /// Suspends until every server that was woken has come or failed: nobody has asked it anything yet.
  package func whenAwake() async {
    for server in servers where server.configuration.settings.lazy {
      await server.endpoints.first?.firstStart.wait()
    }
  }

  // MARK: - To all servers

  /// Tells every server the most talkative level that a client wants.
  func applyLogLevel() {
    guard let level = audience.logLevel else { return }
    for server in servers {
      for client in server.clients where client.negotiated?.capabilities.logging == true && client.era == .legacy {
        client.setLogLevel(level)
      }
    }
  }

  /// Tells every server that was told about roots that they changed.
  func rootsChanged(_ frame: Frame, of session: ClientSession) {
    let splicer = Splicer()
    for server in servers {
      for client in server.clients
      where client.era == .legacy && client.declared.rootsListChanged && client.endpoint.serves(session) {
        splicer.write(frame, to: client.output)
      }
    }
  }

  // MARK: - The gateway's own

  /// Whether every server's instructions are known, so that nobody has to wait for them.
  var knowsAllInstructions: Bool {
    settled.isOpen || servers.allSatisfy { $0.negotiated != nil || $0.isSettled || $0.facts != nil }
  }

  private var shares: [Instructions.Share] {
    Instructions.shares(
      of: servers.map { ($0.configuration.prefix.isEmpty ? $0.name : $0.configuration.prefix, $0.instructionsText) },
      budget: configuration.settings.instructionsBudget)
  }

  /// The instructions of all servers that are known by now, within the budget.
  func instructions() -> String? { Instructions.merged(shares) }

  /// Resources that offer shortened instructions whole.
  func ownResources() -> [ListItem] {
    shares.filter(\.isShortened).compactMap { share in
      let uri = Instructions.resourceURI(for: share.server)
      let text =
        "{\"uri\":\(JSONText.quote(uri)),\"name\":\(JSONText.quote("instructions of " + share.server)),"
        + "\"mimeType\":\"text/plain\"}"
      return Array(text.utf8).withUnsafeBytes { bytes in
        if case .good(let item) = ListItem.judge(bytes, kind: .resources) { item } else { nil }
      }
    }
  }

  /// The text of a resource of the gateway itself.
  func ownResource(_ uri: String) -> String? {
    guard uri.hasPrefix(Instructions.resourceURI(for: "")) else { return nil }
    return servers.first {
      let key = $0.configuration.prefix.isEmpty ? $0.name : $0.configuration.prefix
      return Instructions.resourceURI(for: key) == uri && !$0.instructionsText.isEmpty
    }?.instructionsText
  }

  /// A sentence about servers that are not ready, for the message about a name that nobody has; empty when all are.
  var absentees: String {
    let absent = servers.filter { $0.client == nil }
    guard !absent.isEmpty else { return "" }
    return " Not ready: " + absent.map { "\($0.name) (\($0.stateText))" }.joined(separator: ", ") + "."
  }
}
