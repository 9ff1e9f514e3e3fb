import Configuration
package import EventLoop
import JSONRPC
import MCP

/// What a client sees of the merged lists: which servers, under which names, within which budget. Clients that see the
/// same share one.
@GatewayActor
package final class CatalogView {
  /// A server and the form in which it knows a URI.
  struct Owner {
    let server: UpstreamServer
    let original: String
  }

  private let upstream: ServerSet
  private unowned let shared: Catalogs
  private let terms: Terms
  /// What shapes it, as the configuration last said.
  private var profile: ClientProfile?
  private var merged: Catalog
  /// Whom names mean that are called as they are listed.
  private var callable = TargetTable()
  /// Made when it is first asked for something since the lists were merged.
  private var madeFinder: ToolFinder?
  private var naming: Catalog.Naming
  private var isStale = true
  /// Open when the lists have been merged that are just being merged in several turns; nil when none are.
  private var merging: Gate?
  /// Whether any URI is listed under another form than its server's.
  private var renamesURIs = false
  /// Whether URIs in what a server says are looked at: to learn whose they are, or to give them their public form.
  private(set) var readsURIs: Bool

  init(_ terms: Terms, of upstream: ServerSet, in shared: Catalogs) {
    self.upstream = upstream
    self.shared = shared
    self.terms = terms
    readsURIs = true
    merged = Catalog(
      prefixesURIs: upstream.configuration.settings.uriPolicy == .prefix, describesAll: terms.describesAll)
    naming = Self.naming(terms)
    takeUpProfile()
  }

  private static func naming(_ terms: Terms) -> Catalog.Naming {
    Catalog.Naming(limit: terms.nameLimit, avoidsDashes: terms.avoidsDashes)
  }

  /// A profile that is not there any more goes on for those who have it.
  private func takeUpProfile() {
    profile = upstream.configuration.settings.profiles.first { $0.name == terms.profile } ?? profile
  }

  /// The servers that are seen, in the order of the configuration.
  var servers: [UpstreamServer] {
    guard profile != nil || terms.profile == nil else { return [] }
    guard terms.servers != nil || profile?.servers != nil else { return upstream.servers }
    return upstream.servers.filter { server in
      terms.servers?.contains(server.name) ?? true && profile?.servers.map { $0[server.name] != nil } ?? true
    }
  }

  /// What the gateway says of itself to whoever has this view.
  var own: OwnResources { OwnResources(of: upstream, seeing: servers) }

  /// Whether a server is one of those that are seen.
  func shows(_ id: ServerID) -> Bool { servers.contains { $0.id == id } }

  func markStale() {
    isStale = true
    takeUpProfile()
  }

  /// Merges the lists, at once or, when there is much of them, in the next turns; until then they are as they were.
  private func refresh() {
    guard merging == nil else { return }
    let gate = Gate()
    merging = gate
    Task.immediate { @GatewayActor in
      while isStale {
        isStale = false
        await merge()
      }
      merging = nil
      gate.open()
    }
    if merging != nil { gate.whenOpen { [shared] in shared.lateMerge() } }
  }

  private func merge() async {
    // Nobody else merges meanwhile, and nobody else names.
    var naming = naming
    self.naming = Self.naming(terms)
    let next = await merged.merged(
      servers.map {
        Catalog.Source(
          server: $0.id, prefix: prefix(of: $0), offer: $0.offer, shaping: shaping(of: $0))
      },
      own: own.resources, &naming)
    self.naming = naming
    for id in next.exhausted.subtracting(merged.exhausted) {
      upstream.log(.warning, "names_used_up", server: upstream.server(id)?.name)
    }
    merged = next
    callable = face == .search ? TargetTable() : next.tools
    madeFinder = nil
    renamesURIs = servers.contains { merged.resources.renames(of: $0.id) }
    readsURIs = servers.count > 1 || renamesURIs
  }

  /// Whether lists are just being merged, so that what nobody has may soon be somebody's.
  var isMerging: Bool {
    if isStale { refresh() }
    return merging != nil
  }

  /// Suspends until the lists are merged as they are now.
  package func whenMerged() async { while isMerging { await merging?.wait() } }

  /// The merged lists as they are now.
  package var catalog: Catalog {
    if isStale { refresh() }
    return merged
  }

  // MARK: - Lists

  func payload(_ kind: ListKind, for profile: ListProfile) -> ByteBuffer {
    if isStale { refresh() }
    if kind == .tools, face == .search { return FaceTool.list }
    return merged.payload(kind, for: profile)
  }

  /// For how long the merged list may be kept: as long as the shortest-lived part of it. What is not complete yet may
  /// not, and neither may a list with parts of legacy servers, which say nothing about it.
  func cacheHints(_ kind: ListKind) -> CacheHints {
    guard upstream.settled.isOpen else { return .none }
    let parts = servers.filter { server in
      server.negotiated.map { kind.isOffered(by: $0.capabilities) } ?? (server.offer.items[kind]?.isEmpty == false)
    }.map { $0.shelf.cacheHints(kind) }
    guard let first = parts.first else { return .none }
    return parts.dropFirst().reduce(first) { $0.merged(with: $1) }
  }

  /// Whether a part of a list is to be read again before it is served.
  func isOutdated(_ kind: ListKind) -> Bool { servers.contains { $0.isOutdated(kind) } }

  /// Whether a part of a list is just being read, or is to be, or all parts are being merged.
  func isChanging(_ kind: ListKind) -> Bool {
    isMerging || servers.contains { $0.isOutdated(kind) || $0.isBeingRead(kind) }
  }

  /// Suspends until such parts have been read, or for a while: longer for what is known to be outdated than for what may
  /// have changed without a word. What does not come in time is served as it was, and told when it is another one. What has
  /// come is merged then.
  func freshen(_ kind: ListKind) async {
    let changing = servers.filter { $0.isOutdated(kind) || $0.isBeingRead(kind) }
    if !changing.isEmpty { await readAgain(kind, at: changing) }
    await whenMerged()
  }

  private func readAgain(_ kind: ListKind, at changing: [UpstreamServer]) async {
    let enough = Gate()
    let timer = upstream.clock.after(isOutdated(kind) ? Self.freshenWait : Self.glanceWait) { enough.open() }
    let reading = Task { @GatewayActor in
      let readings = changing.map { server in Task { @GatewayActor in await server.whenRead(kind) } }
      for reading in readings { await reading.value }
      enough.open()
    }
    await enough.wait()
    timer.cancel()
    reading.cancel()
  }

  /// Has parts of a list read again that may have changed without a word.
  func lookAgain(at kind: ListKind) { for server in servers { server.lookAgain(at: kind) } }

  /// Milliseconds that a list waits for servers whose part of it has expired.
  private static let freshenWait: UInt64 = 2_000
  /// The same for servers whose part may have changed without a word: as long as nobody minds.
  private static let glanceWait: UInt64 = 100

  // MARK: - Names

  func tool(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    if isStale { refresh() }
    return callable.target(quoted: raw)
  }

  /// Whom a name means that the merged list holds, whether or not the client is shown that.
  func listedTool(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    if isStale { refresh() }
    return merged.tools.target(quoted: raw)
  }

  /// How tools are shown.
  var face: ToolFace { profile?.face ?? upstream.configuration.settings.face }

  /// What finds tools for a client that is not shown the list of them.
  var finder: ToolFinder {
    if isStale { refresh() }
    if let madeFinder { return madeFinder }
    let about = servers.map { server in
      let text = server.instructionsText
      let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(120)) }
      return (
        server.id, ToolFinder.Server(name: server.name, category: line ?? server.title ?? server.name, about: text)
      )
    }
    let finder = ToolFinder(merged.toolEntries, of: Dictionary(about) { first, _ in first })
    madeFinder = finder
    return finder
  }

  func prompt(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    if isStale { refresh() }
    return merged.prompts.target(quoted: raw)
  }

  /// Which tools of a server are seen, and how.
  func shaping(of server: UpstreamServer) -> ToolShaping {
    server.configuration.shaping.narrowed(by: profile?.rules(for: server.name) ?? [])
  }

  /// What the public names of a server begin with.
  func prefix(of server: UpstreamServer) -> String {
    profile.flatMap { ToolShaping($0.rules(for: server.name)).prefix?.value } ?? server.configuration.prefix
  }

  /// Whether a tool may be called that has, or had, a name here.
  func allows(_ target: Catalog.Target, of server: UpstreamServer) -> Bool {
    guard shows(server.id) else { return false }
    let shaping = shaping(of: server)
    return shaping.isOpen
      || target.raw.withUnsafeBytes { JSONText.string($0) }.map { shaping.shows($0, target.hints) } ?? false
  }

  /// Whose an unlisted name may be: the one server under whose prefix it stands, which knows best. Nil for none or several,
  /// and for what that server's filter keeps from clients.
  ///
  /// - Returns: the server, and the name as it knows it.
  func unlisted(_ name: String, isTool: Bool) -> (server: UpstreamServer, original: String)? {
    let separator = PublicName.separator
    let owners = servers.filter { server in
      let prefix = prefix(of: server)
      return !prefix.isEmpty && name.hasPrefix(prefix + separator) && name.count > prefix.count + separator.count
    }
    let bare = owners.isEmpty ? servers.filter { prefix(of: $0).isEmpty } : []
    guard owners.count + bare.count == 1, let server = owners.first ?? bare.first,
      let capabilities = server.connection?.negotiated?.capabilities, isTool ? capabilities.tools : capabilities.prompts
    else { return nil }
    let original = owners.isEmpty ? name : String(name.dropFirst(prefix(of: server).count + separator.count))
    guard !isTool || shaping(of: server).shows(original, ToolHints()) else { return nil }
    return (server, original)
  }

  func server(of target: Catalog.Target) -> UpstreamServer? { upstream.server(target.server) }

  /// A sentence about servers that are not ready, for the message about a name that nobody has; empty when all are.
  ///
  /// - Parameter name: what was asked for: when it stands under the prefix of some server, only that one matters.
  func absentees(for name: String?) -> String {
    let own =
      name.map { name in
        servers.filter {
          !prefix(of: $0).isEmpty && name.hasPrefix(prefix(of: $0) + PublicName.separator)
        }
      } ?? []
    let absent = (own.isEmpty ? servers : own).filter { $0.connection == nil }
    guard !absent.isEmpty else { return "" }
    return " Not ready: " + absent.map { "\($0.name) (\($0.stateText))" }.joined(separator: ", ") + "."
  }

  // MARK: - Resources

  /// Returns the servers that may have a URI: whose it is, or all that might.
  func owners(of uri: String) -> [Owner] { owner(of: uri).map { [$0] } ?? guesses(at: uri) }

  /// Returns whose a URI is: whoever lists it, whose prefix it carries, whose template fits it, who mentioned it last, in
  /// this order. Any result can mention anything, so that a mention takes nothing from a server that claims it.
  func owner(of uri: String) -> Owner? {
    if isStale { refresh() }
    let resources = merged.resources
    if let target = resources.owner(of: uri) { return owner(target) }
    // A scheme such as git+https looks like a prefix; it is one only of a server whose URIs are given out with it.
    if let target = resources.prefixedOwner(of: uri), resources.renames(of: target.server) { return owner(target) }
    return (resources.templateOwner(of: uri) ?? shared.mentions[uri].flatMap { shows($0) ? $0 : nil }).flatMap {
      upstream.server($0)
    }.map {
      Owner(server: $0, original: uri)
    }
  }

  /// Returns whose a URI is that a list holds.
  func listedOwner(of uri: String) -> UpstreamServer? {
    if isStale { refresh() }
    return merged.resources.owner(of: uri).flatMap { upstream.server($0.server) }
  }

  private func owner(_ target: ResourceTable.Target) -> Owner? {
    upstream.server(target.server).map { Owner(server: $0, original: target.original) }
  }

  /// Returns the servers that may have a URI that nothing names.
  func guesses(at uri: String) -> [Owner] {
    servers.filter { $0.negotiated?.capabilities.resources == true }.map { Owner(server: $0, original: uri) }
  }

  /// Returns whose a listed template is.
  func templateOwner(of form: String) -> Owner? {
    if isStale { refresh() }
    return merged.resources.owner(ofTemplate: form).flatMap { owner($0) }
  }

  /// Remembers which server has mentioned a URI.
  func learn(_ uri: String, from server: UpstreamServer) { shared.mentions.note(uri, server.id) }

  /// The form under which a URI of a server is known; nil when it is the server's own.
  func publicForm(of uri: String, server: UpstreamServer) -> String? {
    renamesURIs ? merged.resources.publicForm(of: uri, server: server.id) : nil
  }
}
